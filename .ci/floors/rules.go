package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// floors says where each unit stands. A unit is a directory with all below it, up to the next unit:
// internal/store/pgtest belongs to internal/store, internal/web/public is a unit of its own.
var floors = map[string]int{
	"internal/newsletter": 0, "internal/richtext": 0, "internal/schedule": 0, "internal/token": 0,
	"mailer": 0, "migrations": 0, "templates": 0,

	"internal/signup": 1, "internal/digest": 1, "internal/delivery": 1,
	"internal/bounce": 1, "internal/datarequest": 1, "internal/staff": 1, "internal/review": 1, "internal/progress": 1, "internal/roster": 1,
	"internal/feed": 1, "internal/compose": 1, "internal/picture": 1, "internal/store": 1, "internal/web": 1,

	"internal/web/public": 2, "internal/web/desk": 2, "internal/demo": 2, "internal/bench": 2,

	"internal/web/editor": 3, "internal/web/officer": 3, "internal/web/staff": 3,

	"cmd": 4,
}

const (
	nouns = "internal/newsletter" // everybody's words: its own floor may import it too
	alone = "mailer"              // a public library: imports nothing of ours
	sql   = "internal/store"      // all SQL, and what speaks it
)

// sqlImports are what only the store may import.
var sqlImports = []string{"database/sql", "github.com/jmoiron/sqlx", "github.com/lib/pq", "modernc.org/sqlite", "github.com/pressly/goose/v3"}

// check returns every broken rule, as sentences.
func check(pkgs []pkg) (faults []string) {
	for _, p := range pkgs {
		own := inModule(p.Module.Path, p.ImportPath)
		if unitOf(own) == "" {
			faults = append(faults, fmt.Sprintf("%s stands on no floor: give it one in .ci/floors/rules.go and docs/architecture.md", own))
			continue
		}
		for _, imported := range p.Imports {
			faults = append(faults, checkImport(p, own, imported)...)
		}
		for _, imported := range append(p.TestImports, p.XTestImports...) {
			faults = append(faults, checkTestImport(p, own, imported)...)
		}
		faults = append(faults, checkClock(p, own)...)
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

func checkImport(p pkg, own, imported string) (faults []string) {
	for _, s := range sqlImports {
		if (imported == s || strings.HasPrefix(imported, s+"/")) && unitOf(own) != sql && imported != "database/sql/driver" {
			faults = append(faults, fmt.Sprintf("%s imports %s: SQL stays in %s", own, imported, sql))
		}
	}
	target := inModule(p.Module.Path, imported)
	if target == "" {
		return faults
	}
	if isTestHelp(target) && !isTestHelp(own) {
		faults = append(faults, fmt.Sprintf("%s imports %s: that is for tests", own, target))
	}
	if why := forbidden(unitOf(own), unitOf(target)); why != "" {
		faults = append(faults, fmt.Sprintf("%s imports %s: %s", own, target, why))
	}
	return faults
}

// checkTestImport is looser: tests from the first floor up use the real store, so that no mock is
// needed. Test files may speak SQL: to look into a database, or to damage it.
func checkTestImport(p pkg, own, imported string) []string {
	target := inModule(p.Module.Path, imported)
	if target == "" || unitOf(target) == sql && floors[unitOf(own)] >= floors[sql] {
		return nil
	}
	if why := forbidden(unitOf(own), unitOf(target)); why != "" {
		return []string{fmt.Sprintf("a test of %s imports %s: %s", own, target, why)}
	}
	return nil
}

// forbidden returns why one unit must not import another, or "".
func forbidden(from, to string) string {
	down := floors[from] > floors[to]
	switch {
	case from == to:
		return ""
	case from == alone:
		return "it is a public library and imports nothing of ours"
	case down, to == nouns && floors[from] == floors[nouns]:
		return ""
	case floors[from] == floors[to]:
		return fmt.Sprintf("both stand on floor %d; siblings meet in cmd/bode, through an interface that the importer owns", floors[from])
	}
	return fmt.Sprintf("that is up, from floor %d to floor %d", floors[from], floors[to])
}

// unitOf returns the longest unit that holds the package, or "".
func unitOf(own string) string {
	for dir := own; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if _, ok := floors[dir]; ok {
			return dir
		}
	}
	return ""
}

// inModule returns the path of an import inside our module, or "" for another's package.
func inModule(module, imported string) string {
	if imported == module {
		return "." // the root holds no package: it stands on no floor
	}
	own, ok := strings.CutPrefix(imported, module+"/")
	if !ok {
		return ""
	}
	return own
}

// isTestHelp says whether a package exists for tests: pgtest, storetest, mailertest, their commands.
func isTestHelp(own string) bool {
	return slices.ContainsFunc(strings.Split(own, "/"), func(dir string) bool { return strings.HasSuffix(dir, "test") })
}
