package compose

import (
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// RequestIdentity asks at an address whether a request about personal data is its owner's. It repeats nothing
// that was typed but the kind of request, which is one of ours: nobody can use the form to write to strangers
// (STANDARDS D1).
type RequestIdentity struct {
	Kind       newsletter.RequestKind
	Reference  string
	URL        string // the page with the button
	ValidUntil time.Time
	Zone       *time.Location
}

// RequestLetter is an answer about a request, in the words that were stored.
type RequestLetter struct {
	Greeting string // see Composer.Greeting
	Subject  string
	Body     string // paragraphs, parted by an empty line
	Data     bool   // the link is to the person's data, and not to the privacy statement
	URL      string
	Zone     *time.Location
}

// RequestReminder tells an officer that the last day of a request comes near, or has passed.
type RequestReminder struct {
	Kind      newsletter.RequestKind
	Reference string
	Due       newsletter.Day
	Late      bool
	URL       string // the desk
	Zone      *time.Location
}

// AuditAnchor takes the heads of the chains out of the house, to somebody who can't write to the database.
type AuditAnchor struct {
	Anchor newsletter.Anchor
	URL    string // the desk
	Zone   *time.Location
}

// Template is newsletter.TemplateAnchor.
func (m *AuditAnchor) Template() string { return newsletter.TemplateAnchor }

func (m *AuditAnchor) notice() notice {
	return notice{texts: "audit_anchor", url: m.URL, zone: m.Zone, about: about{Body: m.Anchor.String()}}
}

// Template is newsletter.TemplateRequestIdentity.
func (m *RequestIdentity) Template() string { return newsletter.TemplateRequestIdentity }

// Template is newsletter.TemplateRequestLetter.
func (m *RequestLetter) Template() string { return newsletter.TemplateRequestLetter }

// Template is newsletter.TemplateRequestReminder.
func (m *RequestReminder) Template() string { return newsletter.TemplateRequestReminder }

func (m *RequestIdentity) notice() notice {
	return notice{texts: "request_identity", url: m.URL, until: m.ValidUntil, zone: m.Zone, about: about{Kind: m.Kind, Reference: m.Reference}}
}

func (m *RequestLetter) notice() notice {
	return notice{texts: "request_letter", greeting: m.Greeting, url: m.URL, zone: m.Zone, about: about{Subject: m.Subject, Body: m.Body, Data: m.Data}}
}

func (m *RequestReminder) notice() notice {
	return notice{texts: "request_reminder", url: m.URL, zone: m.Zone, about: about{Kind: m.Kind, Reference: m.Reference, Due: m.Due, Late: m.Late}}
}

// about is what mails about requests have beside what all mails have.
type about struct {
	Subject, Body, Reference string
	Kind                     newsletter.RequestKind
	Due                      newsletter.Day
	Data, Late               bool
}

// Paragraphs are those of the body.
func (a about) Paragraphs() []string {
	var all []string
	for _, p := range strings.Split(strings.ReplaceAll(a.Body, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// dueIn is the last day in words.
func (a about) dueIn(lang newsletter.Language) string {
	if a.Due == 0 {
		return ""
	}
	return templates.Date(lang, a.Due.Time())
}
