package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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
	inARow map[int64]refusals
	due    map[int64]stop // the editions to be stopped
}

// refusals are those of an edition's mails, one after another.
type refusals struct {
	number int
	since  time.Time // when the first of these mails was let through
}

// stop is why an edition is to be stopped, and when the mails were let through that tell it.
type stop struct {
	reason string
	since  time.Time
}

func newStops() stops { return stops{inARow: map[int64]refusals{}, due: map[int64]stop{}} }

// watch notes an answer.
func (s *stops) watch(j *job, err error) {
	if j.claim.EditionID == nil {
		return
	}
	id := *j.claim.EditionID
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
		s.due[id] = stop{said(newsletter.ReasonSenderRefused, fault), j.granted}
	case mailer.KindContent:
		row := s.inARow[id]
		if row.number++; row.number == 1 || j.granted.Before(row.since) {
			row.since = j.granted
		}
		if s.inARow[id] = row; row.number >= refusalsInARow {
			s.due[id] = stop{said(newsletter.ReasonMailRefused, fault), row.since}
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

// stop stops the editions that should not go on. Answers to what was let through before an edition was resumed say
// nothing against it: whoever resumed it knew of them, and has put things right.
func (l *lane) stop(ctx context.Context) error {
	for id, stop := range l.stops.due {
		stopped, err := l.worker.Store.StopEdition(ctx, id, stop.reason, stop.since, l.worker.Now())
		if err != nil {
			return err
		}
		if stopped {
			l.worker.Log.Error("an edition was stopped: the mail server refuses its mail; put that right, then resume it", "edition", id, "reason", stop.reason)
		}
		delete(l.stops.due, id)
		delete(l.stops.inARow, id)
	}
	return nil
}
