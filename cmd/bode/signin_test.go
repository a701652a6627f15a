package main

import (
	"database/sql"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

// visitor is a browser at an installation's desks.
type visitor struct {
	i      *installation
	client *http.Client
}

func (i *installation) visitor() *visitor {
	i.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		i.t.Fatal(err)
	}
	return &visitor{i, &http.Client{Jar: jar, Timeout: patience}}
}

func (v *visitor) at(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return "http://127.0.0.1:" + v.i.port + path
}

// get returns where a page led to, and what stands there.
func (v *visitor) get(path string) (at, page string) {
	v.i.t.Helper()
	request, err := http.NewRequestWithContext(v.i.t.Context(), http.MethodGet, v.at(path), http.NoBody)
	if err != nil {
		v.i.t.Fatal(err)
	}
	return v.do(request)
}

func (v *visitor) do(request *http.Request) (at, page string) {
	v.i.t.Helper()
	request.Header.Set("Accept", "text/html")
	request.Header.Set("Accept-Language", "nl")
	response, err := v.client.Do(request)
	if err != nil {
		v.i.t.Fatal(err)
	}
	return response.Request.URL.Path, v.i.read(response)
}

func (v *visitor) post(path string, fields ...string) (at, page string) {
	v.i.t.Helper()
	form := url.Values{}
	for n := 0; n < len(fields); n += 2 {
		form.Set(fields[n], fields[n+1])
	}
	request, err := http.NewRequestWithContext(v.i.t.Context(), http.MethodPost, v.at(path), strings.NewReader(form.Encode()))
	if err != nil {
		v.i.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(request)
}

// in fails unless the visitor is at a path.
func in(t *testing.T, want string) func(at, page string) string {
	t.Helper()
	return func(at, page string) string {
		t.Helper()
		if at != want {
			t.Fatalf("at %s, not %s\n%s", at, want, page)
		}
		return page
	}
}

var (
	firstLink  = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/desk/sign-in/first/[A-Za-z0-9_-]+`)
	mailedCode = regexp.MustCompile(`[0-9]{4} [0-9]{4}`)
	secretText = regexp.MustCompile(`<code class="secret">([A-Z2-7 ]+)</code>`)
)

// enrol adds an authenticator in half a session.
func (v *visitor) enrol() {
	v.i.t.Helper()
	page := in(v.i.t, "/desk/sign-in/enrol/authenticator")(v.post("/desk/sign-in/enrol"))
	secret := strings.ReplaceAll(secretText.FindStringSubmatch(page)[1], " ", "")
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		v.i.t.Fatal(err)
	}
	in(v.i.t, "/desk/account/codes")(v.post("/desk/sign-in/enrol/authenticator", "code", code))
}

// A service without staff prints a link; whoever opens it names the first admin, who answers the mail, and is
// in. The next start prints none.
func TestTheFirstAdmin(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "bode.sqlite" },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer := mailertest.New(t, mailertest.Script{})
			i := install(t, database(t), peer)
			i.bode("migrate")
			serve := i.start("serve")
			said, err := os.ReadFile(filepath.Join(i.dir, "stdout"))
			if err != nil {
				t.Fatal(err)
			}
			link := firstLink.FindString(string(said))
			if link == "" || strings.Contains(serve.output(), "/first/") {
				t.Fatalf("printed %q\nlogged %s", said, serve.output())
			}
			v := i.visitor()
			v.get(link)
			in(t, "/desk/sign-in/code")(v.post(link, "name", "Anna", "address", "anna@example.nl", "language", "nl"))
			var code string
			until(t, "the mail with the code", func() bool {
				for _, m := range peer.Messages() {
					if text, err := partOf(m.Data, "text"); err == nil && m.To == "anna@example.nl" {
						code = mailedCode.FindString(string(text))
					}
				}
				return code != ""
			})
			in(t, "/desk/sign-in/enrol")(v.post("/desk/sign-in/code", "code", code))
			v.enrol()
			in(t, "/desk/staff")(v.get("/desk/staff"))
			if out := i.bode("staff", "list"); !strings.Contains(out, "anna@example.nl") || !strings.Contains(out, "admin") {
				t.Errorf("%s", out)
			}
			if log := serve.output(); strings.Contains(log, "anna@") || strings.Contains(log, code) || strings.Contains(log, strings.ReplaceAll(code, " ", "")) {
				t.Errorf("the log tells: %s", log)
			}
			serve.stop()
			i.start("serve").stop()
			if said, err := os.ReadFile(filepath.Join(i.dir, "stdout")); err != nil || len(said) > 0 {
				t.Errorf("with staff there it prints %q, %v", said, err)
			}
		})
	}
}

// In a service that is served nothing waives the second factor: neither a link that a command printed, nor a
// database in which somebody wrote so.
func TestServeWaivesNothing(t *testing.T) {
	t.Parallel()
	peer := mailertest.New(t, mailertest.Script{})
	i := install(t, "bode.sqlite", peer)
	i.bode("migrate")
	i.bode("staff", "invite", "anna@example.nl", "--name", "Anna", "--role", "admin")
	i.start("serve")
	v := i.visitor()
	in(t, "/desk/sign-in/enrol")(v.post(strings.TrimSpace(i.bode("staff", "link", "anna@example.nl"))))
	in(t, "/desk/sign-in/enrol")(v.get("/desk/staff")) // by way of the sign-in page
	v.enrol()
	in(t, "/desk/staff")(v.get("/desk/staff"))
	db, err := sql.Open("sqlite", "file:"+filepath.Join(i.dir, "bode.sqlite")+"?_pragma=busy_timeout(30000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE session SET factor = 'waived'`); err != nil {
		t.Fatal(err)
	}
	in(t, "/desk/sign-in")(v.get("/desk/staff"))
	if out, err := i.command("--set", "desk.waive=true", "config", "check").CombinedOutput(); err == nil || !strings.Contains(string(out), "desk.waive") {
		t.Errorf("%v: %s", err, out)
	}
}
