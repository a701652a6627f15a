package compose

import (
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Sample makes a variant as a reader without a name gets it, for those who look at it before it leaves.
// It is what would be sent, but for the links of the reader, which lead nowhere.
func (c *Composer) Sample(d *newsletter.Digest, now time.Time) (*newsletter.SampleMail, error) {
	digest, err := c.FromEdition(d)
	if err != nil {
		return nil, err
	}
	rendered, err := c.Digest(digest)
	if err != nil {
		return nil, err
	}
	m := &newsletter.SampleMail{Language: d.Language, Layout: d.Layout, Subject: rendered.Subject, LeftOut: rendered.LeftOut}
	m.Message, m.LeaveURL, err = c.SampleMessage(rendered.Letter, d.Language, now)
	return m, err
}

// SampleMessage fills the letter of a variant in for a reader without a name.
func (c *Composer) SampleMessage(letter *mailer.Letter, lang newsletter.Language, now time.Time) (message []byte, leave string, err error) {
	greeting, err := c.Greeting(lang, "")
	if err != nil {
		return nil, "", err
	}
	o := c.organisation
	reader := Personal{Greeting: greeting, UnsubscribeURL: o.Site + "/?voorbeeld=afmelden", PreferencesURL: o.Site + "/?voorbeeld=voorkeuren",
		WhyURL: o.Site + "/?voorbeeld=waarom", UnsubscribeMail: o.From.Addr}
	values, err := reader.Values(letter.Fields())
	if err != nil {
		return nil, "", err
	}
	message, err = letter.Append(nil, &mailer.Recipient{
		To: mailer.Address{Addr: o.From.Addr}, MessageID: "sample@" + domainOf(o.From.Addr), Date: now, Values: values})
	return message, reader.UnsubscribeURL, err
}

// domainOf is the part of an address after its @.
func domainOf(address string) string {
	a := newsletter.Address(address)
	return a.Domain()
}
