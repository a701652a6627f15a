package newsletter

import "slices"

// Role is what somebody on the staff may do. An editor's power is not an officer's: one person may
// have both, but neither follows from the other.
type Role string

// The roles.
const (
	RoleEditor     Role = "editor"     // writes, plans and sends, of the lists that were given to them
	RoleOfficer    Role = "officer"    // handles requests about personal data; sends nothing
	RoleSupervisor Role = "supervisor" // reads register, audit and reports; decides nothing
	RoleAdmin      Role = "admin"      // lists, branding, staff; all that editors may
)

// Roles are all roles.
func Roles() []Role { return []Role{RoleEditor, RoleOfficer, RoleSupervisor, RoleAdmin} }

// Staff is somebody who may use the desks.
type Staff struct {
	ID       int64    `db:"id"`
	PublicID PublicID `db:"public_id"`
	Address  Address  `db:"address"`
	Name     string   `db:"name"`
	Language Language `db:"language"`
	Created  Time     `db:"created_at"`
	SignedIn Time     `db:"signed_in_at"` // the last time; zero: never yet
	Disabled Time     `db:"disabled_at"`  // zero while they may sign in
	// Roles and Lists say what for; Lists are the ids of the lists of which they are an editor. An
	// admin is an editor of all.
	Roles []Role  `db:"-"`
	Lists []int64 `db:"-"`
}

// Has reports whether they have one of the roles.
func (s *Staff) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// Edits reports whether they are an editor of a list.
func (s *Staff) Edits(listID int64) bool {
	return s.Has(RoleAdmin) || s.Has(RoleEditor) && slices.Contains(s.Lists, listID)
}

// Actor is them as who makes a change.
func (s *Staff) Actor() Actor { return Actor{ByStaff, s.PublicID.String()} }
