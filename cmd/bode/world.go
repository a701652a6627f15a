package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"bode.example/internal/newsletter"
)

// world is what the program needs of the machine that it runs on.
type world struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
	search   []string // where a configuration file is looked for
	now      func() time.Time
	asks     bool // somebody sits there who can answer a question
	colour   bool
}

// clock is the only place where the program asks what time it is.
func clock() time.Time { return time.Now() }

func (w *world) env(name string) string {
	for _, pair := range w.environ {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			return v
		}
	}
	return ""
}

// untilSignal ends the context at the first SIGINT or SIGTERM. From then on a second one has the
// system's own effect: it ends the process at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// operator is the person at the machine, for the audit log: the account, also behind sudo.
func (w *world) operator() newsletter.Actor {
	for _, name := range []string{w.env("SUDO_USER"), currentUser()} {
		if name != "" {
			return newsletter.Operator(name)
		}
	}
	return newsletter.Operator("uid " + strconv.Itoa(os.Getuid()))
}

func currentUser() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// language is that of sentences for the person at the machine: English, unless LANG says Dutch.
func (w *world) language() newsletter.Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := w.env(name); v != "" {
			if strings.HasPrefix(v, "nl") {
				return newsletter.Dutch
			}
			return newsletter.English
		}
	}
	return newsletter.English
}
