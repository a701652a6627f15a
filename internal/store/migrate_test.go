package store_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bode.example/internal/store"
	"bode.example/internal/store/pgtest"
)

// envMigrate names, in the processes that TestProcessesMigrateAtOnce starts, the database to migrate.
const envMigrate = "BODE_TEST_MIGRATE"

// Processes that start at once on an empty database all find it migrated: one works, the others wait.
func TestProcessesMigrateAtOnce(t *testing.T) {
	if name := os.Getenv(envMigrate); name != "" {
		migrateWhenTold(t, name)
		return
	}
	const processes = 5
	for engine, name := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "bode.sqlite"), "postgres": pgtest.New(t)} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var start []io.Closer
			var cmds []*exec.Cmd
			var outs [processes]strings.Builder
			for i := range processes {
				cmd := exec.Command(os.Args[0], "-test.run=^TestProcessesMigrateAtOnce$", "-test.count=1")
				cmd.Env = append(os.Environ(), envMigrate+"="+name)
				cmd.Stdout, cmd.Stderr = &outs[i], &outs[i]
				cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
				in, err := cmd.StdinPipe()
				check(t, err)
				check(t, cmd.Start())
				start, cmds = append(start, in), append(cmds, cmd)
			}
			for _, in := range start {
				check(t, in.Close())
			}
			worked := 0
			for i, cmd := range cmds {
				if err := cmd.Wait(); err != nil {
					t.Errorf("%v\n%s", err, &outs[i])
				}
				worked += strings.Count(outs[i].String(), "from 0 to")
			}
			if worked == 0 {
				t.Error("nobody says to have migrated it")
			}
			check(t, open(t, name))
		})
	}
}

// migrateWhenTold waits until its standard input ends, so that all begin together.
func migrateWhenTold(t *testing.T, name string) {
	t.Helper()
	_, err := io.ReadAll(os.Stdin)
	check(t, err)
	s, err := store.Open(t.Context(), name, slog.New(slog.DiscardHandler))
	check(t, err)
	from, to, err := s.Migrate(t.Context())
	check(t, err)
	check(t, s.CheckVersion(t.Context()))
	check(t, s.Close())
	fmt.Printf("from %d to %d\n", from.Database, to.Database)
}
