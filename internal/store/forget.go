package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// ForgetEditions removes up to limit editions that were skipped or missed before a time, with what they
// had frozen: they brought nobody anything and consumed nothing. The last one of each schedule stays, so
// that there is always one to look at. Should a clock that was set back make such a slot due again, it is
// composed as if for the first time, which it is to its readers.
func (s *Store) ForgetEditions(ctx context.Context, before time.Time, limit int, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		var ids []int64
		if err := t.list(&ids, `
			SELECT e.id FROM edition AS e
			WHERE e.state IN ('skipped', 'missed') AND e.ended_at < $1
			AND EXISTS (SELECT 1 FROM edition AS l WHERE l.schedule_id = e.schedule_id AND l.id > e.id)
			AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.edition_id = e.id)
			AND NOT EXISTS (SELECT 1 FROM variant AS v WHERE v.edition_id = e.id)
			ORDER BY e.ended_at, e.id LIMIT $2`+t.dialect.forUpdate, newsletter.At(before), limit); err != nil || len(ids) == 0 {
			n = 0
			return err
		}
		const these = `IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`
		if err := t.exec(`DELETE FROM edition_post WHERE edition_id `+these, newsletter.NewIDs(ids...)); err != nil {
			return err
		}
		var err error
		if n, err = t.count(`DELETE FROM edition WHERE id `+these, newsletter.NewIDs(ids...)); err != nil {
			return err
		}
		return t.audit(by, now, "edition.forget", object{"edition", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}
