package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"bode.example/internal/newsletter"
)

const pictureColumns = `id, public_id, list_id, hash, media, width, height, created_at`

// AddPicture keeps a picture for the posts and the branding of a list, and gives it its ids. The same
// picture a second time is the one that is there.
func (s *Store) AddPicture(ctx context.Context, i *newsletter.Picture, content []byte, by newsletter.Actor, now time.Time) error {
	sum := sha256.Sum256(content)
	return s.write(ctx, func(t *tx) error {
		i.PublicID, i.Hash, i.CreatedAt = newsletter.NewPublicID(), hex.EncodeToString(sum[:]), newsletter.At(now)
		inserted, err := t.count(`
			INSERT INTO picture (public_id, list_id, hash, media, width, height, content, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (list_id, hash) DO NOTHING`,
			i.PublicID, i.ListID, i.Hash, i.Media, i.Width, i.Height, content, i.CreatedAt)
		if err != nil {
			return err
		}
		if err := t.get(i, `SELECT `+pictureColumns+` FROM picture WHERE list_id = $1 AND hash = $2`, i.ListID, i.Hash); err != nil {
			return err
		}
		if inserted == 0 {
			return nil
		}
		return t.audit(by, now, "picture.add", object{"picture", i.PublicID.String()}, map[string]int{"bytes": len(content), "width": i.Width, "height": i.Height})
	})
}

// Picture returns a picture and its content.
func (s *Store) Picture(ctx context.Context, id newsletter.PublicID) (*newsletter.Picture, []byte, error) {
	var row struct {
		newsletter.Picture
		Content []byte `db:"content"`
	}
	err := s.reader.GetContext(ctx, &row, `SELECT `+pictureColumns+`, content FROM picture WHERE public_id = $1`, id)
	return &row.Picture, row.Content, notFound(err, "picture", id)
}
