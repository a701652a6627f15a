package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

// TestServeStopsInGoodOrder stops a serve while the mail server is slow to answer, starts it again,
// and counts: everybody has got the digest once, and nothing is in doubt.
func TestServeStopsInGoodOrder(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "bode.sqlite" },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var slow sync.Map
			peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
				if _, on := slow.Load("on"); on && c.Step == mailertest.Message {
					time.Sleep(200 * time.Millisecond)
				}
			}})
			i := install(t, database(t), peer)
			i.bode("apply", "lists.toml", "--yes")
			serve := i.start("serve")
			var people []string
			for n := range 12 {
				people = append(people, fmt.Sprintf("lezer%d@example.org", n))
			}
			i.join(peer, people...)

			slow.Store("on", true)
			i.file("post.md", "+++\ntitle = \"Nieuws uit de raad\"\n+++\nTekst.\n")
			i.bode("post", "add", "post.md")
			id := extraID.FindStringSubmatch(i.bode("edition", "extra", "raad", "week"))[1]
			draft := i.bode("edition", "preview", id)
			i.bode("edition", "approve", id)
			until(t, "the first digest", func() bool { return len(digests(peer)) > 0 })
			serve.stop()
			before := len(digests(peer))
			if before == len(people) {
				t.Fatal("everything was sent before the program was stopped: the test is too slow to tell anything")
			}

			serve = i.start("serve")
			until(t, "the other digests", func() bool { return len(digests(peer)) == len(people) })
			until(t, "the end of the edition", func() bool { return strings.Contains(i.bode("edition", "list", "--json"), `"state": "sent"`) })
			for _, m := range peer.Messages() {
				if !strings.Contains(m.MailParams, "RET=HDRS ENVID=") || m.RcptParams != "NOTIFY=FAILURE" {
					t.Errorf("C13: the mail server was asked %q and %q", m.MailParams, m.RcptParams)
				}
			}
			for address, n := range digests(peer) {
				if n != 1 || !slices.Contains(people, address) {
					t.Errorf("%s got %d digests", address, n)
				}
			}
			if sent := i.bode("edition", "preview", id); !strings.Contains(sent, "Nieuws uit de raad") || webVersion.ReplaceAllString(sent, "") != webVersion.ReplaceAllString(draft, "") {
				t.Errorf("what was sent is not what the preview showed:\n%s\nbut\n%s", draft, sent)
			}
			if html := i.bode("edition", "preview", id, "--format", "html"); !strings.Contains(html, "<h1") {
				t.Errorf("the preview as HTML: %s", html)
			}
			if out, err := i.command("edition", "preview", id, "--large").CombinedOutput(); err == nil || !strings.Contains(string(out), "nobody was sent this edition") {
				t.Errorf("a variant that nobody got: %v, %s", err, out)
			}
			if view := i.bode("edition", "show", id, "--json"); strings.Contains(view, "uncertain") {
				t.Errorf("something is in doubt: %s", view)
			}
			serve.stop()
			if strings.Contains(serve.output(), "example.org") {
				t.Errorf("an address is in the log:\n%s", serve.output())
			}
		})
	}
}

// TestWorkerBesideServe lets a worker send what a serve on the same PostgreSQL takes in.
func TestWorkerBesideServe(t *testing.T) {
	t.Parallel()
	peer := mailertest.New(t, mailertest.Script{})
	i := install(t, storetest.PostgresURL(t), peer)
	i.bode("apply", "lists.toml", "--yes")
	worker, serve := i.start("worker"), i.start("serve")
	i.join(peer, "lezer@example.org")
	dossier := i.bode("subscriber", "show", "lezer@example.org", "--json")
	for _, want := range []string{`"address": "lezer@example.org"`, `"action": "confirmed"`, `"template": "welcome"`} {
		if !strings.Contains(dossier, want) {
			t.Errorf("no %s in %s", want, dossier)
		}
	}
	serve.stop()
	worker.stop()
}

// An edition that is made ahead for its editor is the next one, also to who looks from the command line.
func TestTheNextEditionIsTheOneMadeAhead(t *testing.T) {
	t.Parallel()
	peer := mailertest.New(t, mailertest.Script{})
	i := install(t, filepath.Join(t.TempDir(), "bode.db"), peer)
	i.file("lists.toml", `
[[list]]
name = "raad"
title.nl = "De raad"
[[list.schedule]]
name = "week"
title.nl = "Wekelijks"
cron = "0 8 * * 1"
review = "approval"
lead = "8d"
`)
	i.bode("apply", "lists.toml", "--yes")
	serve := i.start("serve")
	var editions []struct {
		State string
		For   string `json:"scheduled_for"`
	}
	until(t, "an edition in review", func() bool {
		if err := json.Unmarshal([]byte(i.bode("edition", "list", "--json")), &editions); err != nil {
			t.Fatal(err)
		}
		return len(editions) > 0 && editions[0].State == "in_review"
	})
	i.join(peer, "lezer@example.org")
	want := `"next_edition": "` + editions[0].For + `"`
	for _, command := range [][]string{{"schedule", "list", "--json"}, {"subscriber", "show", "lezer@example.org", "--json"}} {
		if out := i.bode(command...); !strings.Contains(out, want) {
			t.Errorf("bode %s lacks %s:\n%s", strings.Join(command, " "), want, out)
		}
	}
	slot, err := time.Parse(time.RFC3339, editions[0].For)
	if err != nil {
		t.Fatal(err)
	}
	if out := i.bode("schedule", "list"); !strings.Contains(out, slot.Format("2006-01-02")) {
		t.Errorf("no %s in:\n%s", slot, out)
	}
	serve.stop()
}

