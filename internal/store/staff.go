package store

import (
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

const staffColumns = `id, public_id, address, name, language, created_at, signed_in_at, disabled_at`

// AllStaff returns everybody on the staff, in the order in which they came, the disabled too.
func (s *Store) AllStaff(ctx context.Context) (all []newsletter.Staff, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		all, err = t.staffs(``)
		return err
	})
	return all, err
}

// Staff returns one of the staff.
func (s *Store) Staff(ctx context.Context, id newsletter.PublicID) (m *newsletter.Staff, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		m, err = t.staff(`public_id = $1`, id)
		return err
	})
	return m, err
}

// StaffByAddress returns the one of the staff whose address it is.
func (s *Store) StaffByAddress(ctx context.Context, a newsletter.Address) (m *newsletter.Staff, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		m, err = t.staff(`address_key = $1`, a.Key())
		return err
	})
	return m, err
}

// Staffed reports whether anybody ever signed in at the desks.
func (s *Store) Staffed(ctx context.Context) (yes bool, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		yes, err = t.staffed()
		return err
	})
	return yes, err
}

func (t *tx) staffed() (yes bool, err error) {
	err = t.get(&yes, `SELECT EXISTS (SELECT 1 FROM staff WHERE signed_in_at IS NOT NULL)`)
	return yes, err
}

// staff returns the one whom a condition names, with roles and lists.
func (t *tx) staff(condition string, arg any) (*newsletter.Staff, error) {
	all, err := t.staffs(`WHERE `+condition, arg)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, newsletter.Errorf(newsletter.NotFound, "no_staff", "nobody on the staff is known by this")
	}
	return &all[0], nil
}

func (t *tx) staffs(condition string, args ...any) ([]newsletter.Staff, error) {
	var all []newsletter.Staff
	if err := t.list(&all, `SELECT `+staffColumns+` FROM staff `+condition+` ORDER BY id`, args...); err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	var roles []struct {
		StaffID int64           `db:"staff_id"`
		Role    newsletter.Role `db:"role"`
	}
	var lists []struct {
		StaffID int64 `db:"staff_id"`
		ListID  int64 `db:"list_id"`
	}
	const among = `WHERE staff_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))`
	if err := t.list(&roles, `SELECT staff_id, role FROM staff_role `+among+` ORDER BY role`, newsletter.NewIDs(ids...)); err != nil {
		return nil, err
	}
	if err := t.list(&lists, `SELECT staff_id, list_id FROM staff_list `+among+` ORDER BY list_id`, newsletter.NewIDs(ids...)); err != nil {
		return nil, err
	}
	for i := range all {
		for _, r := range roles {
			if r.StaffID == all[i].ID {
				all[i].Roles = append(all[i].Roles, r.Role)
			}
		}
		for _, l := range lists {
			if l.StaffID == all[i].ID {
				all[i].Lists = append(all[i].Lists, l.ListID)
			}
		}
	}
	return all, nil
}

// InviteStaff takes somebody on, and mails them a link with which to sign in for the first time. Their
// address must not be on the staff already.
func (s *Store) InviteStaff(ctx context.Context, m *newsletter.Staff, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.insertStaff(m, newsletter.At(now)); err != nil {
			return err
		}
		if _, err := t.issue(m, newsletter.SignInInvitation, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "staff.invite", staffObject(m), grantOf(m))
	})
}

func (t *tx) insertStaff(m *newsletter.Staff, at newsletter.Time) error {
	m.PublicID, m.Created, m.SignedIn, m.Disabled = newsletter.NewPublicID(), at, newsletter.Time{}, newsletter.Time{}
	err := t.get(&m.ID, `
		INSERT INTO staff (public_id, address, address_key, name, language, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (address_key) DO NOTHING RETURNING id`, m.PublicID, m.Address, m.Address.Key(), m.Name, m.Language, at)
	if newsletter.Is(notFound(err, "", ""), newsletter.NotFound) {
		return newsletter.Errorf(newsletter.Conflict, "staff_exists", "this address is on the staff already: change what they may do there")
	}
	if err != nil {
		return err
	}
	return t.grantRoles(m)
}

// grantRoles makes roles and lists what they are in m.
func (t *tx) grantRoles(m *newsletter.Staff) error {
	for _, query := range []string{`DELETE FROM staff_role WHERE staff_id = $1`, `DELETE FROM staff_list WHERE staff_id = $1`} {
		if err := t.exec(query, m.ID); err != nil {
			return err
		}
	}
	for _, r := range m.Roles {
		if err := t.exec(`INSERT INTO staff_role (staff_id, role) VALUES ($1, $2)`, m.ID, r); err != nil {
			return err
		}
	}
	for _, id := range newsletter.NewIDs(m.Lists...) {
		n, err := t.count(`INSERT INTO staff_list (staff_id, list_id) SELECT $1, id FROM list WHERE id = $2`, m.ID, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return newsletter.Errorf(newsletter.NotFound, "not_found", "there is no list %d", id)
		}
	}
	return nil
}

