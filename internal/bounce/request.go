package bounce

import (
	"context"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// request hands a mail to the privacy desk's address to the desk: its words, and nothing that is attached. Nothing is
// answered, and nothing of the mail needs to be looked at here any more.
func (s *Service) request(ctx context.Context, m Message, r *Report, now time.Time) (Result, error) {
	if r.hops > maxHops {
		return Result{Effect: newsletter.EffectNone, Reason: reasonLoop}, nil
	}
	if err := s.config.Requests.TakeMail(ctx, r.message.request(), fingerprint(m.Raw), now); err != nil {
		return Result{}, err
	}
	return Result{Effect: effectRequested, Settled: true}, nil
}

// request is what a person reads of a message. One that a colleague forwarded as an attachment is read in its place,
// below what the colleague wrote: it is the person's.
func (m *message) request() newsletter.RequestMail {
	mail := newsletter.RequestMail{From: m.from(), Subject: m.get("Subject"), Text: m.text()}
	for i := range m.parts {
		switch p := &m.parts[i]; {
		case p.kind == "message/rfc822":
			inner := open(p.body)
			mail.From, mail.Subject = inner.from(), inner.get("Subject")
			mail.Text = strings.TrimSpace(mail.Text) + "\n\n" + inner.text()
		case p.attached():
			mail.LeftOut++
		}
	}
	return mail
}

// attached reports whether a part is something else than the words of its message.
func (p *part) attached() bool {
	disposition, _, _ := strings.Cut(p.header.Get("Content-Disposition"), ";")
	return strings.EqualFold(strings.TrimSpace(disposition), "attachment") || p.kind != "text/plain" && p.kind != "text/html"
}
