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

// keepUnseen is how long a picture is kept that nothing shows: somebody may still be writing the post for it.
const keepUnseen = 30 * 24 * time.Hour

// tidyDaily is how often all texts are looked through for pictures.
const tidyDaily = 24 * time.Hour

// pictures forgets those that nothing shows, once a day.
func (d *Digester) pictures(ctx context.Context, now time.Time) error {
	if now.Sub(d.sawPictures).Abs() < tidyDaily {
		return nil
	}
	n, err := d.Store.ForgetPictures(ctx, now.Add(-keepUnseen), actor, now)
	if err != nil {
		return err
	}
	d.sawPictures = now
	if n > 0 {
		d.Log.InfoContext(ctx, "pictures forgotten that nothing shows", "number", n)
	}
	return nil
}

// Tidy forgets test mails, pictures that nothing shows, and editions that ended longer ago than Keep and brought nobody anything: a schedule of every
// minute skips half a million in a year.
func (d *Digester) Tidy(ctx context.Context, now time.Time) error {
	if _, err := d.Store.ForgetTestLetters(ctx, now.Add(-keepTests), actor, now); err != nil {
		return err
	}
	if err := d.pictures(ctx, now); err != nil {
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
