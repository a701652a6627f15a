package store

import (
	"context"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
)

// signupClosed is the setting that holds since when the sign-up form is closed by hand; there is none
// while it is open.
const signupClosed = "signup_closed"

// SignupClosed returns since when the sign-up form is closed by hand; zero: it is not.
func (s *Store) SignupClosed(ctx context.Context) (newsletter.Time, error) {
	var values []int64
	err := s.reader.SelectContext(ctx, &values, `SELECT CAST(value AS BIGINT) FROM setting WHERE name = $1`, signupClosed)
	if err != nil || len(values) == 0 {
		return newsletter.Time{}, err
	}
	return newsletter.At(time.UnixMicro(values[0])), nil
}

// CloseSignup takes the sign-up form away, for all processes around this database and from the next
// request on (STANDARDS D3). Links that were mailed before still confirm. It says whether the form was open.
func (s *Store) CloseSignup(ctx context.Context, by newsletter.Actor, now time.Time) (changed bool, err error) {
	return s.switchSignup(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
		[]any{signupClosed, strconv.FormatInt(now.UnixMicro(), 10)}, "signup.close", by, now)
}

// OpenSignup gives the form back, and says whether it was closed.
func (s *Store) OpenSignup(ctx context.Context, by newsletter.Actor, now time.Time) (changed bool, err error) {
	return s.switchSignup(ctx, `DELETE FROM setting WHERE name = $1`, []any{signupClosed}, "signup.open", by, now)
}

func (s *Store) switchSignup(ctx context.Context, query string, args []any, action string, by newsletter.Actor, now time.Time) (changed bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		n, err := t.count(query, args...)
		if changed = n > 0; err != nil || !changed {
			return err
		}
		return t.audit(by, now, action, object{"setting", signupClosed}, nil)
	})
	return changed, err
}
