package delivery

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// job is a claim on its way through a lane. To the connection that sends it, it is a message.
type job struct {
	claim   newsletter.Claim
	lane    *lane
	granted time.Time // when it was about to pass the gate
	written bool      // there is a message, so that what fails is about sending it
	done    bool
}

// Append writes the message, when its turn has come. A panic while it is written is a fault of ours
// that costs the others nothing.
func (j *job) Append(ctx context.Context, dst []byte) (envelope mailer.Envelope, message []byte, err error) {
	l := j.lane
	message = dst
	err = newsletter.Unharmed(func() (err error) {
		envelope, message, err = l.worker.Writer.Write(ctx, dst, &j.claim, l.worker.Now())
		return err
	})
	if j.written = err == nil; !j.written {
		l.worker.Log.Error("a message could not be written", "delivery", j.claim.ID, "kind", j.claim.Kind, "err", err, newsletter.Stack(err))
	}
	return envelope, message, err
}

// Done takes what became of the message to the gatekeeper, who has room for it always.
func (j *job) Done(receipt mailer.Receipt, err error) {
	l := j.lane
	j.done = true
	l.results <- result{j, Judge(&j.claim, receipt, err, l.settings.Patience, l.worker.Now()), err}
}

// result is what a sender reports.
type result struct {
	job     *job
	outcome newsletter.Outcome
	err     error
}
