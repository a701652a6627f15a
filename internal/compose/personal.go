package compose

import (
	"fmt"

	"bode.example/internal/newsletter"
)

// The merge fields of a digest: what is left open for each reader.
const (
	FieldGreeting    = "greeting"        // a whole line: "Beste Jan,"
	FieldUnsubscribe = "unsubscribe_url" // https; takes a one-click POST (RFC 8058)
	FieldPreferences = "preferences_url"
	FieldWhy         = "why_url"
)

// FieldUnsubscribeMail is the address that a mail to ends the subscription; only in List-Unsubscribe, and
// only where Organisation.LeaveByMail says so.
const FieldUnsubscribeMail = "unsubscribe_mail"

// Fields returns the names of the merge fields of a digest, in the order that a new letter has them.
// A letter from the database may be older: ask it for its own.
func Fields() []string {
	return []string{FieldGreeting, FieldUnsubscribe, FieldPreferences, FieldWhy}
}

// fields are those of a new letter.
func (c *Composer) fields() []string {
	if c.organisation.LeaveByMail {
		return append(Fields(), FieldUnsubscribeMail)
	}
	return Fields()
}

// Personal is what one reader's copy of a digest differs in.
type Personal struct {
	Greeting       string // see Composer.Greeting
	UnsubscribeURL string
	PreferencesURL string
	WhyURL         string
	// UnsubscribeMail is an address, for letters that have FieldUnsubscribeMail.
	UnsubscribeMail string
}

// Values returns the values for the fields of a letter (mailer.Letter.Fields), in their order. It is
// an error if the letter has a field that this program doesn't know.
func (p *Personal) Values(fields []string) ([]string, error) {
	values := make([]string, len(fields))
	for i, field := range fields {
		switch field {
		case FieldGreeting:
			values[i] = p.Greeting
		case FieldUnsubscribe:
			values[i] = p.UnsubscribeURL
		case FieldUnsubscribeMail:
			values[i] = p.UnsubscribeMail
		case FieldPreferences:
			values[i] = p.PreferencesURL
		case FieldWhy:
			values[i] = p.WhyURL
		default:
			return nil, fmt.Errorf("compose: the letter has a merge field %q, which this program doesn't know", field)
		}
	}
	return values, nil
}

// Greeting is the line that opens a mail: "Beste Jan,", or "Beste lezer," to somebody without a name.
func (c *Composer) Greeting(lang newsletter.Language, name string) (string, error) {
	if name = line(name, 80); name == "" {
		return c.text(lang, "greeting_unknown", nil)
	}
	return c.text(lang, "greeting", map[string]any{"Name": name})
}
