package digest

import (
	"cmp"
	"context"
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
	rendered := d.render(ctx, r)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(rendered.variants) == 0 && rendered.failure != nil:
		return d.keepBack(ctx, e, rendered.failure, now)
	case len(rendered.variants) == 0:
		return d.move(ctx, e, newsletter.EditionSkipped, newsletter.ReasonNobody, now)
	}
	released, err := d.Store.ReleaseEdition(ctx, e, rendered.variants, rendered.assignments, now)
	if released {
		d.Log.InfoContext(ctx, "edition released", "edition", e.ID, "schedule", e.ScheduleID,
			"variants", len(rendered.variants), "combinations", len(rendered.assignments))
		d.alarm(ctx, e, &rendered)
	}
	return err
}

// rendered is what is decided for all combinations of readers.
type rendered struct {
	variants    []newsletter.Variant // that did not exist yet
	assignments []newsletter.Assignment
	failures    map[string]error // why a variant can't be made, by its key
	failure     error            // the first of them
}

// render decides for every combination of readers, and renders each variant that doesn't exist yet.
func (d *Digester) render(ctx context.Context, r *newsletter.Release) rendered {
	out := rendered{assignments: make([]newsletter.Assignment, len(r.Readers)), failures: map[string]error{}}
	done := map[string]bool{}
	for i := range r.Readers {
		c := &r.Readers[i]
		share := r.Share(c)
		a := &out.assignments[i]
		a.Reader, a.Next = *c, share.Next
		if !share.Mail {
			continue
		}
		key := share.Key(c.Language, c.Layout)
		if _, ok := r.Rendered[key]; !ok && !done[key] {
			done[key] = true
			v, err := d.variant(ctx, r.Digest(&share, c.Language, c.Layout))
			if err != nil {
				out.failures[key] = err
				out.failure = cmp.Or(out.failure, err)
			} else {
				v.Key, v.Posts = key, share.Posts
				out.variants = append(out.variants, *v)
			}
		}
		if err := out.failures[key]; err != nil {
			a.Next, a.Failure = c.Reading, err.Error()
		} else {
			a.Variant = key
		}
	}
	return out
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
