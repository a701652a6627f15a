package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// StopMail keeps an address from all lists, because somebody says that its owner has died or is no longer there: at
// once, without proof and without a letter to an address that nobody should write to. The register holds it as an
// objection that was carried out, with why as the note of its history.
func (s *Store) StopMail(ctx context.Context, r *newsletter.DataRequest, why string, hashes *token.Hashes, today newsletter.Day, by newsletter.Actor, now time.Time) error {
	at := newsletter.At(now)
	return s.write(ctx, func(t *tx) error {
		r.Kind, r.Key = newsletter.RequestObjection, nil
		if _, err := t.insertRequest(r, today, by, at); err != nil {
			return err
		}
		before := r.State
		if err := (newsletter.FulfilRequest{Result: newsletter.ResultDone}).Apply(r, today, now); err != nil {
			return err
		}
		if _, err := t.effect(&newsletter.Carried{Request: r}, *r.Address, hashes, at); err != nil {
			return err
		}
		if err := t.saveRequest(r); err != nil {
			return err
		}
		if err := t.note(r, before, "stop", why, by, at); err != nil {
			return err
		}
		return t.audit(by, now, "request.stop", object{"request", r.PublicID.String()}, map[string]string{"why": why})
	})
}
