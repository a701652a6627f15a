package newsletter

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Check says all that is wrong with a list, joined as by errors.Join. signedBy is the domain that signs our
// mail; empty: none does. Fields are those of a form: "name", "title", "sender_name", "sender_address",
// "reply_to", and those of Branding.
func (l *List) Check(signedBy string) error {
	var faults []error
	fault := func(wrong bool, field, reason, message string) {
		if wrong {
			e := Errorf(Invalid, reason, "%s", message)
			e.Field = field
			faults = append(faults, e)
		}
	}
	fault(NameFrom(l.Name) != l.Name || l.Name == "", "name", "list_name", "the name must be of letters, digits and hyphens")
	fault(!l.Texts.complete(), "title", "list_title", "the list has no title for readers yet")
	fault(l.Texts.tooLong(), "title", "list_title_long", "the title is longer than 100 characters, or the description than 300")
	fault(l.SenderName == "", "sender_name", "list_sender", "say from whom the mail comes")
	fault(utf8.RuneCountInString(l.SenderName) > maxName, "sender_name", "list_sender_long", "the name is longer than 100 characters")
	for _, a := range []struct{ field, address string }{{"sender_address", l.SenderAddress}, {"reply_to", l.ReplyTo}} {
		if a.address == "" && a.field == "reply_to" {
			continue
		}
		address, err := ParseAddress(a.address)
		var e *Error
		if errors.As(err, &e) {
			e.Field = a.field
			faults = append(faults, e)
			continue
		}
		// DMARC wants the signature and the sender of one domain (STANDARDS C1).
		forged := signedBy != "" && address.Domain() != signedBy && !strings.HasSuffix(address.Domain(), "."+signedBy)
		fault(a.field == "sender_address" && forged, a.field, "list_sender_domain", "the address is not of the domain that signs our mail: "+signedBy)
	}
	return errors.Join(append(faults, l.Branding.Check())...)
}

// Check says what is wrong with a topic. The field is "title" of a form.
func (t *Topic) Check() error {
	if t.Texts.complete() && !t.Texts.tooLong() {
		return nil
	}
	e := Errorf(Invalid, "topic_title", "a topic needs a title of at most 100 characters")
	e.Field = "title"
	return e
}