// ChangeStaff makes name, language, roles and lists of somebody what they are in m; m.PublicID says
// whose. What was taken away is gone at their next page. The last admin stays one.
func (s *Store) ChangeStaff(ctx context.Context, m *newsletter.Staff, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.lockStaff(m.PublicID)
		if err != nil {
			return err
		}
		m.ID = was.ID
		if !m.Has(newsletter.RoleAdmin) {
			if err := t.keepAdmin(was); err != nil {
				return err
			}
		}
		if err := t.exec(`UPDATE staff SET name = $2, language = $3 WHERE id = $1`, m.ID, m.Name, m.Language); err != nil {
			return err
		}
		if err := t.grantRoles(m); err != nil {
			return err
		}
		return t.audit(by, now, "staff.change", staffObject(m), map[string]any{"from": grantOf(was), "to": grantOf(m)})
	})
}

// DisableStaff keeps somebody out, at once: their sessions and links end with it. The last admin stays.
func (s *Store) DisableStaff(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		m, err := t.lockStaff(id)
		if err != nil {
			return err
		}
		if err := t.keepAdmin(m); err != nil {
			return err
		}
		if err := t.exec(`UPDATE staff SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL`, m.ID, newsletter.At(now)); err != nil {
			return err
		}
		if err := t.shutOut(m.ID, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "staff.disable", staffObject(m), nil)
	})
}

// EnableStaff lets somebody in again who was kept out.
func (s *Store) EnableStaff(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		m, err := t.lockStaff(id)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE staff SET disabled_at = NULL WHERE id = $1`, m.ID); err != nil {
			return err
		}
		return t.audit(by, now, "staff.enable", staffObject(m), nil)
	})
}

// ResetFactors takes all second factors of somebody away, for who lost them, and ends their sessions.
// They add new ones when they sign in again.
func (s *Store) ResetFactors(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		m, err := t.lockStaff(id)
		if err != nil {
			return err
		}
		for _, query := range []string{
			`DELETE FROM authenticator WHERE staff_id = $1`,
			`DELETE FROM passkey WHERE staff_id = $1`,
			`DELETE FROM recovery_code WHERE staff_id = $1`,
		} {
			if err := t.exec(query, m.ID); err != nil {
				return err
			}
		}
		if err := t.shutOut(m.ID, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "staff.reset", staffObject(m), nil)
	})
}

// shutOut ends sessions and unused links.
func (t *tx) shutOut(staffID int64, at newsletter.Time) error {
	if err := t.exec(`DELETE FROM session WHERE staff_id = $1`, staffID); err != nil {
		return err
	}
	return t.exec(`UPDATE sign_in SET expires_at = $2 WHERE staff_id = $1 AND used_at IS NULL AND expires_at > $2`, staffID, at)
}

func (t *tx) lockStaff(id newsletter.PublicID) (*newsletter.Staff, error) {
	var locked int64
	if err := t.get(&locked, `SELECT id FROM staff WHERE public_id = $1`+t.dialect.forUpdate, id); err != nil {
		return nil, notFound(err, "member of staff", id)
	}
	return t.staff(`id = $1`, locked)
}

// keepAdmin refuses to lose the last admin who ever signed in: nobody could let others in then. All
// admins are locked, so that two don't take the role from one another.
func (t *tx) keepAdmin(m *newsletter.Staff) error {
	if !m.Has(newsletter.RoleAdmin) || m.SignedIn.IsZero() || !m.Disabled.IsZero() {
		return nil
	}
	var admins []int64
	if err := t.list(&admins, `
		SELECT id FROM staff WHERE signed_in_at IS NOT NULL AND disabled_at IS NULL
			AND id IN (SELECT staff_id FROM staff_role WHERE role = 'admin') ORDER BY id`+t.dialect.forUpdate); err != nil {
		return err
	}
	if !slices.ContainsFunc(admins, func(id int64) bool { return id != m.ID }) {
		return newsletter.Errorf(newsletter.Conflict, "last_admin", "this is the last admin: make somebody else an admin first")
	}
	return nil
}

func staffObject(m *newsletter.Staff) object { return object{"staff", m.PublicID.String()} }

// grantOf is what somebody may do, as the audit log tells it.
func grantOf(m *newsletter.Staff) map[string]any {
	return map[string]any{"roles": m.Roles, "lists": newsletter.NewIDs(m.Lists...)}
}
