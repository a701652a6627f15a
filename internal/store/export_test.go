package store

import "context"

// OnNetwork lets tests ask about file systems that they can't mount.
var OnNetwork = onNetwork

// Around has every transaction of s that writes run by fn. It is no method: those are the store's own.
func Around(s *Store, fn func(run func() error) error) { s.around = fn }

// The statements whose plans are looked at.
var (
	PlanChunk     = func(s *Store) string { return deliverQuery(s.dialect) }
	PlanReadOn    = func(s *Store) string { return readOnQuery(s.dialect) }
	PlanLine      = func(*Store) string { return lineQuery }
	PlanLane      = func(s *Store) string { return waitingQuery(s.dialect, editionLane) }
	PlanOtherLane = func(s *Store) string { return waitingQuery(s.dialect, otherLane) }
	PlanGate      = func(s *Store) string { return gate(s.dialect, editionGate("$2")) }
	PlanAtOnce    = func(s *Store) string { return atOnceQuery(s.dialect) }
	PlanPersonal  = func(s *Store) string { return gate(s.dialect, personalGate) }
	PlanSent      = func(s *Store) string { return sentQuery(s.dialect) }
	PlanRecord    = func(s *Store) string { return recordQuery(s.dialect) }
	PlanHeld      = func(*Store) string { return `SELECT d.id FROM delivery AS d WHERE ` + linePart("d") }
	PlanUnderWay  = func(*Store) string { return `SELECT 1 FROM edition WHERE ` + underWay("edition") }
)

// Setting asks a session of s for a parameter of the server's.
func Setting(ctx context.Context, s *Store, name string) (value string, err error) {
	err = s.db.GetContext(ctx, &value, `SELECT current_setting($1)`, name)
	return value, err
}
