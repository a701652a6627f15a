package pgcluster

import (
	"strings"
	"testing"
)

func TestNewestVersion(t *testing.T) {
	for path, want := range map[string]int{
		"/usr/lib/postgresql/9/bin/initdb":  9,
		"/usr/lib/postgresql/17/bin/initdb": 17,
		"/usr/pgsql-16/bin/initdb":          16,
		"/nothing":                          0,
	} {
		if got := version(path); got != want {
			t.Errorf("version(%s) = %d, want %d", path, got, want)
		}
	}
}

func TestMissingServerSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if newest("/nowhere/*/bin/initdb") != "" {
		t.Error("found an installation where there is none")
	}
	if !strings.Contains(ErrNotInstalled.Error(), "apt-get install postgresql") {
		t.Error("the message does not say what to install")
	}
}
