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
	return `Shows the whole service with nothing but this program: a feed, people who subscribe, a mail server and its mailbox are brought along. No mail leaves the machine. Ctrl-C stops it.

Example:

    bode demo --once`
}

func (cmd demoCommand) Run(ctx context.Context, p *program) error {
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
	c, err := demoConfig(dir, site)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelError}))
	return demo.Run(ctx, demo.Options{
		Site: site, Once: cmd.Once, Zone: c.Zone, Out: p.out, Now: p.now, Log: log,
		Start: func(ctx context.Context, i demo.Installation) (demo.Service, error) {
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
	if err == nil && len(entries) > 0 {
		err = newsletter.Errorf(newsletter.Conflict, "demo_dir", "the folder %s is not empty; name a new one", cmd.Dir)
	}
	return cmd.Dir, func() {}, err
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

//go:embed demo/*.md
var demoPages embed.FS

// demoConfig is the configuration of the demo; only addresses and names differ from a real one. No
// file and no variable of the machine's is read.
func demoConfig(dir, site string) (*config.Config, error) {
	in := config.Input{}
	set := func(key, text string) {
		in.Flags = append(in.Flags, config.Flag{Name: "demo", Key: key, Text: text})
	}
	set("database", filepath.Join(dir, "bode.sqlite"))
	set("public_url", site)
	set("smtp.url", "smtp://127.0.0.1:25?tls=none") // the demo brings its own; see startDemo
	set("sender.name", "Expertgroep Nieuwe Democratie")
	set("sender.address", "nieuws@bode.example")
	set("sender.reply_to", "redactie@bode.example")
	set("organisation.name", "Stichting Noorderkring")
	set("organisation.postal_address", "Postbus 12,9400 AA Assen")
	set("organisation.mail", "redactie@bode.example")
	set("organisation.phone", "0592 00 00 00")
	names, err := demoPages.ReadDir("demo")
	if err != nil {
		return nil, err
	}
	for _, entry := range names { // privacy.nl.md becomes pages.nl.privacy_file
		text, err := demoPages.ReadFile(path.Join("demo", entry.Name()))
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, entry.Name())
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return nil, err
		}
		page, lang := pageAndLanguage(entry.Name())
		set("pages."+lang+"."+page+"_file", file)
	}
	return config.Load(in, config.ForService)
}

func pageAndLanguage(name string) (page, lang string) {
	name = name[:len(name)-len(path.Ext(name))]
	lang = path.Ext(name)
	return name[:len(name)-len(lang)], lang[1:]
}

// startDemo starts the service with the wiring of serve, and applies the demo's lists.
func startDemo(ctx context.Context, p *program, c *config.Config, listener net.Listener, log *slog.Logger, i demo.Installation) (demo.Service, error) {
	if err := c.SetRelay("smtp://" + i.Relay + "?tls=none"); err != nil {
		return nil, err
	}
	s, err := newService(ctx, c, wiring{
		pages: true, listener: listener, now: p.now, log: log,
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
