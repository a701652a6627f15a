package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"bode.example/internal/store/pgtest"
	"bode.example/mailer/mailertest"
)

// A dry run changes nothing: it makes no database either, and no tables in an empty one.
func TestADryRunMakesNoDatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		database string
		code     int
		says     string
	}{
		"sqlite":   {"bode.sqlite", exitNotFound, "there is no database bode.sqlite"},
		"postgres": {pgtest.New(t), exitConflict, "bode migrate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := install(t, c.database, mailertest.New(t, mailertest.Script{}))
			before := i.files()
			for range 2 {
				if out := i.bode("apply", "lists.toml", "--dry-run"); !strings.Contains(out, "+ list      raad") {
					t.Errorf("the plan: %s", out)
				}
			}
			if now := i.files(); !maps.Equal(now, before) {
				t.Errorf("it left %v, where there was %v", slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(before)))
			}
			i.refused(c.code, c.says, "post", "list", "raad")
			i.bode("apply", "lists.toml", "--yes")
			if out := i.bode("apply", "lists.toml", "--dry-run"); !strings.Contains(out, "All is as the file says") {
				t.Errorf("afterwards: %s", out)
			}
		})
	}
}

// files are the names of what stands in the installation's folder.
func (i *installation) files() map[string]bool {
	i.t.Helper()
	entries, err := os.ReadDir(i.dir)
	if err != nil {
		i.t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}
