package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// EraseStaff forgets somebody who has left the staff: name, address, second factors, sessions, links, and their address on
// mails of the desks. They must be kept out already (Conflict otherwise). The audit log keeps what they did, under the id
// that they had, and with this last entry which roles those were.
func (s *Store) EraseStaff(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		m, err := t.lockStaff(id)
		if err != nil {
			return err
		}
		if m.Disabled.IsZero() {
			return newsletter.Errorf(newsletter.Conflict, "staff_enabled", "only who is kept out can be erased: take their access away first")
		}
		at := newsletter.At(now)
		if err := t.exec(`
			UPDATE delivery SET address = NULL, domain = '', reply = '', `+endWaiting("cancelled", "$2")+`
			WHERE kind <> 'edition' AND lower(address) = lower($1) AND template IN ('sign_in', 'staff_invitation', 'test_mail', 'edition_test',
				'edition_proof', 'edition_reminder', 'edition_held', 'request_reminder')`, m.Address, at); err != nil {
			return err
		}
		for _, table := range []string{"schedule_reminder", "session", "sign_in", "authenticator", "passkey", "recovery_code", "staff_role", "staff_list"} {
			if err := t.exec(`DELETE FROM `+table+` WHERE staff_id = $1`, m.ID); err != nil {
				return err
			}
		}
		if err := t.exec(`DELETE FROM counter WHERE key = $1`, m.PublicID); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM staff WHERE id = $1`, m.ID); err != nil {
			return err
		}
		return t.audit(by, now, "staff.erase", staffObject(m), grantOf(m))
	})
	if err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return err
}
