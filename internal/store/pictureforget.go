package store

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// picturePath finds the pictures of this site in a text.
var picturePath = regexp.MustCompile(`/pictures/([a-z0-9]{26})`)

// Where a picture may be shown: by posts, also drafts and withdrawn ones, by what editions froze of them, by words of
// editions, by mails that went out (their versions for the browser hold the same), and by how lists look.
const (
	picturesOfPosts    = `SELECT p.html || ' ' || p.markdown || ' ' || p.picture AS words FROM post AS p`
	picturesOfFrozen   = `SELECT f.html || ' ' || f.picture AS words FROM edition_post AS f`
	picturesOfEditions = `SELECT e.introduction || ' ' || e.correction AS words FROM edition AS e`
	picturesOfMails    = `SELECT v.web AS words FROM variant AS v`
	picturesOfLists    = `SELECT l.branding AS words FROM list AS l`
)

// pictureDoubt is how much older than a look a change may be that the look has not seen.
const pictureDoubt = 10 * time.Minute

// ForgetPictures deletes pictures that were uploaded before a time and that nothing shows: of a post that was never saved, or
// one that was replaced. It looks through all texts once, outside of its transaction, and in it at what was changed
// meanwhile.
func (s *Store) ForgetPictures(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (n int64, err error) {
	var pictures []newsletter.Picture
	if err := s.reader.SelectContext(ctx, &pictures, `SELECT id, public_id FROM picture WHERE created_at < $1`, newsletter.At(before)); err != nil {
		return 0, err
	}
	unseen := map[string]int64{}
	for i := range pictures {
		unseen[pictures[i].PublicID.String()] = pictures[i].ID
	}
	for _, texts := range []string{picturesOfLists, picturesOfPosts, picturesOfFrozen, picturesOfEditions, picturesOfMails} {
		if len(unseen) == 0 {
			return 0, nil
		}
		if err := s.seePictures(ctx, texts, unseen); err != nil {
			return 0, err
		}
	}
	err = s.write(ctx, func(t *tx) error {
		left, since := maps.Clone(unseen), newsletter.At(now.Add(-pictureDoubt))
		for texts, args := range map[string][]any{picturesOfLists: nil, picturesOfPosts + ` WHERE p.changed_at >= $1`: {since}, picturesOfEditions + ` WHERE e.changed_at >= $1`: {since}} {
			var words []string
			if err := t.list(&words, texts, args...); err != nil {
				return err
			}
			for _, text := range words {
				dropSeen(text, left)
			}
		}
		ids := newsletter.NewIDs(slices.Collect(maps.Values(left))...)
		if n, err = t.count(`DELETE FROM picture WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`, ids); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "picture.forget", object{"picture", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}

// seePictures takes out of unseen what texts show, a row at a time.
func (s *Store) seePictures(ctx context.Context, texts string, unseen map[string]int64) error {
	rows, err := s.reader.QueryContext(ctx, `SELECT words FROM (`+texts+`) AS texts WHERE words LIKE '%/pictures/%'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var words string
		if err := rows.Scan(&words); err != nil {
			return err
		}
		dropSeen(words, unseen)
	}
	return rows.Err()
}

func dropSeen(words string, unseen map[string]int64) {
	for _, found := range picturePath.FindAllStringSubmatch(words, -1) {
		delete(unseen, found[1])
	}
}
