package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"bode.example/mailer/mailertest"
)

// damage runs a statement on an installation's database behind the program's back.
func (i *installation) damage(statement string, args ...any) {
	i.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(i.dir, "bode.sqlite"))
	if err != nil {
		i.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement, args...); err != nil {
		i.t.Fatal(err)
	}
}

// refused runs a command that must end with a code and these words.
func (i *installation) refused(code int, want string, args ...string) {
	i.t.Helper()
	cmd := i.command(args...)
	out, _ := cmd.CombinedOutput() // the code says it
	if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), want) {
		i.t.Errorf("bode %s: exit code %d, want %d, with %q:\n%s", strings.Join(args, " "), got, code, want, out)
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	i := install(t, "bode.sqlite", mailertest.New(t, mailertest.Script{}))
	i.bode("migrate")
	i.damage(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"migrate", "status"}, {"post", "list", "raad"}} {
		i.refused(exitConflict, "install the newer program that wrote it", args...)
	}
}

func TestAuditVerifyFindsWhatWasAltered(t *testing.T) {
	t.Parallel()
	i := install(t, "bode.sqlite", mailertest.New(t, mailertest.Script{}))
	i.bode("apply", "lists.toml", "--yes")
	if out := i.bode("audit", "verify"); !strings.Contains(out, "audit    whole") || !strings.Contains(out, "consent  whole") {
		t.Errorf("at first: %s", out)
	}
	i.damage(`UPDATE audit_entry SET actor_id = 'somebody else' WHERE seq = 2`)
	i.refused(exitFault, `the chain "audit" is broken at entry 2`, "audit", "verify")
	i.refused(exitFault, `"broken_at": 2`, "audit", "verify", "--json")
}

func TestApplyRefusesWhatWasChangedElsewhere(t *testing.T) {
	t.Parallel()
	i := install(t, "bode.sqlite", mailertest.New(t, mailertest.Script{}))
	i.bode("apply", "lists.toml", "--yes")
	i.damage(`UPDATE schedule SET cron = '0 9 * * 1'`) // as a desk would
	for range 2 {
		i.refused(exitConflict, "lists.toml:6: schedule week: was changed elsewhere since a file was last applied", "apply", "lists.toml", "--yes")
	}
	if out := i.bode("apply", "lists.toml", "--yes", "--force"); !strings.Contains(out, `cron: "0 9 * * 1" → "0 8 * * 1"`) {
		t.Errorf("forced: %s", out)
	}
	if out := i.bode("apply", "lists.toml"); !strings.Contains(out, "All is as the file says") {
		t.Errorf("afterwards: %s", out)
	}
}

func TestClockThatWasWrong(t *testing.T) {
	t.Parallel()
	i := install(t, "bode.sqlite", mailertest.New(t, mailertest.Script{}))
	i.bode("apply", "lists.toml", "--yes")
	i.start("serve").stop() // it notes the time
	i.damage(`UPDATE setting SET value = $1 WHERE name = 'newest_instant'`, time.Now().AddDate(1, 0, 0).UnixMicro())

	serve := i.start("serve")
	if !strings.Contains(serve.output(), "run bode clock accept") {
		t.Errorf("nobody is told:\n%s", serve.output())
	}
	if got := i.get("/healthz"); got != "ok\n" {
		t.Errorf("the site says %q", got)
	}
	serve.stop()

	i.refused(exitUsage, "add --yes", "clock", "accept")
	i.bode("clock", "accept", "--yes")
	serve = i.start("serve")
	if strings.Contains(serve.output(), "clock") {
		t.Errorf("after it was accepted:\n%s", serve.output())
	}
	serve.stop()
}
