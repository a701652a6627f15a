package digest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// release decides who gets what of an approved edition, renders it, and sends it on its way. Readers
// whose letter can't be made are left behind, and the next edition brings them what this one would
// have. An edition of which no letter can be made is kept back, with the reason, and tried again later.
func (d *Digester) release(ctx context.Context, e *newsletter.Edition, now time.Time) error {
	r, err := d.Store.Release(ctx, e)
	if err != nil {
		return err
	}
	if r.Edition.State != newsletter.EditionApproved || r.Edition.ChangedAt != e.ChangedAt {
		return nil // somebody else was first
	}
	rendered, err := d.render(ctx, r, func(variants []newsletter.Variant) error {
		prepared, err := d.Store.PrepareVariants(ctx, e, variants)
		if err == nil && !prepared {
			err = errOvertaken
		}
		return err
	})
	switch {
	case errors.Is(err, errOvertaken):
		return nil
	case err != nil:
		return err
	case len(rendered.given) == 0 && rendered.failure != nil:
		return d.keepBack(ctx, e, rendered.failure, now)
	case len(rendered.given) == 0:
		return d.move(ctx, e, newsletter.EditionSkipped, newsletter.ReasonNobody, now)
	}
	released, err := d.Store.ReleaseEdition(ctx, e, rendered.variants, rendered.assignments, now)
	if released {
		d.Log.InfoContext(ctx, "edition released", "edition", e.ID, "schedule", e.ScheduleID,
			"variants", len(rendered.given), "combinations", len(rendered.assignments))
		d.alarm(ctx, e, &rendered)
	}
	return err
}

// errOvertaken says that the edition isn't any more as it was read: somebody else was first.
var errOvertaken = errors.New("the edition has changed")

// rendered is what is decided for all combinations of readers.
type rendered struct {
	variants    []newsletter.Variant // that are not stored yet
	room        int                  // octets of their letters
	assignments []newsletter.Assignment
	given       map[string]bool  // the keys of variants that somebody gets
	failures    map[string]error // why a variant can't be made, by its key
	failure     error            // the first of them
}

// render decides for every combination of readers, and renders each variant that doesn't exist yet. As many letters as
// have room are held; then keep stores them.
func (d *Digester) render(ctx context.Context, r *newsletter.Release, keep func([]newsletter.Variant) error) (rendered, error) {
	out := rendered{assignments: make([]newsletter.Assignment, len(r.Readers)), given: map[string]bool{}, failures: map[string]error{}}
	for i := range r.Readers {
		c := &r.Readers[i]
		share := r.Share(c)
		a := &out.assignments[i]
		a.Reader, a.Next = *c, share.Next
		if !share.Mail {
			continue
		}
		key := share.Key(c.Language, c.Layout)
		if _, ok := r.Rendered[key]; !ok && !out.given[key] && out.failures[key] == nil {
			v, err := d.variant(ctx, r.Digest(&share, c.Language, c.Layout))
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			if err != nil {
				out.failures[key] = err
				out.failure = cmp.Or(out.failure, err)
			} else {
				v.Key, v.Posts = key, share.Posts
				if err := out.hold(v, cmp.Or(d.LetterRoom, DefaultLetterRoom), keep); err != nil {
					return out, err
				}
			}
		}
		if err := out.failures[key]; err != nil {
			a.Next, a.Failure = c.Reading, err.Error()
		} else {
			a.Variant, out.given[key] = key, true
		}
	}
	return out, nil
}

// hold takes one more letter; when there is no room for it, those before it are stored.
func (out *rendered) hold(v *newsletter.Variant, room int, keep func([]newsletter.Variant) error) error {
	size := len(v.Letter) + len(v.Web)
	if len(out.variants) > 0 && out.room+size > room {
		if err := keep(out.variants); err != nil {
			return err
		}
		clear(out.variants)
		out.variants, out.room = out.variants[:0], 0
	}
	out.variants, out.room = append(out.variants, *v), out.room+size
	return nil
}

// alarm says in the log who is left behind; the edition says it too.
func (d *Digester) alarm(ctx context.Context, e *newsletter.Edition, out *rendered) {
	for i := range out.assignments {
		if a := &out.assignments[i]; a.Failure != "" {
			d.Log.ErrorContext(ctx, "a letter can't be made; its readers wait for the next edition", "edition", e.ID, "schedule", e.ScheduleID,
				"language", a.Reader.Language, "layout", a.Reader.Layout, "readers", a.Reader.Readers, "error", a.Failure, newsletter.Stack(out.failure))
		}
	}
}

// variant renders a digest; its public id is drawn first, because the letter links to it.
func (d *Digester) variant(ctx context.Context, digest *newsletter.Digest) (*newsletter.Variant, error) {
	digest.VariantID = newsletter.NewPublicID()
	v := &newsletter.Variant{PublicID: digest.VariantID, Language: digest.Language, Layout: digest.Layout}
	err := newsletter.Unharmed(func() (err error) {
		v.Letter, v.Subject, v.Web, err = d.Composer.Compose(ctx, digest)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// keepBack records why an edition can't go on, and returns that as an error for the log.
func (d *Digester) keepBack(ctx context.Context, e *newsletter.Edition, cause error, now time.Time) error {
	if err := d.Store.NoteEdition(ctx, e, newsletter.ReasonCompose+": "+cause.Error(), now); err != nil {
		return err
	}
	return fmt.Errorf("no letter can be made, the edition is kept back: %w", cause)
}
