package compose

import (
	"fmt"
	"html"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// MaxHTML is the size in octets that the HTML of a mail never exceeds, merge fields filled in with
// room to spare. Gmail cuts a mail off at 102 kB, and with it the footer.
const MaxHTML = 80_000

// mergeRoom is what merge fields may add: three links, each used a few times, and a greeting.
const mergeRoom = 4_000

// Digest is what all readers of one variant of an edition get alike.
type Digest struct {
	Edition  string // the edition's public id; groups mail in Feedback-ID
	Language newsletter.Language
	Layout   newsletter.Layout
	List     List
	// Date stands below the list's name: the edition's slot. Zone is the one in which dates and times
	// are shown.
	Date time.Time
	Zone *time.Location
	// Subject, Preheader and Introduction are the editor's own words. Without them the first two are
	// made from the posts and the last says what there is. Introduction is Markdown.
	Subject, Preheader, Introduction string
	Posts                            []Post   // in the edition's order
	NewTopics                        []string // topics since the reader's last digest, each told once
	Away                             []Link   // posts of a pause
	NextAt                           time.Time
	WebURL                           string // the variant's version for the browser
}

// Post is a post in a digest.
type Post struct {
	Title   string
	Link    string // absolute http or https; anything else is no link
	Summary string // plain text
	// Topics: it stands under the first of them.
	Topics   []string
	Language newsletter.Language
	// PublishedAt is the date it shows.
	PublishedAt time.Time
	Picture     Picture
	// StartsAt makes it an event, which stands first, in the Agenda, unless it is over at the digest's
	// date. EndsAt and Place may be missing.
	StartsAt, EndsAt time.Time
	Place            string
	CalendarURL      string // its .ics file
}

// Picture is a picture of a post. Without Alt it isn't shown: nothing in a digest is only to be seen.
type Picture struct{ URL, Alt string }

// Link is a post that is only named.
type Link struct {
	Title, URL string
	Language   newsletter.Language
}

// Rendered is a digest ready to be stored and sent.
type Rendered struct {
	Subject string
	Letter  *mailer.Letter // its fields are Fields(), and FieldUnsubscribeMail where that is used
	// Web is HTML for the article of a page that has the list, the date and the subject (its h1) already:
	// headings from h2 on, no styles, nothing that bears a person.
	Web string
	// LeftOut is how many posts the mail had no room for. The version for the browser has them all.
	LeftOut int
}

// Digest renders a variant of an edition.
func (c *Composer) Digest(d *Digest) (*Rendered, error) {
	m, err := c.make(d, nil)
	if err != nil {
		return nil, err
	}
	letter, err := m.draft.Compile(m.marker)
	if err != nil {
		return nil, err
	}
	return &Rendered{Subject: m.draft.Subject, Letter: letter, Web: m.web, LeftOut: m.leftOut}, nil
}

// Proof is a variant of an edition as somebody without a name would get it: its links for the reader lead
// to the site's first page. It is for those who look before it goes; what they are asked stands on its
// top, if there is something.
func (c *Composer) Proof(d *Digest, ask *Ask) (*mailer.Draft, error) {
	m, err := c.make(d, ask)
	if err != nil {
		return nil, err
	}
	greeting, err := c.Greeting(d.Language, "")
	if err != nil {
		return nil, err
	}
	nowhere := c.organisation.Site + "/"
	values, err := (&Personal{Greeting: greeting, UnsubscribeURL: nowhere, PreferencesURL: nowhere, WhyURL: nowhere}).Values(Fields())
	if err != nil {
		return nil, err
	}
	var pairs, markup []string
	for i, field := range Fields() {
		pairs, markup = append(pairs, m.marker.Mark(field), values[i]), append(markup, m.marker.Mark(field), html.EscapeString(values[i]))
	}
	m.draft.Header = nil // a proof belongs to no list
	m.draft.Text, m.draft.HTML = strings.NewReplacer(pairs...).Replace(m.draft.Text), strings.NewReplacer(markup...).Replace(m.draft.HTML)
	return &m.draft, nil
}

// Ask is what stands above a proof: a text, and a link to where one answers.
type Ask struct{ Text, URL, Button string }

// made is a digest before it is compiled.
type made struct {
	draft   mailer.Draft
	marker  *mailer.Marker
	web     string
	leftOut int
}

func (c *Composer) make(d *Digest, ask *Ask) (*made, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	marker, err := mailer.NewMarker(c.random, c.fields()...)
	if err != nil {
		return nil, err
	}
	headline, err := c.Headline(d)
	if err != nil {
		return nil, err
	}
	view, err := c.newDigestView(d, headline, marker)
	if err != nil {
		return nil, err
	}
	view.Ask = ask
	html, shown, err := c.fit(d.Language, view)
	if err != nil {
		return nil, err
	}
	text, err := c.render(d.Language, "email/digest.txt", view.showing(shown))
	if err != nil {
		return nil, err
	}
	web, err := c.render(d.Language, "email/digest_web.html", view.forWeb())
	if err != nil {
		return nil, err
	}
	web = strings.TrimSpace(web) + "\n"
	header, err := c.listHeader(d, marker)
	if err != nil {
		return nil, err
	}
	draft := mailer.Draft{
		From: d.List.From, ReplyTo: d.List.ReplyTo, Subject: headline.Subject, Header: header,
		Text: wrap(text), HTML: html,
	}
	if err := inspectDigest(d, c.organisation, &draft, web, marker); err != nil {
		return nil, err
	}
	return &made{draft, marker, web, view.posts() - shown}, nil
}

func (d *Digest) check() error {
	switch {
	case !d.Language.Valid():
		return fmt.Errorf("compose: a digest can't be made in the language %q", d.Language)
	case !d.Layout.Valid():
		return fmt.Errorf("compose: there is no layout %q", d.Layout)
	case d.Zone == nil || d.Date.IsZero():
		return fmt.Errorf("compose: a digest needs its date and the zone to show it in")
	case webLink(d.WebURL) == "":
		return fmt.Errorf("compose: a digest needs the address of its version for the browser, not %q", d.WebURL)
	case d.List.Title == "":
		return fmt.Errorf("compose: a digest needs the title of its list")
	}
	return nil
}

// fit renders the HTML with as many posts as there is room for, and says how many those are.
func (c *Composer) fit(lang newsletter.Language, view *digestView) (string, int, error) {
	const room = MaxHTML - mergeRoom
	all := view.posts()
	html, err := c.render(lang, "email/digest.html", view.showing(all))
	if err != nil || len(html) <= room {
		return html, all, err
	}
	fits, shown := "", 0
	for low, high := 0, all-1; low <= high; {
		middle := (low + high) / 2
		html, err := c.render(lang, "email/digest.html", view.showing(middle))
		if err != nil {
			return "", 0, err
		}
		if len(html) <= room {
			fits, shown, low = html, middle, middle+1
		} else {
			high = middle - 1
		}
	}
	if fits == "" {
		return "", 0, newsletter.Errorf(newsletter.Invalid, "mail_too_large",
			"the digest of %q is longer than %d octets even without posts: shorten its introduction", view.List.Title, MaxHTML)
	}
	return fits, shown, nil
}

// listHeader makes the fields that tell mail programs about the list.
func (c *Composer) listHeader(d *Digest, marker *mailer.Marker) ([]mailer.Field, error) {
	headers := mailer.ListHeaders{Name: d.List.Title, ID: d.List.ID, UnsubscribeURL: marker.Mark(FieldUnsubscribe)}
	if c.organisation.LeaveByMail {
		headers.UnsubscribeMail = "mailto:" + marker.Mark(FieldUnsubscribeMail) + "?subject=unsubscribe"
	}
	if c.organisation.SenderID != "" {
		headers.Feedback = d.Edition + ":" + d.List.Name + ":digest:" + c.organisation.SenderID
	}
	fields, err := headers.Fields(marker)
	if err != nil {
		return nil, err
	}
	// Old out-of-office programs know only these two.
	return append(fields, mailer.Field{Name: "Precedence", Value: "bulk"},
		mailer.Field{Name: "X-Auto-Response-Suppress", Value: "OOF, AutoReply"}), nil
}
