package delivery

import (
	"errors"
	"math/rand/v2"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Patience says how long the refusals of a kind of message are borne.
type Patience struct {
	Edition time.Duration // a digest is of no use next week
	Other   time.Duration // RFC 5321, section 4.5.4.1: four to five days
}

// DefaultPatience gives up on a digest after a day and on other mail after four.
var DefaultPatience = Patience{Edition: 24 * time.Hour, Other: 4 * 24 * time.Hour}

func (p Patience) of(kind newsletter.DeliveryKind) time.Duration {
	if kind == newsletter.DeliveryEdition {
		return p.Edition
	}
	return p.Other
}

// pauses lie between attempts: the first for greylisting (RFC 6647), then longer and longer.
var pauses = []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// pause before the attempt that follows n refusals, within a fifth of its length by chance, so that
// what was refused together doesn't come back together.
func pause(n int, chance float64) time.Duration {
	d := pauses[min(n, len(pauses)-1)]
	return d + time.Duration(float64(d)*(chance-0.5)*0.4)
}

// retryAfterTrouble is when a message is tried again that a connection failed: soon, for the worker
// itself waits until the server is back.
const retryAfterTrouble = 30 * time.Second

// retryAfterFault is when a message is tried again that could not be written: when an operator may
// have looked at the log.
const retryAfterFault = 5 * time.Minute

// Judge says what becomes of a delivery after the mail server's answer: err is nil, or what
// mailer.Pool.Send returned.
func Judge(c *newsletter.Claim, receipt mailer.Receipt, err error, patience Patience, now time.Time) newsletter.Outcome {
	o := newsletter.Outcome{Held: c.Held(), Domain: c.Domain}
	if err == nil {
		o.State, o.Code, o.Status, o.Reply = newsletter.DeliverySent, receipt.Code, receipt.Enhanced, receipt.Reply
		return o
	}
	var fault *mailer.SendError
	if !errors.As(err, &fault) {
		// Not about SMTP: the message could not be written. A fault of ours costs nobody a mail.
		// Where the database did not give the letter just now, it may the next time.
		wait := retryAfterFault
		if newsletter.Is(err, newsletter.Unavailable) {
			wait = databasePause
		}
		o.State, o.DueAt = newsletter.DeliveryPending, newsletter.At(now.Add(wait))
		return o
	}
	o.Code, o.Status, o.Reply = fault.Code, fault.Enhanced, fault.Reply
	switch {
	case fault.Uncertain:
		o.State = newsletter.DeliveryUncertain
	case policy(fault):
		refused(&o, c, patience, now)
	case fault.Kind == mailer.KindRecipient || fault.Kind == mailer.KindContent:
		o.State, o.Refused = newsletter.DeliveryFailed, true
	case fault.AboutMessage():
		refused(&o, c, patience, now)
		if o.State == newsletter.DeliveryPending && tooFast(fault) {
			o.Throttle = newsletter.At(now.Add(throttlePause))
		}
	default:
		o.State, o.DueAt = newsletter.DeliveryPending, newsletter.At(now.Add(retryAfterTrouble))
	}
	return o
}

// refused puts a message off that the server refused for a while, or gives up when that has gone on
// for too long. Its life begins with the first refusal: a server that is down costs none of it.
func refused(o *newsletter.Outcome, c *newsletter.Claim, patience Patience, now time.Time) {
	o.Refused = true
	expires := c.ExpiresAt.Time
	if c.Attempts == 0 {
		expires = now.Add(patience.of(c.Kind))
		o.ExpiresAt = newsletter.At(expires)
	}
	due := now.Add(pause(c.Attempts, rand.Float64())) // spreads load, guards nothing
	if due.After(expires) {
		o.State = newsletter.DeliveryExpired
		return
	}
	o.State, o.DueAt = newsletter.DeliveryPending, newsletter.At(due)
}
