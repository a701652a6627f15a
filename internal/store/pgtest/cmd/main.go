// Command cmd runs a command beside one PostgreSQL cluster that all its tests share:
//
//	go run ./internal/store/pgtest/cmd go test ./...
//
// The command finds the cluster's URL in BODE_TEST_POSTGRES. When that is set already, the given
// server is used and none is started. The exit code is the command's own.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"bode.example/internal/store/pgtest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
	}
	os.Exit(code)
}

func run(command []string) (code int, err error) {
	if len(command) == 0 {
		return 2, errors.New("usage: go run ./internal/store/pgtest/cmd COMMAND [ARGUMENT…]")
	}
	if os.Getenv(pgtest.EnvURL) == "" {
		cluster, err := pgtest.Start()
		if err != nil {
			return 1, err
		}
		defer cluster.Stop() // the command's result is what counts; the watcher removes it in any case
		if err := os.Setenv(pgtest.EnvURL, cluster.URL); err != nil {
			return 1, err
		}
	}
	return runBeside(exec.Command(command[0], command[1:]...))
}

// runBeside runs the command and stays alive for it: Ctrl-C reaches the command through the
// terminal, a SIGTERM is passed on; both end it, and its end ends us.
func runBeside(cmd *exec.Cmd) (code int, err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 127, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s) // it may have ended just now
			}
		case err := <-ended:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				return max(exit.ExitCode(), 1), nil
			}
			return 0, err
		}
	}
}
