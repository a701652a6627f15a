package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// take counts one more on each quota, or returns an Error TooMany for the first that is used up. As
// the error undoes the transaction, what is refused is counted nowhere. The counter's row stays
// locked until the commit: two that come at once are counted one after the other.
func (t *tx) take(quotas []newsletter.Quota, now time.Time) error {
	for _, quota := range quotas {
		if err := t.takeOne(quota, now); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) takeOne(quota newsletter.Quota, now time.Time) error {
	var marks newsletter.Tally
	if err := t.get(&marks, `
		INSERT INTO counter (name, key, marks, ends_at) VALUES ($1, $2, '[]', $3)
		ON CONFLICT (name, key) DO UPDATE SET ends_at = excluded.ends_at RETURNING marks`,
		quota.Counter, quota.Key, newsletter.At(ends(quota, now))); err != nil {
		return err
	}
	marks, again := marks.Take(quota.Limits, now)
	if !again.IsZero() {
		return newsletter.TooManyUntil(quota.Reason, again, now)
	}
	return t.exec(`UPDATE counter SET marks = $3 WHERE name = $1 AND key = $2`, quota.Counter, quota.Key, marks)
}

// ends is when all that is counted until now will be of no use any more.
func ends(quota newsletter.Quota, now time.Time) time.Time {
	var longest time.Duration
	for _, limit := range quota.Limits {
		longest = max(longest, limit.Per)
	}
	return now.Add(longest)
}

// ForgetCounters deletes the counters that no limit looks back to any more, and says how many.
func (s *Store) ForgetCounters(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if n, err = t.count(`DELETE FROM counter WHERE ends_at <= $1`, newsletter.At(now)); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "counter.forget", object{"counter", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}
