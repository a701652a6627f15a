package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// refusalsInARow is how many mails of an edition are refused for what they say, or by policy, with none
// accepted in between, before it is stopped. One alone may be about one mailbox (a closed list behind an
// address); and what is refused for policy costs nobody the mail: it waits.
const refusalsInARow = 3

// stops watches over editions that should not go on: the mail server refuses us or our sender, or one mail after
// another. Nobody is blamed for that.
type stops struct {
	inARow map[int64]int
	due    map[int64]string // the editions to be stopped, and why
}

func newStops() stops { return stops{inARow: map[int64]int{}, due: map[int64]string{}} }

// watch notes an answer.
func (s *stops) watch(c *newsletter.Claim, err error) {
	if c.EditionID == nil {
		return
	}
	id := *c.EditionID
	if err == nil {
		delete(s.inARow, id)
		return
	}
	var fault *mailer.SendError
	if !errors.As(err, &fault) || fault.Code/100 != 5 {
		return
	}
	switch fault.Kind {
	case mailer.KindAuthentication, mailer.KindConfiguration:
		s.due[id] = said(newsletter.ReasonSenderRefused, fault)
	case mailer.KindContent:
		if s.inARow[id]++; s.inARow[id] >= refusalsInARow {
			s.due[id] = said(newsletter.ReasonMailRefused, fault)
		}
	}
}

// said is a reason with the server's own words, which hold no address.
func said(reason string, fault *mailer.SendError) string {
	return strings.TrimRight(fmt.Sprintf("%s: %s: %d %s %s", reason, fault.Stage, fault.Code, fault.Enhanced, fault.Reply), " ")
}

// policy reports whether a message was refused by a rule of the server's about us (RFC 3463, X.7): the
// person it was for has nothing to do with that.
func policy(fault *mailer.SendError) bool {
	return fault.Kind == mailer.KindContent && strings.HasPrefix(fault.Enhanced, "5.7.")
}

// stop stops the editions that should not go on.
func (l *lane) stop(ctx context.Context) error {
	for id, reason := range l.stops.due {
		stopped, err := l.worker.Store.StopEdition(ctx, id, reason, l.worker.Now())
		if err != nil {
			return err
		}
		if stopped {
			l.worker.Log.Error("an edition was stopped: the mail server refuses its mail; put that right, then resume it", "edition", id, "reason", reason)
		}
		delete(l.stops.due, id)
		delete(l.stops.inARow, id)
	}
	return nil
}
