package store_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/migrations"
)

// Statements that run for every group of messages look rows up by an index, on both engines, also when the
// engine knows nothing yet of the rows that it has: an edition that is new, a million rows that move. A plan
// that reads all deliveries fails here, and so does an index that is gone.
func TestHotStatementsUseTheirIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := storetest.NewWorld(t, s)
		const readers = 6000
		w.Crowd(readers, w.Daily)
		w.Post("Bericht", storetest.Start)
		e := w.Edition(w.Daily, storetest.Start)
		w.Release(e, storetest.Start)
		plans := newPlans(t, s)
		plans.want("the readers of a chunk", store.PlanChunk, []any{e.ID, w.Daily.ID, 0, 500, 1, 2}, "subscription", "subscription_pkey|subscription_active|integer primary key")
		if n := w.FanOut(e, 5000, storetest.Start); n != readers {
			t.Fatalf("%d deliveries", n)
		}
		at, ids := newsletter.At(storetest.Start.Add(time.Second)), newsletter.NewIDs(1, 2, 3)
		plans.want("the line of an edition", store.PlanLine, []any{e.ID, 0, readers, 500}, "delivery", "delivery_pkey|integer primary key")
		plans.want("what waits of an edition", store.PlanLane, []any{at, 500, e.ID}, "delivery", "delivery_apart")
		plans.want("what waits of no edition", store.PlanOtherLane, []any{at, 500}, "delivery", "delivery_apart")
		plans.want("the gate", store.PlanGate, []any{ids, 1, at}, "delivery", "delivery_pkey|integer primary key")
		plans.want("the gate of personal mail", store.PlanPersonal, []any{ids, 1, at}, "delivery", "delivery_pkey|integer primary key")
		if s.Engine() == migrations.Postgres {
			plans.want("gate and record at once", store.PlanAtOnce, []any{at, 1, 250, "", `{"1":"ok"}`, ids, 1}, "delivery", "delivery_pkey")
		}
		plans.want("the record of what was sent", store.PlanSent, []any{at, 1, 250, "", `{"1":"ok"}`}, "delivery", "delivery_pkey|integer primary key")
		plans.want("the record", store.PlanRecord, []any{at, `[[1,"sent",0,null,null,250,"","",1]]`}, "delivery", "delivery_pkey|integer primary key")
		plans.want("what a claim holds", store.PlanHeld, []any{e.ID, 1, 500}, "delivery", "delivery_pkey|integer primary key")
		plans.want("what is under way", store.PlanUnderWay, nil, "delivery", "delivery_pkey|integer primary key")
	})
}

// plans explains statements.
type plans struct {
	t       *testing.T
	s       *store.Store
	db      *sql.DB
	explain string
}

func newPlans(t *testing.T, s *store.Store) *plans {
	p := &plans{t: t, s: s, db: storetest.Beside(t, s), explain: "EXPLAIN "}
	if s.Engine() == migrations.SQLite {
		p.explain = "EXPLAIN QUERY PLAN "
	}
	return p
}

// plan is what an engine says that it would do, in lower case: the last column of what it answers.
func (p *plans) plan(statement string, args []any) string {
	p.t.Helper()
	rows, err := p.db.QueryContext(p.t.Context(), p.explain+statement, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		p.t.Fatal(err)
	}
	var plan strings.Builder
	var line string
	into := make([]any, len(columns))
	for i := range into {
		into[i] = new(any)
	}
	into[len(into)-1] = &line
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			p.t.Fatal(err)
		}
		plan.WriteString(strings.ToLower(line) + "\n")
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return plan.String()
}

// want explains a statement and looks for one of the indexes, and for a table that is read whole.
func (p *plans) want(what string, statement func(*store.Store) string, args []any, table, indexes string) {
	p.t.Helper()
	plan := p.plan(statement(p.s), args)
	found := false
	for index := range strings.SplitSeq(indexes, "|") {
		found = found || strings.Contains(plan, index)
	}
	whole := []string{"seq scan on " + table + " ", "seq scan on " + table + "\n", "scan " + table + "\n"}
	for _, bad := range whole {
		if strings.Contains(plan+"\n", bad) {
			found = false
		}
	}
	if !found {
		p.t.Errorf("%s: %s\nwants one of %s, and nothing of %s read whole", what, plan, indexes, table)
	}
}
