package digest

import (
	"context"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// release decides who gets what of an approved edition, renders it, and sends it on its way. A
// letter that can't be rendered keeps the edition back, with the reason; it is tried again later.
func (d *Digester) release(ctx context.Context, e *newsletter.Edition, now time.Time) error {
	r, err := d.Store.Release(ctx, e)
	if err != nil {
		return err
	}
	if r.Edition.State != newsletter.EditionApproved || r.Edition.ChangedAt != e.ChangedAt {
		return nil // somebody else was first
	}
	variants, assignments, err := d.render(ctx, r)
	if err != nil {
		return d.keepBack(ctx, e, err, now)
	}
	if len(variants) == 0 {
		return d.move(ctx, e, newsletter.EditionSkipped, newsletter.ReasonNobody, now)
	}
	released, err := d.Store.ReleaseEdition(ctx, e, variants, assignments, now)
	if released {
		d.Log.InfoContext(ctx, "edition released", "edition", e.ID, "schedule", e.ScheduleID, "variants", len(variants), "combinations", len(assignments))
	}
	return err
}

// render decides for every combination of readers, and renders each variant that doesn't exist yet.
func (d *Digester) render(ctx context.Context, r *newsletter.Release) ([]newsletter.Variant, []newsletter.Assignment, error) {
	var variants []newsletter.Variant
	assignments := make([]newsletter.Assignment, len(r.Readers))
	done := map[string]bool{}
	for i := range r.Readers {
		c := &r.Readers[i]
		share := r.Share(c)
		a := &assignments[i]
		a.Reader, a.Next = *c, share.Next
		if !share.Mail {
			continue
		}
		a.Variant = share.Key(c.Language, c.Layout)
		if _, ok := r.Rendered[a.Variant]; ok || done[a.Variant] {
			continue
		}
		done[a.Variant] = true
		v, err := d.variant(ctx, r.Digest(&share, c.Language, c.Layout))
		if err != nil {
			return nil, nil, err
		}
		v.Key, v.Posts = a.Variant, share.Posts
		variants = append(variants, *v)
	}
	return variants, assignments, nil
}

// variant renders a digest; its public id is drawn first, because the letter links to it.
func (d *Digester) variant(ctx context.Context, digest *newsletter.Digest) (*newsletter.Variant, error) {
	digest.VariantID = newsletter.NewPublicID()
	letter, subject, web, err := d.Composer.Compose(ctx, digest)
	if err != nil {
		return nil, err
	}
	return &newsletter.Variant{PublicID: digest.VariantID, Language: digest.Language, Layout: digest.Layout,
		Letter: letter, Subject: subject, Web: web}, nil
}

// keepBack records why an edition can't go on, and returns that as an error for the log.
func (d *Digester) keepBack(ctx context.Context, e *newsletter.Edition, cause error, now time.Time) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := d.Store.NoteEdition(ctx, e, newsletter.ReasonCompose+": "+cause.Error(), now); err != nil {
		return err
	}
	return fmt.Errorf("a letter can't be made, the edition is kept back: %w", cause)
}
