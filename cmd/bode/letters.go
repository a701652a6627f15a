package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/mailer"
)

// organisation is who stands under every mail.
func organisation(c *config.Config) compose.Organisation {
	o := c.Organisation
	return compose.Organisation{
		Name: o.Name, Postal: o.PostalAddress, Email: o.Mail.String(), Phone: o.Phone, Site: site(c),
		From:           mailer.Address{Name: c.Sender.Name, Addr: c.Sender.Address.String()},
		ReplyTo:        mailer.Address{Addr: c.Sender.ReplyTo.String()},
		SenderID:       c.Sender.FeedbackID,
		PictureDomains: pictureDomains(c),
		LeaveByMail:    c.Bounce.UnsubscribeAddress != "" && c.Bounce.Inbound(),
	}
}

// pictureDomains are those that a reader knows to belong to the organisation, and those that the operator
// adds.
func pictureDomains(c *config.Config) []string {
	domains := append([]string{c.PublicURL.Hostname()}, c.Privacy.PictureDomains...)
	if u, err := url.Parse(c.Organisation.Website); err == nil && u.Host != "" {
		domains = append(domains, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."))
	}
	return domains
}

// site is the public address without a slash at its end: what all links begin with.
func site(c *config.Config) string { return strings.TrimRight(c.PublicURL.String(), "/") }

// personal fills in what differs from reader to reader: the greeting and the reader's own links. The
// links work for as long as mail lies in boxes, so their tokens don't expire.
type personal struct {
	site     string
	links    *token.Ring
	leaving  *token.LeavePath // nil: no mail ends a subscription
	contact  string           // where a person answers
	composer *compose.Composer
}

var _ delivery.Fields = (*personal)(nil)

func (p *personal) Field(c *newsletter.Claim, name string) (string, error) {
	if name == compose.FieldGreeting {
		return p.composer.Greeting(c.Language, c.Name)
	}
	if c.SubscriptionKey == nil {
		return "", fmt.Errorf("delivery %d belongs to no subscription, and asks for %s", c.ID, name)
	}
	switch name {
	case compose.FieldUnsubscribe:
		return p.link("/u/", token.Unsubscribe, *c.SubscriptionKey, time.Time{}), nil
	case compose.FieldUnsubscribeMail:
		if p.leaving != nil {
			return p.leaving.Address(*c.SubscriptionID), nil
		}
		return p.contact, nil // the letter is from when there was a mailbox for it: now a person reads the wish
	case compose.FieldPreferences:
		return p.link("/v/", token.Preferences, *c.SubscriptionKey, time.Time{}), nil
	case compose.FieldWhy:
		return p.link("/w/", token.Why, *c.SubscriptionKey, time.Time{}), nil
	}
	return "", fmt.Errorf("a letter has a field %q that nobody fills in", name)
}

// link is the address of a page that a token opens.
func (p *personal) link(path string, purpose token.Purpose, id newsletter.PublicID, expires time.Time) string {
	var room [256]byte
	address := append(append(room[:0], p.site...), path...)
	return string(p.links.Append(address, purpose, id, expires)) // letters, digits, - and _: nothing to escape
}

// leavePath gives each subscription an address that a mail to ends it, where such mail can come in.
func leavePath(c *config.Config, links *token.Ring) (*token.LeavePath, error) {
	if c.Bounce.UnsubscribeAddress == "" {
		return nil, nil
	}
	return token.NewLeavePath(links, c.Bounce.UnsubscribeAddress)
}

// bounceLife is for how long a report about a message is believed: mail servers give up after five
// days (RFC 5321, 4.5.4.1), and some take longer to say so.
const bounceLife = 30 * 24 * time.Hour

// returnPath gives each delivery an envelope sender of its own (VERP), so that a report tells which
// delivery failed. Without a mailbox for that, reports go where answers go.
func returnPath(c *config.Config, links *token.Ring) (delivery.ReturnPath, error) {
	if c.Sender.BounceAddress == "" {
		sender := c.Sender.Address.String()
		return func(int64, time.Time) string { return sender }, nil
	}
	verp, err := token.NewReturnPath(links, c.Sender.BounceAddress)
	if err != nil {
		return nil, err
	}
	return func(id int64, now time.Time) string { return verp.Address(id, now.Add(bounceLife)) }, nil
}
