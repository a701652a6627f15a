package datarequest

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// The bounds of what a stranger may put on the desk: characters of a mail, and mails in an hour. What is more waits at
// the mail server in front, which brings it again.
const (
	maxMail      = 20_000
	maxLine      = 300
	mailsPerHour = 60
)

// TakeMail puts a mail that came to the desk's address into the register, as a draft: an officer reads what is asked,
// and when it arrived. The clock runs from today until then. Nobody is answered. Of two with the same id the second is none.
func (s *Service) TakeMail(ctx context.Context, m newsletter.RequestMail, id string, now time.Time) error {
	key := "mail:" + id
	m.From, m.Subject, m.Text = clean(m.From, maxLine, false), clean(m.Subject, maxLine, false), clean(m.Text, maxMail, true)
	r := &newsletter.DataRequest{Kind: newsletter.RequestOther, Channel: newsletter.ArrivedMail, Language: newsletter.Dutch, ReceivedOn: s.Today(now), Mail: &m, Key: &key}
	most := newsletter.Quota{Counter: "request_mail", Limits: []newsletter.Limit{{Most: mailsPerHour, Per: time.Hour}}, Reason: "limit_total"}
	return s.store.CreateRequest(ctx, r, nil, []newsletter.Quota{most}, s.Today(now), system, now)
}

// clean keeps what a person reads: no control characters, none that turn text around, no more than two line ends in a
// row, at most so many characters.
func clean(text string, most int, lines bool) string {
	var b strings.Builder
	ends, length := 0, 0
	for _, c := range strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n") {
		switch {
		case c == '\n' && lines:
			if ends++; ends > 2 {
				continue
			}
		case unicode.IsSpace(c):
			c = ' '
		case unicode.IsControl(c), unicode.Is(unicode.Cf, c):
			continue
		default:
			ends = 0
		}
		if length++; length > most {
			return strings.TrimSpace(b.String()) + "…"
		}
		b.WriteRune(c)
	}
	return strings.TrimSpace(b.String())
}

// wishOf is what an officer begins with: as much of a mail as a wish may hold.
func wishOf(m *newsletter.RequestMail) string {
	if utf8.RuneCountInString(m.Text) <= maxWish {
		return m.Text
	}
	return string([]rune(m.Text)[:maxWish-1]) + "…"
}

// FromMail is the entry that a draft becomes, for an officer to put right. The address is the sender's: where a
// colleague passed the mail on, it is the wrong one.
func FromMail(r *newsletter.DataRequest) Entry {
	e := Entry{Kind: r.Kind, Channel: r.Channel, ReceivedOn: r.ReceivedOn, Language: r.Language, Receipt: true}
	if r.Mail != nil {
		e.Address, e.Wish = r.Mail.From, wishOf(r.Mail)
	}
	return e
}

// confirmDraft makes a request of a draft, and tells the person that it arrived if the entry says so.
func (s *Service) confirmDraft(ctx context.Context, r *newsletter.DataRequest, to *newsletter.DataRequest, receipt bool, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	step := newsletter.ConfirmRequest{To: to}
	if receipt && to.ReplyTo() != "" {
		return s.tell(ctx, r.PublicID, step, newsletter.LetterReceipt, "", nil, by, now)
	}
	return s.store.StepRequest(ctx, r.PublicID, step, nil, s.Today(now), by, now)
}

// Dismiss throws a draft away that asks for nothing.
func (s *Service) Dismiss(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.store.DismissDraft(ctx, id, by, now)
}
