package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "bode.example"

func TestRules(t *testing.T) {
	for name, tt := range map[string]struct {
		own                 string
		imports, testImport []string
		want                string // part of the one fault; empty: allowed
	}{
		"down":                        {own: "internal/digest", imports: []string{"internal/newsletter", "internal/schedule", "mailer"}},
		"nouns beside":                {own: "internal/schedule", imports: []string{"internal/newsletter"}},
		"inside a unit":               {own: "internal/store/storetest", imports: []string{"internal/store", "internal/store/pgtest"}},
		"command of a test helper":    {own: "internal/store/pgtest/cmd", imports: []string{"internal/store/pgtest"}},
		"door on its kit":             {own: "internal/web/public", imports: []string{"internal/web"}},
		"desks on what they share":    {own: "internal/web/editor", imports: []string{"internal/web/desk"}},
		"desk on the public site":     {own: "internal/web/desk", imports: []string{"internal/web/public"}, want: "siblings meet in cmd/bode"},
		"wiring":                      {own: "cmd/bode", imports: []string{"internal/web/public", "internal/store", "internal/demo"}},
		"store speaks SQL":            {own: "internal/store", imports: []string{"github.com/jmoiron/sqlx", "database/sql"}},
		"a value for the driver":      {own: "internal/newsletter", imports: []string{"database/sql/driver"}},
		"test on the real store":      {own: "internal/digest", testImport: []string{"internal/store", "internal/store/storetest"}},
		"test looks into a database":  {own: "cmd/bode", testImport: []string{"github.com/lib/pq"}},
		"siblings":                    {own: "internal/digest", imports: []string{"internal/store"}, want: "siblings meet in cmd/bode"},
		"sibling doors":               {own: "internal/web/officer", imports: []string{"internal/web/editor"}, want: "siblings meet in cmd/bode"},
		"siblings at the bottom":      {own: "internal/schedule", imports: []string{"templates"}, want: "siblings meet in cmd/bode"},
		"up":                          {own: "internal/newsletter", imports: []string{"internal/store"}, want: "from floor 0 to floor 1"},
		"up from the kit":             {own: "internal/web", imports: []string{"internal/web/public"}, want: "from floor 1 to floor 2"},
		"library on ours":             {own: "mailer", imports: []string{"internal/newsletter"}, want: "imports nothing of ours"},
		"library's test on ours":      {own: "mailer/mailertest", testImport: []string{"internal/newsletter"}, want: "imports nothing of ours"},
		"sqlx outside the store":      {own: "internal/digest", imports: []string{"github.com/jmoiron/sqlx"}, want: "SQL stays in"},
		"driver in the wiring":        {own: "cmd/bode", imports: []string{"github.com/lib/pq/pqerror"}, want: "SQL stays in"},
		"database/sql in a door":      {own: "internal/web/public", imports: []string{"database/sql"}, want: "SQL stays in"},
		"test on a sibling":           {own: "internal/digest", testImport: []string{"internal/delivery"}, want: "siblings meet"},
		"test at the bottom on store": {own: "internal/schedule", testImport: []string{"internal/store"}, want: "from floor 0 to floor 1"},
		"program on a test helper":    {own: "cmd/bode", imports: []string{"internal/store/pgtest"}, want: "that is for tests"},
		"no floor":                    {own: "internal/util", want: "stands on no floor"},
	} {
		t.Run(name, func(t *testing.T) {
			p := pkg{ImportPath: module + "/" + tt.own, Imports: full(tt.imports), XTestImports: full(tt.testImport)}
			p.Module.Path = module
			got := check([]pkg{p})
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("faults %q, want none", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("faults %q, want one with %q", got, tt.want)
			}
		})
	}
}

// full gives paths of ours the module's name and leaves those of others.
func full(paths []string) (out []string) {
	for _, p := range paths {
		if unitOf(p) != "" {
			p = module + "/" + p
		}
		out = append(out, p)
	}
	return out
}

// The whole check, over `go list`, on a module that breaks a rule of each kind, and on one that
// breaks none.
func TestWholeModule(t *testing.T) {
	good := map[string]string{
		"go.mod":                        "module " + module + "\n\ngo 1.26\n",
		"internal/newsletter/a.go":      "package newsletter\n\nimport \"time\"\n\ntype Time struct{ time.Time }\n",
		"internal/digest/a.go":          "package digest\n\nimport (\n\tclock \"time\"\n\n\t_ \"bode.example/internal/newsletter\"\n)\n\nvar Day = 24 * clock.Hour\n",
		"internal/digest/a_test.go":     "package digest\n\nimport \"time\"\n\nvar now = time.Now\n",
		"internal/store/storetest/a.go": "package storetest\n\nimport \"time\"\n\nvar Now = time.Now\n",
		"mailer/a.go":                   "package mailer\n\nimport \"time\"\n\nvar DefaultNow = time.Now\n",
		"cmd/bode/main.go":              "package main\n\nimport (\n\t\"time\"\n\n\t_ \"bode.example/internal/digest\"\n)\n\nfunc main() { _ = time.Now() }\n",
	}
	if faults := checkFiles(t, good); len(faults) > 0 {
		t.Errorf("faults in a module without: %q", faults)
	}
	for path, breach := range map[string]struct{ text, want string }{
		"internal/digest/b.go":     {"package digest\n\nimport _ \"bode.example/internal/store\"\n", "internal/digest imports internal/store"},
		"internal/newsletter/b.go": {"package newsletter\n\nimport clock \"time\"\n\nvar now = clock.Now\n", "internal/newsletter/b.go:5: time.Now"},
		"internal/newsletter/c.go": {"package newsletter\n\nimport . \"time\"\n\nvar now = Now\n", "internal/newsletter/c.go: imports time as a dot"},
		"mailer/b.go":              {"package mailer\n\nimport \"time\"\n\nvar started = time.Now()\n", "mailer/b.go:5: time.Now"},
		"internal/common/b.go":     {"package common\n", "internal/common stands on no floor"},
	} {
		files := map[string]string{path: breach.text, "internal/store/a.go": "package store\n"}
		for name, text := range good {
			files[name] = text
		}
		faults := checkFiles(t, files)
		if !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, breach.want) }) {
			t.Errorf("%s: faults %q, want one with %q", path, faults, breach.want)
		}
	}
}

func checkFiles(t *testing.T, files map[string]string) []string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pkgs, err := list(root)
	if err != nil {
		t.Fatal(err)
	}
	return check(pkgs)
}
