package digest

import (
	"cmp"
	"context"
	"time"
)

// forgetAtOnce is how many editions one transaction forgets.
const forgetAtOnce = 500

// Tidy forgets editions that ended longer ago than Keep and brought nobody anything: a schedule of every
// minute skips half a million in a year.
func (d *Digester) Tidy(ctx context.Context, now time.Time) error {
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
