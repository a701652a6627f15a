package newsletter

import "time"

// ApprovalRule says how the editions of a list are approved at the desk. What the slot or an operator
// approves is not bound by it.
type ApprovalRule struct {
	ListID int64 `db:"list_id" json:"-"`
	// FourEyes: who made an edition or changed it doesn't approve it.
	FourEyes bool `db:"four_eyes" json:"four_eyes"`
	// Hold is how long an approval can be taken back before anything leaves by it.
	Hold Duration `db:"hold_us" json:"hold"`
}

// DefaultApproval is the rule of a list that has none of its own.
func DefaultApproval(listID int64) ApprovalRule {
	return ApprovalRule{ListID: listID, Hold: Duration(5 * time.Minute)}
}

// MaxHold is the longest hold time: who needs more, approves later.
const MaxHold = Duration(24 * time.Hour)

// Check returns what is wrong with the rule.
func (r *ApprovalRule) Check() error {
	if r.Hold < 0 || r.Hold > MaxHold {
		err := Errorf(Invalid, "approval_hold", "the hold time must be between none and 24 hours")
		err.Field = "hold"
		return err
	}
	return nil
}

// Approver says why somebody may not approve an edition by the rule, or nil.
func (r *ApprovalRule) Approver(e *Edition, by Actor) error {
	if by.Kind != ByStaff || !r.FourEyes {
		return nil
	}
	for _, id := range e.EditedBy {
		if id == by.ID {
			return Errorf(Conflict, "edition_own_work", "who worked on an edition of this list doesn't approve it: somebody else must look")
		}
	}
	return nil
}
