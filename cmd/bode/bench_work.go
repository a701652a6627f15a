package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/bench"
)

type benchSinkCommand struct {
	ReplyDelay time.Duration `help:"How long to wait before each reply."`
	Times      string        `placeholder:"DOMAIN" help:"Also write down when the first message for each recipient of this domain was there."`
	Record     string        `placeholder:"FILE" help:"File to write the recipients to, each with the number of its messages."`
}

func (benchSinkCommand) Help() string {
	return `Prints where it listens, takes mail until its standard input ends, and prints what it took.

Example:

    bode bench sink --reply-delay 5ms --record recipients.txt`
}

func (cmd benchSinkCommand) Run(ctx context.Context, p *program) error {
	sink := &bench.Sink{ReplyDelay: cmd.ReplyDelay, Record: cmd.Record, Times: cmd.Times, Now: p.now}
	return sink.Serve(ctx, p.in, p.out)
}

type benchWorkCommand struct{}

func (benchWorkCommand) Help() string {
	return `Reads from standard input what is to be measured, as bench send writes it.

Example:

    bode bench work < job.json`
}

func (benchWorkCommand) Run(ctx context.Context, p *program) error {
	return bench.Work(ctx, p.in, p.out, p.now, func(ctx context.Context, i bench.Installation, m *bench.Meter) error {
		return p.serveBench(ctx, i, m)
	})
}

// serveBench runs what bode serve runs, pages and all, with a meter before the store.
func (p *program) serveBench(ctx context.Context, i bench.Installation, m *bench.Meter) error {
	c, err := config.Load(config.Input{File: filepath.Join(i.Dir, "bode.toml"),
		Environ: []string{"BODE_DATABASE=" + i.Database, "BODE_SMTP_URL=smtp://" + i.Relay + "?tls=none"}}, config.ForService)
	if err != nil {
		return &configError{err}
	}
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p.saveMemory()
	s, err := newService(ctx, c, wiring{pages: true, listener: listener, now: p.now, log: log, meter: m})
	if err != nil {
		return err
	}
	forgetStart()
	m.Opened("http://" + listener.Addr().String())
	return profiled(i.Profile, func() error { return s.Run(ctx) })
}

// profiled runs the service, and writes to a folder what its processor time and its garbage go to; "": it only
// runs it.
func profiled(dir string, run func() error) (err error) {
	if dir == "" {
		return run()
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return errors.Join(err, cpu.Close())
	}
	err = run()
	pprof.StopCPUProfile()
	allocs, e := os.Create(filepath.Join(dir, "allocs.pprof"))
	if err = errors.Join(err, cpu.Close(), e); err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close())
}

// prepareBench writes the keys and the configuration of an installation that is measured. Its pages are the
// demonstration's.
func prepareBench(i bench.Installation) error {
	files, err := demoFiles.ReadDir("demo")
	if err != nil {
		return err
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".md" {
			continue
		}
		text, err := demoFiles.ReadFile("demo/" + f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(i.Dir, f.Name()), text, 0o600); err != nil {
			return err
		}
	}
	for _, name := range []string{"secret", "suppression"} {
		if err := config.WriteSecret(filepath.Join(i.Dir, name)); err != nil {
			return err
		}
	}
	signing, err := benchSigning(i)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(i.Dir, "bode.toml"), []byte(`
public_url = "http://localhost"
secret_file = "secret"
suppression_key_file = "suppression"
privacy.replay_file = "bode.erased"
[smtp]
connections = `+strconv.Itoa(i.Connections)+`
[delivery]
window = `+strconv.Itoa(i.Window)+`
[signup]
min_fill = "0s"
network_per_hour = 1_000_000
total_per_hour = 10_000_000
[sender]
name = "Stichting Noorderkring"
address = "redactie@nieuws.example"
bounce_address = "bounce@nieuws.example"
feedback_id = "noorderkring"
[organisation]
name = "Stichting Noorderkring"
postal_address = ["Brink 14", "9401 HS Assen"]
mail = "redactie@nieuws.example"
[pages.nl]
contact_file = "contact.nl.md"
privacy_file = "privacy.nl.md"
`+signing), 0o600)
}

// benchSigning makes the keys that an installation signs with, and the section that names them.
func benchSigning(i bench.Installation) (section string, err error) {
	if i.DKIM == bench.DKIMNone {
		return "", nil
	}
	if err := (dnsKey{File: filepath.Join(i.Dir, "dkim.pem")}).Run(nil); err != nil {
		return "", err
	}
	section = `
[dkim]
domain = "nieuws.example"
selector = "bench"
key_file = "dkim.pem"
`
	if i.DKIM == bench.DKIMRSA {
		return section, nil
	}
	return section + `ed25519_selector = "bench-ed25519"
ed25519_key_file = "dkim-ed25519.pem"
`, (dnsKey{File: filepath.Join(i.Dir, "dkim-ed25519.pem"), Ed25519: true}).Run(nil)
}
