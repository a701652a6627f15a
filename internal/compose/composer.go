package compose

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/mailer"
	"bode.example/templates"
)

// Organisation is who is behind the lists. The law wants a reader to know it (STANDARDS E2, E5), so
// it stands under every mail.
type Organisation struct {
	Name   string
	Postal []string // lines of the postal address
	Email  string   // where a person answers
	Phone  string
	// Site is the address of the public pages, without a slash at its end. Under every mail stand
	// links to its contact page and its privacy statement.
	Site string
	// From and ReplyTo are the sender of mail that belongs to no single list.
	From, ReplyTo mailer.Address
	// LeaveByMail says that a mail to an address of the reader's own ends the subscription: then
	// List-Unsubscribe names that too (RFC 2369), in the merge field FieldUnsubscribeMail.
	LeaveByMail bool
	// SenderID is the last part of Feedback-ID, 5 to 15 characters; without it there is no such field.
	SenderID string
	// PictureDomains are those of which pictures of imported posts are shown. Whose program fetches a
	// picture tells its server who reads, from where and when: no stranger is to learn that.
	PictureDomains []string
}

// List is what a mail says about a list, in the language of the mail.
type List struct {
	Name  string // short, such as "nieuwe-democratie"; groups mail in Feedback-ID
	Title string // as readers know it
	ID    string // RFC 2919: label.domain
	// From and ReplyTo are the list's own sender; ReplyTo may be empty.
	From, ReplyTo mailer.Address
	Branding      newsletter.Branding
}

// Composer makes mails. It doesn't change and may be used by many goroutines.
type Composer struct {
	templates    *templates.Set
	organisation Organisation
	random       io.Reader
}

// New makes a Composer. The marks of merge fields are made from random: crypto/rand.Reader outside
// tests. It is an error if a fact is missing that every mail needs.
func New(set *templates.Set, organisation Organisation, random io.Reader) (*Composer, error) {
	o := organisation
	for _, fact := range []struct{ name, value string }{
		{"name", o.Name}, {"postal address", strings.Join(o.Postal, "")}, {"sender address", o.From.Addr}, {"contact", o.Email + o.Phone},
	} {
		if strings.TrimSpace(fact.value) == "" {
			return nil, newsletter.Errorf(newsletter.Invalid, "organisation_incomplete",
				"no mail can be made while the organisation's %s is missing: it stands under every mail", fact.name)
		}
	}
	if webLink(o.Site) == "" || strings.HasSuffix(o.Site, "/") {
		return nil, newsletter.Errorf(newsletter.Invalid, "organisation_site",
			"%q can't be the address of the public pages: it must begin with https:// (or http:// on this machine alone) and end without a slash", o.Site)
	}
	return &Composer{templates: set, organisation: o, random: random}, nil
}

// text looks a text up. Load has checked the templates' texts; the keys that Go names are checked by
// Samples, which reach them all.
func (c *Composer) text(lang newsletter.Language, key string, args templates.Args) (string, error) {
	return c.templates.Texts().Text(lang, key, args)
}

// words looks texts up and keeps the first error, so that what is made of many texts reads well.
type words struct {
	composer *Composer
	lang     newsletter.Language
	err      error
}

func (w *words) say(key string, pairs ...any) string {
	args := templates.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	s, err := w.composer.text(w.lang, key, args)
	if err != nil && w.err == nil {
		w.err = err
	}
	return s
}

// and joins names as a sentence does: a, b en c.
func (w *words) and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return w.say("and", "First", strings.Join(names[:last], ", "), "Last", names[last])
}

// render runs a template into a string.
func (c *Composer) render(lang newsletter.Language, name string, view any) (string, error) {
	var b bytes.Buffer
	if err := c.templates.Render(&b, lang, name, view); err != nil {
		return "", newsletter.Errorf(newsletter.Internal, "template_failed", "the template %s does not execute: %w", name, err)
	}
	return b.String(), nil
}

// frame is what the frame of every mail shows.
type frame struct {
	Subject      string
	Preheader    string // the line that a list of mails shows after the subject
	Padding      string // keeps the rest of the mail out of that line
	Heading      string // the h1
	Under        string // one line below it; may be empty
	WebURL       string // may be empty
	Large        bool
	Organisation footer
	Brand        *brand // nil: Bode's own look
}

// footer is what stands under every mail.
type footer struct {
	Organisation
	ContactURL, PrivacyURL string
}

// page is a page of the site, in the language of the mail that leads there.
func (o *Organisation) page(path string, lang newsletter.Language) string {
	return o.Site + path + "?lang=" + string(lang)
}

// previewLength is about how many characters a list of mails shows.
const previewLength = 110

func (c *Composer) newFrame(subject, preheader string, lang newsletter.Language, layout newsletter.Layout) frame {
	o := c.organisation
	missing := max(0, previewLength-len([]rune(preheader)))
	return frame{
		Subject: subject, Preheader: preheader, Padding: strings.Repeat("\u00a0\u200c", missing),
		Large: layout == newsletter.Large, Organisation: footer{o, o.page("/contact", lang), o.page("/privacy", lang)},
	}
}

// webLink returns an address that a reader may be sent to, or "" for anything but absolute http and
// https: a post may come from anywhere.
func webLink(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// line makes one clean line of at most max characters of what somebody wrote.
func line(s string, max int) string { return richtext.Excerpt(repairMojibake(richtext.Line(s)), max) }

// upperFirst begins a line with a capital.
func upperFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

// date writes a date in a zone, or nothing for the zero time.
func date(lang newsletter.Language, t time.Time, zone *time.Location) string {
	if t.IsZero() || zone == nil {
		return ""
	}
	return templates.Date(lang, t.In(zone))
}
