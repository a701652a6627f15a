package staff_test

import (
	"fmt"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkAuditLog looks at the log of an installation at which was worked for years: its newest page, what one
// person did, what was done to one thing, and a kind of deed that came once, long ago.
func BenchmarkAuditLog(b *testing.B) {
	const entries = 100_000
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			clock := &still{storetest.Start}
			d := newBench(b, open(b), "https://nieuws.example", clock.time)
			boss := d.hire("baas@voorbeeld.nl", "De Baas", newsletter.RoleAdmin)
			c, _ := d.enter(boss)
			d.world.Do(fmt.Sprintf(`
				INSERT INTO audit_entry (seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev_hash, hash)
				WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT i, %d, 'staff', 'somebody', 'edition.approve', 'edition', CAST(i %% 500 AS TEXT), '{}', '', '' FROM n`, entries, storetest.Start.Add(time.Hour).UnixMicro()))
			for name, path := range map[string]string{"newest": "/desk/audit", "person": "/desk/audit?who=" + boss.PublicID.String(),
				"thing": "/desk/audit?object=edition:7", "noun": "/desk/audit?action=list.", "page": "/desk/audit?before=50000"} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						c.get(path).has(b, 200)
					}
				})
			}
		})
	}
}
