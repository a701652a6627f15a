package main

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/demo"
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// demoListen is tried first; when it is taken, and nobody asked for it, any free port will do.
const demoListen = "127.0.0.1:8080"

type demoCommand struct {
	Listen string `placeholder:"HOST:PORT" help:"Address to listen on; otherwise 127.0.0.1:8080, or a free port."`
	Dir    string `placeholder:"DIR" help:"Folder to keep the demo's files in, new or empty; otherwise one that is removed at the end."`
	Once   bool   `help:"End after the first round, with 1 if any count is not what it should be."`
}

func (demoCommand) Help() string {
	return `Shows the whole service with nothing but this program: a feed, people who subscribe, a mail server and its mailbox are brought along. No mail leaves the machine. Then it goes on, with an edition every minute, so that you can join and leave yourself. Ctrl-C stops it.

Example:

    bode demo
    bode demo --once
    bode demo --listen 127.0.0.1:9000 --dir ./demo`
}

func (cmd demoCommand) Run(ctx context.Context, p *program) error {
	if p.ConfigFile != "" || p.Database != "" || len(p.Set) > 0 {
		return newsletter.Errorf(newsletter.Invalid, "usage", "the demo brings a configuration of its own: --config, --database and --set have no place here")
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	dir, remove, err := cmd.folder()
	if err != nil {
		return err
	}
	defer remove()
	listener, err := cmd.listen()
	if err != nil {
		return err
	}
	site := "http://" + localName(listener.Addr())
	defer listener.Close() // when the service never had it
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelError}))
	return demo.Run(ctx, demo.Options{
		Site: site, Dir: cmd.Dir, Once: cmd.Once, Zone: zone, Out: p.out, Now: p.now, Log: log,
		Start: func(ctx context.Context, i demo.Installation) (demo.Service, error) {
			c, err := demoConfig(dir, site, listener, i.Relay)
			if err != nil {
				return nil, err
			}
			return startDemo(ctx, p, c, listener, log, i)
		},
	})
}

// folder makes the demo's folder. One that holds something is left alone: it may be an installation.
func (cmd demoCommand) folder() (dir string, remove func(), err error) {
	if cmd.Dir == "" {
		dir, err = os.MkdirTemp("", "bode-demo-")
		return dir, func() { _ = os.RemoveAll(dir) }, err
	}
	if err := os.MkdirAll(cmd.Dir, 0o700); err != nil {
		return "", nil, err
	}
	entries, err := os.ReadDir(cmd.Dir)
	switch {
	case err != nil || len(entries) == 0:
	case ofADemo(cmd.Dir):
		err = newsletter.Errorf(newsletter.Conflict, "demo_dir",
			"the folder %s holds an earlier demo, and a demo begins anew each time; name another folder, or look at this one, without its mailbox: bode serve --config %s",
			cmd.Dir, filepath.Join(cmd.Dir, "bode.toml"))
	default:
		err = newsletter.Errorf(newsletter.Conflict, "demo_dir", "the folder %s is not empty; name a new one", cmd.Dir)
	}
	return cmd.Dir, func() {}, err
}

// ofADemo reports whether a demo made a folder: its configuration says so in its first line.
func ofADemo(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "bode.toml"))
	return err == nil && strings.HasPrefix(string(text), "# The configuration of `bode demo`")
}

func (cmd demoCommand) listen() (net.Listener, error) {
	if cmd.Listen != "" {
		return listen(cmd.Listen)
	}
	l, err := listen(demoListen)
	if err != nil {
		return listen("127.0.0.1:0")
	}
	return l, nil
}

// localName is how a browser on this machine reaches an address.
func localName(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("localhost", fmt.Sprint(tcp.Port))
}

//go:embed demo
var demoFiles embed.FS

// demoConfig writes the demo's files into its folder and reads the configuration among them, as
// anyone's would be read: so the visitor's own commands work on the demo too. No other file and no
// variable of the machine's is read.
func demoConfig(dir, site string, listener net.Listener, relay string) (*config.Config, error) {
	fill := strings.NewReplacer("SITE", site, "LISTEN", listener.Addr().String(), "RELAY", relay)
	entries, err := demoFiles.ReadDir("demo")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		text, err := demoFiles.ReadFile(path.Join("demo", entry.Name()))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, entry.Name()), []byte(fill.Replace(string(text))), 0o600); err != nil {
			return nil, err
		}
	}
	// With a key of its own, the demo's mail is signed as real mail is.
	if err := (dnsKey{File: filepath.Join(dir, "dkim.pem")}).Run(nil); err != nil {
		return nil, err
	}
	c, err := config.Load(config.Input{File: filepath.Join(dir, "bode.toml")}, config.ForService)
	if err != nil {
		return nil, &configError{err}
	}
	return c, nil
}

// startDemo starts the service with the wiring of serve, and applies the demo's lists.
func startDemo(ctx context.Context, p *program, c *config.Config, listener net.Listener, log *slog.Logger, i demo.Installation) (demo.Service, error) {
	s, err := newService(ctx, c, wiring{
		pages: true, mailbox: "/demo/mailbox", listener: listener, now: p.now, log: log,
		extra: func(kit web.Config) (string, http.Handler, error) {
			door, err := i.Pages(kit)
			return "/demo/", door, err
		},
	})
	if err != nil {
		return nil, err
	}
	if err := applyText(ctx, p, c, s.store, "lists.toml", []byte(i.Lists)); err != nil {
		s.close()
		return nil, err
	}
	// The demo stops the service by itself, after it has stopped asking it things.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	d := &demoService{service: s, zone: c.Zone, stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(d.ended)
		d.err = s.Run(running)
	}()
	return d, nil
}
