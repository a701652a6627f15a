package roster_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// BenchmarkImport takes a file of people in: BODE_BENCH_READERS, or 100,000. What it tells is lines a second: of the file
// as it is stored, of the dry run, and of the run, whose people have agreed elsewhere and confirmed it.
func BenchmarkImport(b *testing.B) {
	lines := 100_000
	if n, err := strconv.Atoi(os.Getenv("BODE_BENCH_READERS")); err == nil {
		lines = n
	}
	var file strings.Builder
	file.WriteString("E-mail;Naam\n")
	for i := range lines {
		fmt.Fprintf(&file, "lid%d@d%d.voorbeeld.nl;Lid %d\n", i, i%50, i)
	}
	for engine, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			for b.Loop() {
				d := newDesk(b, open(b))
				rate := func(what string, do func()) {
					before := b.Elapsed()
					do()
					b.ReportMetric(float64(lines)/(b.Elapsed()-before).Seconds(), what)
				}
				var im *newsletter.Import
				rate("stored/s", func() { im = d.upload(b, file.String()) })
				p := plan(newsletter.ImportAddress, newsletter.ImportName)
				p.ScheduleID, p.Ground = d.Weekly.ID, newsletter.GroundConfirmed
				if err := d.store.PlanImport(b.Context(), im.PublicID, p, storetest.By, d.now); err != nil {
					b.Fatal(err)
				}
				rate("checked/s", func() { d.steps(b) })
				if err := d.store.StartImport(b.Context(), im.PublicID, storetest.By, d.now); err != nil {
					b.Fatal(err)
				}
				rate("added/s", func() { d.steps(b) })
				if done, err := d.store.Import(b.Context(), im.PublicID); err != nil || done.Tally.Added != int64(lines) || done.State != newsletter.ImportDone {
					b.Fatalf("%+v, %v", done, err)
				}
			}
		})
	}
}
