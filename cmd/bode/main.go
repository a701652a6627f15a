package main

import (
	"context"
	"os"
	_ "time/tzdata" // zones are part of the program: a machine may have none, or old ones

	"golang.org/x/term"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], machine()))
}

// machine is the world of a real run.
func machine() *world {
	return &world{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		environ: os.Environ(),
		search:  []string{"bode.toml", "/etc/bode/bode.toml"},
		now:     clock,
		asks:    term.IsTerminal(int(os.Stdin.Fd())),
		colour:  term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
}
