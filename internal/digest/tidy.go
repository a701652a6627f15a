package digest

import (
	"cmp"
	"context"
	"time"
)

// forgetAtOnce is how many editions one transaction forgets.
const forgetAtOnce = 500

// keepTests is how long test mails are kept, for who asks why one didn't come.
const keepTests = 7 * 24 * time.Hour

// Tidy forgets test mails, and editions that ended longer ago than Keep and brought nobody anything: a schedule of every
// minute skips half a million in a year.
func (d *Digester) Tidy(ctx context.Context, now time.Time) error {
	if _, err := d.Store.ForgetTestLetters(ctx, now.Add(-keepTests), actor, now); err != nil {
		return err
	}
	var forgotten int64
	for {
		n, err := d.Store.ForgetEditions(ctx, now.Add(-cmp.Or(d.Keep, DefaultKeep)), forgetAtOnce, actor, now)
		if forgotten += n; err == nil && n == forgetAtOnce {
			continue
		}
		if forgotten > 0 {
			d.Log.InfoContext(ctx, "empty editions forgotten", "number", forgotten)
		}
		return err
	}
}
