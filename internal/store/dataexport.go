package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const exportColumns = `id, public_id, request_id, address, created_at, expires_at, downloads, last_at`

// insertExport makes the link that goes with the answer to a request.
func (t *tx) insertExport(r *newsletter.DataRequest, address newsletter.Address, at newsletter.Time) (*newsletter.DataExport, error) {
	x := &newsletter.DataExport{PublicID: newsletter.NewPublicID(), RequestID: r.ID, Address: address, CreatedAt: at,
		ExpiresAt: newsletter.At(at.Add(newsletter.ExportLife))}
	err := t.get(&x.ID, `
		INSERT INTO data_export (public_id, request_id, address, address_key, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, x.PublicID, x.RequestID, x.Address, x.Address.Key(), x.CreatedAt, x.ExpiresAt)
	return x, err
}

// DataExport returns what a link to a package names.
func (s *Store) DataExport(ctx context.Context, id newsletter.PublicID) (*newsletter.DataExport, error) {
	var x newsletter.DataExport
	err := s.reader.GetContext(ctx, &x, `SELECT `+exportColumns+` FROM data_export WHERE public_id = $1`, id)
	return &x, notFound(err, "package", "")
}

// DataExportOf returns the newest link of a request.
func (s *Store) DataExportOf(ctx context.Context, request int64) (*newsletter.DataExport, error) {
	var x newsletter.DataExport
	err := s.reader.GetContext(ctx, &x, `SELECT `+exportColumns+` FROM data_export WHERE request_id = $1 ORDER BY id DESC LIMIT 1`, request)
	return &x, notFound(err, "package of request", request)
}

// FetchDataExport counts that somebody fetches their package.
func (s *Store) FetchDataExport(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		gone := newsletter.Errorf(newsletter.Expired, "export_expired", "this link has expired: ask for your data once more")
		if err := t.one(gone, `
			UPDATE data_export SET downloads = downloads + 1, last_at = $2 WHERE public_id = $1 AND expires_at > $2`, id, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "export.fetch", object{"export", id.String()}, nil)
	})
}

// ForgetDataExports takes the addresses out of links that no longer work, by deleting them. How often they were
// used is in the request's history.
func (s *Store) ForgetDataExports(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		if err := t.exec(`
			INSERT INTO request_event (request_id, at, actor_kind, actor_id, step, state_before, state_after, note)
			SELECT x.request_id, $1, CAST($2 AS TEXT), CAST($3 AS TEXT), 'export_ended', r.state, r.state, 'downloads: ' || x.downloads
			FROM data_export AS x JOIN data_request AS r ON r.id = x.request_id WHERE x.expires_at <= $1`, newsletter.At(now), by.Kind, by.ID); err != nil {
			return err
		}
		var err error
		if n, err = t.count(`DELETE FROM data_export WHERE expires_at <= $1`, newsletter.At(now)); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "export.forget", object{"export", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}
