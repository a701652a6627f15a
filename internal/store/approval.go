package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// ApprovalRule returns the rule by which the editions of a list are approved.
func (s *Store) ApprovalRule(ctx context.Context, listID int64) (rule newsletter.ApprovalRule, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		rule, err = t.approvalRule(listID)
		return err
	})
	return rule, err
}

func (t *tx) approvalRule(listID int64) (newsletter.ApprovalRule, error) {
	var rule newsletter.ApprovalRule
	err := t.get(&rule, `SELECT list_id, four_eyes, hold_us FROM approval_rule WHERE list_id = $1`, listID)
	if errors.Is(err, sql.ErrNoRows) {
		return newsletter.DefaultApproval(listID), nil
	}
	return rule, err
}

// SetApprovalRule changes it. Approvals that were given stay as they are.
func (s *Store) SetApprovalRule(ctx context.Context, rule newsletter.ApprovalRule, by newsletter.Actor, now time.Time) error {
	if err := rule.Check(); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		var list newsletter.List
		if err := t.get(&list, `SELECT `+listColumns+` FROM list WHERE id = $1`, rule.ListID); err != nil {
			return notFound(err, "list", rule.ListID)
		}
		if err := t.exec(`
			INSERT INTO approval_rule (list_id, four_eyes, hold_us) VALUES ($1, $2, $3)
			ON CONFLICT (list_id) DO UPDATE SET four_eyes = excluded.four_eyes, hold_us = excluded.hold_us`,
			rule.ListID, rule.FourEyes, rule.Hold); err != nil {
			return err
		}
		return t.audit(by, now, "list.approval", object{"list", list.Name}, rule)
	})
}

// mayApprove holds an approval against the list's rule, and returns until when it can be taken back.
func (t *tx) mayApprove(e *newsletter.Edition, by newsletter.Actor, now time.Time) (held newsletter.Time, err error) {
	if by.Kind != newsletter.ByStaff {
		return held, nil
	}
	rule, err := t.approvalRule(e.ListID)
	if err != nil {
		return held, err
	}
	if err := rule.Approver(e, by); err != nil || rule.Hold == 0 {
		return held, err
	}
	return newsletter.At(now.Add(rule.Hold.D())), nil
}
