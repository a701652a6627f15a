package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func auditCases() []Case {
	return []Case{
		{"what operators do is audited", []string{"AuditTrail", "VerifyAudit", "VerifyConsent"}, testAudit},
		{"an altered, missing or moved entry breaks the audit chain", []string{"VerifyAudit"}, testAuditTampering},
		{"the audit log is searched, page by page", []string{"AuditLog"}, testAuditLog},
	}
}

func testAudit(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	trail, err := s.AuditTrail(t.Context(), "list", w.List.Name)
	if err != nil || len(trail) != 1 || strings.Contains(trail[0].Detail, "post@") || !strings.Contains(trail[0].Detail, `"…@voorbeeld.nl"`) || trail[0].Action != "list.create" || trail[0].ActorKind != "command_line" || trail[0].ActorID != "test" {
		t.Fatalf("%v, %v", trail, err)
	}
	quiet := newsletter.Topic{ListID: w.List.ID, Name: "stil", Texts: both("Stil", "Quiet")}
	w.check(s.CreateTopic(t.Context(), &quiet, newsletter.System("feed"), Start))
	if trail, err := s.AuditTrail(t.Context(), "topic", "stil"); err != nil || len(trail) != 0 {
		t.Errorf("a system's work was audited: %v, %v", trail, err)
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Errorf("broken at %d, %v", broken, err)
	}
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Errorf("broken at %d, %v", broken, err)
	}
}

// Each way to tamper is tried in a chain that is put right again after it.
func testAuditTampering(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	const columns = `seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev_hash, hash`
	w.Do(`CREATE TABLE kept AS SELECT ` + columns + ` FROM audit_entry`)
	w.Do(`CREATE TABLE kept_head AS SELECT seq, hash FROM audit_head`)
	var last int64
	w.Ask(&last, `SELECT MAX(seq) FROM audit_entry`)
	if last < 5 {
		t.Fatalf("only %d entries to tamper with", last)
	}
	for what, c := range map[string]struct {
		tamper []string
		broken int64
	}{
		"who":               {[]string{`UPDATE audit_entry SET actor_id = 'nobody' WHERE seq = 3`}, 3},
		"in what quality":   {[]string{`UPDATE audit_entry SET actor_kind = 'staff' WHERE seq = 3`}, 3},
		"what":              {[]string{`UPDATE audit_entry SET action = 'list.view' WHERE seq = 1`}, 1},
		"to what":           {[]string{`UPDATE audit_entry SET object_id = 'other' WHERE seq = 2`}, 2},
		"to what kind":      {[]string{`UPDATE audit_entry SET object_kind = 'other' WHERE seq = 2`}, 2},
		"details":           {[]string{`UPDATE audit_entry SET detail = '{}' WHERE seq = 4`}, 4},
		"when":              {[]string{`UPDATE audit_entry SET at = at + 1 WHERE seq = 5`}, 5},
		"the first is gone": {[]string{`DELETE FROM audit_entry WHERE seq = 1`}, 1},
		"one is gone":       {[]string{`DELETE FROM audit_entry WHERE seq = 3`}, 3},
		"one is gone, and the others moved up": {[]string{`DELETE FROM audit_entry WHERE seq = 3`,
			`UPDATE audit_entry SET seq = seq + 1000 WHERE seq > 3`, `UPDATE audit_entry SET seq = seq - 1001 WHERE seq > 1000`}, 3},
		"the last is gone":   {[]string{`DELETE FROM audit_entry WHERE seq = ` + str(last)}, last},
		"all are gone":       {[]string{`DELETE FROM audit_entry`}, 1},
		"two changed places": {[]string{`UPDATE audit_entry SET seq = 1000 WHERE seq = 2`, `UPDATE audit_entry SET seq = 2 WHERE seq = 3`, `UPDATE audit_entry SET seq = 3 WHERE seq = 1000`}, 2},
		"two changed places, and their links too": {[]string{`UPDATE audit_entry SET seq = 1000 WHERE seq = 2`, `UPDATE audit_entry SET seq = 2 WHERE seq = 3`, `UPDATE audit_entry SET seq = 3 WHERE seq = 1000`,
			`UPDATE audit_entry SET prev_hash = (SELECT hash FROM kept WHERE seq = 1) WHERE seq = 2`}, 2},
		"one was added": {[]string{`INSERT INTO audit_entry SELECT ` + str(last+1) + `, at, actor_kind, actor_id, action, object_kind, object_id, detail, hash, 'made up' FROM kept WHERE seq = ` + str(last)}, last + 1},
		"the head":      {[]string{`UPDATE audit_head SET hash = 'made up'`}, last + 1},
	} {
		for _, statement := range c.tamper {
			w.Do(statement)
		}
		if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != c.broken {
			t.Errorf("%s: broken at %d, want %d, %v", what, broken, c.broken, err)
		}
		w.Do(`DELETE FROM audit_entry`)
		w.Do(`INSERT INTO audit_entry SELECT ` + columns + ` FROM kept`)
		w.Do(`UPDATE audit_head SET seq = (SELECT seq FROM kept_head), hash = (SELECT hash FROM kept_head)`)
		if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
			t.Fatalf("put right after %q: broken at %d, %v", what, broken, err)
		}
	}
}

func testAuditLog(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleAdmin)
	n := w.Enter(m, "token", Start.Add(time.Hour))
	w.check(s.EndSession(t.Context(), m, n.PublicID, Start.Add(2*time.Hour)))
	actions := func(q store.AuditQuery) (got []string) {
		t.Helper()
		entries, err := s.AuditLog(t.Context(), q)
		w.check(err)
		for _, e := range entries {
			got = append(got, e.Action)
		}
		return got
	}
	for what, c := range map[string]struct {
		q    store.AuditQuery
		want []string
	}{
		"one person's":    {store.AuditQuery{ActorKind: "staff", ActorID: m.PublicID.String()}, []string{"session.end", "sign_in.use"}},
		"an action":       {store.AuditQuery{Action: "list.create"}, []string{"list.create"}},
		"a noun's":        {store.AuditQuery{Action: "sign_in."}, []string{"sign_in.use", "sign_in.issued"}},
		"half a word":     {store.AuditQuery{Action: "sign"}, nil},
		"about one thing": {store.AuditQuery{ObjectKind: "session", ObjectID: n.PublicID.String()}, []string{"session.end"}},
		"an hour's":       {store.AuditQuery{From: Start.Add(time.Hour), Until: Start.Add(2 * time.Hour)}, []string{"sign_in.use", "sign_in.issued"}},
		"the newest two":  {store.AuditQuery{Limit: 2}, []string{"session.end", "sign_in.use"}},
	} {
		if got := actions(c.q); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
	first, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 2})
	w.check(err)
	next, err := s.AuditLog(t.Context(), store.AuditQuery{Limit: 100, Before: first[1].Seq})
	w.check(err)
	if len(next) == 0 || next[0].Seq != first[1].Seq-1 || next[len(next)-1].Seq != 1 {
		t.Errorf("the page after: %+v", next)
	}
}