// TestStartRefuses starts the program on what can't work: it ends at once, and says why.
func TestStartRefuses(t *testing.T) {
	t.Parallel()
	peer := mailertest.New(t, mailertest.Script{})
	for name, c := range map[string]struct {
		args    []string
		prepare func(*installation)
		code    int
		want    string
	}{
		"a worker on a file": {[]string{"worker"}, func(*installation) {}, exitConfig, "a worker needs PostgreSQL"},
		"a secret that others can read": {[]string{"serve"}, func(i *installation) {
			if err := os.Chmod(filepath.Join(i.dir, "secret"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, exitConfig, "chmod 600"},
		"a template that does not work": {[]string{"serve", "--set", "templates_dir=templates"}, func(i *installation) {
			if err := os.MkdirAll(filepath.Join(i.dir, "templates/web/public"), 0o700); err != nil {
				t.Fatal(err)
			}
			i.file("templates/web/public/home.html", "{{.NoSuchThing}}")
		}, exitConfig, "web/public/home.html"},
		"an address in use": {[]string{"serve", "--listen", peer.Addr()}, func(*installation) {}, exitUnavailable, "can't be listened on"},
	} {
		t.Run(name, func(t *testing.T) {
			i := install(t, "bode.sqlite", peer)
			c.prepare(i)
			cmd := i.command(c.args...)
			out, err := cmd.CombinedOutput()
			if err == nil || cmd.ProcessState.ExitCode() != c.code || !strings.Contains(string(out), c.want) {
				t.Errorf("exit code %d, want %d, with %q:\n%s", cmd.ProcessState.ExitCode(), c.code, c.want, out)
			}
		})
	}
}

// TestASecondSignalEndsItAtOnce has a mail server that never answers: the first signal waits for it,
// the second one doesn't.
func TestASecondSignalEndsItAtOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var silent sync.Map
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if _, on := silent.Load("on"); on && c.Step == mailertest.Message {
			<-release
		}
	}})
	t.Cleanup(func() { close(release) })
	i := install(t, "bode.sqlite", peer)
	i.bode("apply", "lists.toml", "--yes")
	serve := i.start("serve")
	silent.Store("on", true)
	i.sign("lezer@example.org")
	until(t, "the confirmation on its way", func() bool {
		return slices.ContainsFunc(peer.Commands(), func(c mailertest.Command) bool { return c.Step == mailertest.Message })
	})
	signal := func() {
		if err := serve.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
	}
	signal()
	until(t, "the end of listening", func() bool {
		response, err := http.Get("http://127.0.0.1:" + i.port + "/healthz")
		if err == nil {
			_ = response.Body.Close()
		}
		return err != nil
	})
	select {
	case err := <-serve.done:
		t.Fatalf("the first signal was enough: %v\n%s", err, serve.output())
	default:
	}
	// Two signals may be taken for one while the first is still being told around: an impatient hand
	// presses again.
	until(t, "the end by another signal", func() bool {
		signal()
		select {
		case err := <-serve.done:
			if state := serve.cmd.ProcessState.Sys().(syscall.WaitStatus); !state.Signaled() {
				t.Errorf("it ended by itself: %v\n%s", err, serve.output())
			}
			return true
		default:
			return false
		}
	})
}

// TestB3_LinksSurviveKeyRotation opens the links of a mail after the secret was replaced: with the
// old one still configured they work, without it they don't.
func TestB3_LinksSurviveKeyRotation(t *testing.T) {
	t.Parallel()
	peer := mailertest.New(t, mailertest.Script{})
	i := install(t, "bode.sqlite", peer)
	i.bode("apply", "lists.toml", "--yes")
	serve := i.start("serve")
	i.join(peer, "lezer@example.org")
	preferences, leave := i.letterTo(peer, "lezer@example.org", "/v/"), i.letterTo(peer, "lezer@example.org", "/u/")
	serve.stop()

	if err := os.Rename(filepath.Join(i.dir, "secret"), filepath.Join(i.dir, "secret.old")); err != nil {
		t.Fatal(err)
	}
	i.bode("config", "secret", "secret")
	serve = i.start("serve")
	response, err := http.Get("http://127.0.0.1:" + i.port + preferences)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("without the old secret: %s", response.Status)
	}
	serve.stop()

	i.env = append(i.env, "BODE_OLD_SECRET_FILES=secret.old")
	serve = i.start("serve")
	i.get(preferences)
	i.post(leave, url.Values{"List-Unsubscribe": {"One-Click"}})
	if dossier := i.bode("subscriber", "show", "lezer@example.org", "--json"); !strings.Contains(dossier, `"state": "unsubscribed"`) {
		t.Errorf("the old link did not unsubscribe: %s", dossier)
	}
	serve.stop()
}
