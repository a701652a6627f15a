package compose

import (
	"fmt"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
	"bode.example/templates"
)

// noticeView is what the templates of mails to one person see.
type noticeView struct {
	frame
	Greeting string
	Choices  []choiceView
	URL      string
	Code     string
	Until    string
	Invited  bool
	About    about
	Due      string
}

type choiceView struct {
	Choice
	Next string
}

// Notice makes a mail to one person. The draft has no merge fields: compile it with a nil Marker.
// The layout is the reader's; newsletter.Standard for who has none.
func (c *Composer) Notice(lang newsletter.Language, layout newsletter.Layout, m Message) (*mailer.Draft, error) {
	n := m.notice()
	if err := n.check(lang, layout, m.Template()); err != nil {
		return nil, err
	}
	w := &words{composer: c, lang: lang}
	v := c.newNoticeView(&n, layout, w)
	if w.err != nil {
		return nil, w.err
	}
	name := "email/" + m.Template()
	html, err := c.render(lang, name+".html", v)
	if err != nil {
		return nil, err
	}
	text, err := c.render(lang, name+".txt", v)
	if err != nil {
		return nil, err
	}
	header, err := n.header()
	if err != nil {
		return nil, err
	}
	from, replyTo := c.sender(n.choices)
	draft := &mailer.Draft{From: from, ReplyTo: replyTo, Subject: v.Subject, Header: header, Text: wrap(text), HTML: html}
	return draft, c.inspectNotice(m, v, draft)
}

// NoticeSubject is the subject of a mail and the sender that it comes from, for a page that tells a
// reader what to look for. The message needs no link for this.
func (c *Composer) NoticeSubject(lang newsletter.Language, m Message) (subject string, from mailer.Address, err error) {
	n := m.notice()
	w := &words{composer: c, lang: lang}
	subject = n.subject(w)
	from, _ = c.sender(n.choices)
	return subject, from, w.err
}

func (n *notice) check(lang newsletter.Language, layout newsletter.Layout, template string) error {
	switch {
	case !lang.Valid():
		return fmt.Errorf("compose: the mail %s can't be made in the language %q", template, lang)
	case !layout.Valid():
		return fmt.Errorf("compose: there is no layout %q", layout)
	case webLink(n.url) == "":
		return fmt.Errorf("compose: the mail %s needs an absolute http or https link", template)
	case n.zone == nil:
		return fmt.Errorf("compose: the mail %s needs the zone to show times in", template)
	}
	return nil
}

func (c *Composer) newNoticeView(n *notice, layout newsletter.Layout, w *words) *noticeView {
	v := &noticeView{
		frame:    c.newFrame(n.subject(w), w.say(n.texts+"_preheader"), w.lang, layout),
		Greeting: n.greeting, URL: n.url, Code: n.code, Invited: n.invited, About: n.about, Due: n.about.dueIn(w.lang),
	}
	v.Heading = w.say(n.texts + "_heading")
	if len(n.choices) == 1 {
		v.Under = n.choices[0].List.Title
		c.dress(&v.frame, &n.choices[0].List.Branding)
	} else {
		v.Under = c.organisation.Name
	}
	if !n.until.IsZero() {
		v.Until = templates.DateTime(w.lang, n.until.In(n.zone))
	}
	for _, choice := range n.choices {
		choice.UnsubscribeURL = webLink(choice.UnsubscribeURL)
		v.Choices = append(v.Choices, choiceView{choice, date(w.lang, choice.NextAt, n.zone)})
	}
	return v
}

func (n *notice) subject(w *words) string {
	switch {
	case n.about.Subject != "":
		return line(n.about.Subject, maxTitle)
	case n.about.Reference != "":
		return w.say(n.texts+"_subject", "Reference", n.about.Reference)
	}
	switch len(n.choices) {
	case 0:
		return w.say(n.texts + "_subject")
	case 1:
		return w.say(n.texts+"_subject", "List", line(n.choices[0].List.Title, maxTitle))
	}
	return w.say(n.texts+"_subject_several", "Organisation", w.composer.organisation.Name)
}

// sender is the list's own when a mail is about one list.
func (c *Composer) sender(choices []Choice) (from, replyTo mailer.Address) {
	if len(choices) == 1 && choices[0].List.From.Addr != "" {
		return choices[0].List.From, choices[0].List.ReplyTo
	}
	return c.organisation.From, c.organisation.ReplyTo
}

// header makes the further fields. A mail with the link that leaves its one list has the fields of
// the list; the others belong to none.
func (n *notice) header() ([]mailer.Field, error) {
	headers := mailer.ListHeaders{}
	if len(n.choices) == 1 && strings.HasPrefix(n.choices[0].UnsubscribeURL, "https://") {
		list := n.choices[0].List
		headers.Name, headers.ID, headers.UnsubscribeURL = list.Title, list.ID, n.choices[0].UnsubscribeURL
	}
	fields, err := headers.Fields(nil)
	if err != nil {
		return nil, err
	}
	return append(fields, mailer.Field{Name: "X-Auto-Response-Suppress", Value: "All"}), nil
}

// inspectNotice refuses a mail that lacks its link or holds what a template left behind.
func (c *Composer) inspectNotice(m Message, v *noticeView, draft *mailer.Draft) error {
	name := "mail " + m.Template()
	parts := []part{{subjectLine, draft.Subject}, {markup, draft.HTML}, {plainText, draft.Text}}
	if err := inspect(name, parts, contentOf(m)+contentOf(c.organisation)); err != nil {
		return err
	}
	if len(draft.HTML) > MaxHTML {
		return newsletter.Errorf(newsletter.Internal, "mail_too_large",
			"the %s was not made: its HTML is %d octets long, more than %d", name, len(draft.HTML), MaxHTML)
	}
	for _, p := range parts[1:] {
		if !strings.Contains(unescape(p), v.URL) {
			return newsletter.Errorf(newsletter.Internal, "mail_incomplete",
				"the %s was not made: its %s lacks the link that it is about; put it back in the template", name, p.name)
		}
	}
	return nil
}
