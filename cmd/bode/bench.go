package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/term"

	"bode.example/internal/bench"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type benchCommand struct {
	Send benchSendCommand `cmd:"" help:"Measure how fast this machine sends an edition."`
	Sink benchSinkCommand `cmd:"" hidden:"" help:"A mail server that takes everything: a part of bench send."`
	Work benchWorkCommand `cmd:"" hidden:"" help:"What is measured: a part of bench send."`
}

type benchSendCommand struct {
	Engine        string        `enum:"sqlite,postgres" default:"sqlite" help:"Database: sqlite, or postgres (a private server is started, unless --database or BODE_DATABASE names one)."`
	Subscribers   int           `default:"100000" help:"How many readers get the edition."`
	Variants      int           `default:"8" help:"How many different letters it has."`
	Window        int           `default:"64" help:"Setting delivery.window: most messages in doubt after a crash."`
	Connections   int           `default:"8" help:"Connections to the mail server."`
	SMTP          string        `name:"smtp" placeholder:"HOST:PORT" help:"Mail server on this machine that throws mail away; otherwise one is brought along, which also counts who got what."`
	ReplyDelay    time.Duration `default:"0s" help:"How long the server that is brought along waits before each reply."`
	DKIM          string        `name:"dkim" enum:"none,rsa,ed25519" default:"none" help:"Signatures: none, rsa, or ed25519 (beside rsa)."`
	Runs          int           `default:"5" help:"How often all is measured; the medians count."`
	Confirmations float64       `placeholder:"RATE" help:"Sign so many people up a second over HTTP while the edition is sent, and measure how long their confirmations take."`
	NoYardsticks  bool          `help:"Leave out go-mail and the ready bytes."`
	Profile       string        `type:"existingdir" placeholder:"DIR" help:"Folder for profiles of the service, cpu.pprof and allocs.pprof, which go tool pprof reads."`
	JSON          bool          `name:"json" help:"Print the result as JSON, with every run."`
}

func (benchSendCommand) Help() string {
	return `Makes readers and an edition in a database of its own and sends it through the whole service, to a mail server on this machine that throws it away. In the same run it measures two yardsticks: go-mail composing each message from its template, and finished bytes. No mail leaves the machine, and nothing that is there already is touched; on a PostgreSQL server that you name, a database is made and dropped.

What the columns mean, and how to read them, is in docs/performance.md.

Example:

    bode bench send
    bode bench send --engine postgres --subscribers 1000000 --window 512 --runs 1
    bode bench send --engine postgres --database postgres://bench@localhost/postgres --dkim rsa
    bode bench send --connections 20 --reply-delay 5ms --json`
}

func (cmd benchSendCommand) Run(ctx context.Context, p *program) error {
	ctx, stop := untilSignal(ctx)
	defer stop()
	server, err := cmd.server(p)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	b := &bench.Bench{
		Options: bench.Options{Engine: cmd.Engine, Subscribers: cmd.Subscribers, Variants: cmd.Variants, Window: cmd.Window, Connections: cmd.Connections,
			SMTP: cmd.SMTP, ReplyDelay: cmd.ReplyDelay, DKIM: cmd.DKIM, Runs: cmd.Runs, Yardsticks: !cmd.NoYardsticks, Profile: cmd.Profile,
			Confirmations: cmd.Confirmations},
		Server: server, Now: p.now, Prepare: prepareBench,
		Command: func(ctx context.Context, args ...string) *exec.Cmd {
			c := exec.CommandContext(ctx, program, append([]string{"bench"}, args...)...) //nolint:gosec // this program itself
			c.Env = append(os.Environ(), "BODE_DATABASE=")                                // nothing of the machine's configuration is meant
			return c
		},
	}
	bar := newProgressBar(p.world)
	b.Tell = bar.show
	report, err := b.Send(ctx)
	bar.clear()
	if err != nil {
		return err
	}
	if cmd.JSON {
		return p.printJSON(report)
	}
	if err := p.printTable(report.Rows()); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\n%s\n", strings.Join(report.Facts(), "\n"))
	return nil
}

// server is the PostgreSQL server to measure on; "" when none is named, or none is wanted.
func (cmd benchSendCommand) server(p *program) (string, error) {
	if cmd.Engine != bench.Postgres {
		if p.Database != "" {
			return "", newsletter.Errorf(newsletter.Invalid, "usage", "--database is for --engine postgres: with sqlite the measurement has a file of its own")
		}
		return "", nil
	}
	name := p.Database
	if name == "" {
		name = p.env("BODE_DATABASE")
	}
	if name != "" && !store.IsPostgres(name) {
		return "", newsletter.Errorf(newsletter.Invalid, "usage", "--database %s: --engine postgres needs a URL, postgres://user@host/name", name)
	}
	return name, nil
}

// progressBar is one line on a terminal that is written again and again; elsewhere it is nothing.
type progressBar struct {
	world *world
	width int // 0: no terminal
	last  time.Time
	part  string
}

func newProgressBar(w *world) *progressBar {
	bar := &progressBar{world: w}
	if f, ok := w.err.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			bar.width = width - 1
		}
	}
	return bar
}

func (b *progressBar) show(p bench.Progress) {
	now := b.world.now()
	if b.width <= 0 || p.Part == b.part && now.Sub(b.last) < 100*time.Millisecond {
		return
	}
	b.last, b.part = now, p.Part
	fmt.Fprintf(b.world.err, "\r\x1b[K%s", p.Line(b.width))
}

func (b *progressBar) clear() {
	if b.width > 0 {
		fmt.Fprint(b.world.err, "\r\x1b[K")
	}
}
