package mailer

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ListHeaders are the header fields of mail to a list. They tell mail programs which list it is and
// how to leave, and tell other machines not to answer.
//
// A mail program shows its own unsubscribe button only when List-Unsubscribe and
// List-Unsubscribe-Post are both covered by a valid DKIM signature (RFC 8058, 4); Signer sees to
// that.
type ListHeaders struct {
	// Name is the phrase of the List-Id; may be empty.
	Name string
	// ID is the name of the list in the form of a domain name, label.domain, stable for the list's
	// life (RFC 2919). Without it there is no List-Id.
	ID string
	// UnsubscribeURL is the https URI for one-click unsubscribing (RFC 8058): a POST there, without
	// a cookie and without a further question, ends the subscription. Often the mark of a merge
	// field.
	UnsubscribeURL string
	// UnsubscribeMail is a mailto URI (RFC 2369), only where somebody or something reads the
	// mailbox; may be empty.
	UnsubscribeMail string
	// Feedback has four parts a:b:c:sender, of which the last (5 to 15 characters) names the sender
	// and the others name groups of mail, never persons; may be empty.
	Feedback string
	// NotAutomatic leaves out Auto-Submitted: auto-generated (RFC 3834, 5), for mail that a person
	// sends by hand.
	NotAutomatic bool
}

// Fields checks the headers and returns them in the form that Draft.Header takes. The marks of m may
// stand where a URI or a part of it stands; m may be nil.
func (h *ListHeaders) Fields(m *Marker) ([]Field, error) {
	var fields []Field
	if h.ID != "" {
		if err := checkListID(h.ID); err != nil {
			return nil, fmt.Errorf("mailer: List-Id: %w", err)
		}
		id := startField(nil, "")
		id.phrase(cleanValue(h.Name))
		value := strings.ReplaceAll(string(id.dst[1:])+" <"+h.ID+">", "\r\n", "")
		fields = append(fields, Field{"List-Id", strings.TrimSpace(value)})
	}
	leave, err := h.unsubscribe(m)
	if err != nil {
		return nil, fmt.Errorf("mailer: List-Unsubscribe: %w", err)
	}
	fields = append(fields, leave...)
	if h.Feedback != "" {
		if err := checkFeedbackID(h.Feedback); err != nil {
			return nil, fmt.Errorf("mailer: Feedback-ID: %w", err)
		}
		fields = append(fields, Field{"Feedback-ID", h.Feedback})
	}
	if !h.NotAutomatic {
		fields = append(fields, Field{"Auto-Submitted", "auto-generated"})
	}
	return fields, nil
}

func (h *ListHeaders) unsubscribe(m *Marker) ([]Field, error) {
	var uris []string
	if h.UnsubscribeURL != "" {
		literals, fields, err := m.split(h.UnsubscribeURL)
		if err != nil {
			return nil, err
		}
		if wholeMark := len(fields) == 1 && literals[0] == "" && literals[1] == ""; !wholeMark {
			u, err := url.Parse(strings.Join(literals, "x"))
			if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || !uri.all(h.UnsubscribeURL) {
				return nil, errors.New("the UnsubscribeURL must be an absolute https URI in ASCII")
			}
		}
		uris = append(uris, "<"+h.UnsubscribeURL+">")
	}
	if h.UnsubscribeMail != "" {
		u, err := url.Parse(h.UnsubscribeMail)
		if err != nil || u.Scheme != "mailto" || u.Opaque == "" || !uri.all(h.UnsubscribeMail) {
			return nil, errors.New("the UnsubscribeMail must be a mailto URI in ASCII")
		}
		uris = append(uris, "<"+h.UnsubscribeMail+">")
	}
	if len(uris) == 0 {
		return nil, nil
	}
	fields := []Field{{"List-Unsubscribe", strings.Join(uris, ", ")}}
	if h.UnsubscribeURL != "" {
		fields = append(fields, Field{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	return fields, nil
}

// checkListID holds an ID to RFC 2919, 2 and 3: two dot-atoms or more, at most 255 octets.
func checkListID(id string) error {
	if len(id) > 255 || !isDotAtom(id) || !strings.Contains(id, ".") {
		return errors.New("the ID must be of the form label.domain, in ASCII, at most 255 characters")
	}
	return nil
}

// checkFeedbackID holds a value to what the large mailbox providers publish about it.
func checkFeedbackID(value string) error {
	parts := strings.Split(value, ":")
	if len(parts) != 4 {
		return errors.New("the value must have four parts divided by colons, a:b:c:sender")
	}
	for _, part := range parts {
		if strings.ContainsAny(part, "@<>\"(),;") || strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("it has a character that can't stand in it: use letters, digits, dot, hyphen and underscore")
		}
	}
	if n := len(parts[3]); n < 5 || n > 15 {
		return errors.New("the last part names the sender and has 5 to 15 characters")
	}
	return nil
}
