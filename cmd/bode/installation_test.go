package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bode.example/internal/token"
	"bode.example/mailer/mailertest"
)

// patience bounds every wait for something that the program does by itself.
const patience = 60 * time.Second

// installation is one of a test: a folder with a configuration, and processes of the program.
type installation struct {
	t    *testing.T
	dir  string
	port string
	env  []string
}

// install writes a configuration for an engine and a mail server.
func install(t *testing.T, database string, relay *mailertest.Server) *installation {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i := &installation{t: t, dir: t.TempDir(), port: fmt.Sprint(free.Addr().(*net.TCPAddr).Port)}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	i.file("bode.toml", `
public_url = "http://127.0.0.1:`+i.port+`"
listen = "127.0.0.1:`+i.port+`"
secret_file = "secret"
suppression_key_file = "suppression"
privacy.replay_file = "bode.erased"
[smtp]
url = "`+relay.URL()+`"
connections = 2
[delivery]
window = 4
[sender]
name = "Stichting Voorbeeld"
address = "nieuws@example.nl"
bounce_address = "bounce@example.nl"
[organisation]
name = "Stichting Voorbeeld"
postal_address = ["Postbus 1", "9400 AA Assen"]
mail = "info@example.nl"
[pages.nl]
contact_file = "contact.md"
privacy_file = "privacy.md"
[log]
format = "json"
`)
	i.file("contact.md", "Bel ons.")
	i.file("privacy.md", "Wij bewaren uw adres.")
	i.file("secret", token.NewSecret().Text())
	i.file("suppression", token.NewSecret().Text())
	i.file("lists.toml", `
[[list]]
name = "raad"
title.nl = "De raad"
[[list.schedule]]
name = "week"
title.nl = "Wekelijks"
cron = "0 8 * * 1"
`)
	i.env = append(os.Environ(), "BODE_DATABASE="+database)
	return i
}

func (i *installation) file(name, text string) {
	i.t.Helper()
	if err := os.WriteFile(filepath.Join(i.dir, name), []byte(text), 0o600); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installation) command(args ...string) *exec.Cmd {
	cmd := exec.Command("bode", args...)
	cmd.Dir, cmd.Env = i.dir, i.env
	return cmd
}

// bode runs a command that must succeed, and returns what it prints.
func (i *installation) bode(args ...string) string {
	i.t.Helper()
	cmd := i.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		i.t.Fatalf("bode %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// process is a running serve or worker.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan error
	mu   sync.Mutex
	log  bytes.Buffer
}

// start starts a service and waits until it says that it is ready.
func (i *installation) start(args ...string) *process {
	i.t.Helper()
	p := &process{t: i.t, cmd: i.command(args...), done: make(chan error, 1)}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	said, err := os.Create(filepath.Join(i.dir, "stdout"))
	if err != nil {
		i.t.Fatal(err)
	}
	defer said.Close()
	p.cmd.Stdout = said
	if err := p.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // one that has ended takes no harm
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			p.mu.Lock()
			p.log.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
			var line struct{ Msg string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
				ready <- true
			}
		}
		p.done <- p.cmd.Wait()
	}()
	select {
	case <-ready:
	case err := <-p.done:
		i.t.Fatalf("bode %s ended: %v\n%s", args[0], err, p.output())
	case <-time.After(patience):
		i.t.Fatalf("bode %s is not ready\n%s", args[0], p.output())
	}
	return p
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// stop asks the process to end and waits until it has, with 0.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Fatalf("%s ended with %v\n%s", p.cmd.Args[1], err, p.output())
		}
	case <-time.After(patience):
		p.t.Fatalf("%s does not end\n%s", p.cmd.Args[1], p.output())
	}
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in %s", what, patience)
		}
	}
}

// linkIn finds the links of mails, by how their paths begin.
var linkIn = map[string]*regexp.Regexp{"/c/": linkTo("/c/"), "/u/": linkTo("/u/"), "/v/": linkTo("/v/")}

func linkTo(path string) *regexp.Regexp {
	return regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+(` + path + `[A-Za-z0-9_-]+)`)
}

// letterTo waits for the mail to an address that holds a link, and returns the link's path.
func (i *installation) letterTo(peer *mailertest.Server, address, path string) (link string) {
	i.t.Helper()
	until(i.t, "the mail to "+address, func() bool {
		for _, m := range peer.Messages() {
			text, err := partOf(m.Data, "text")
			if err != nil {
				i.t.Fatal(err)
			}
			if found := linkIn[path].FindSubmatch(text); m.To == address && found != nil {
				link = string(found[1])
				return true
			}
		}
		return false
	})
	return link
}

func (i *installation) get(path string) string {
	i.t.Helper()
	response, err := http.Get("http://127.0.0.1:" + i.port + path)
	if err != nil {
		i.t.Fatal(err)
	}
	return i.read(response)
}

func (i *installation) read(response *http.Response) string {
	i.t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		i.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		i.t.Fatalf("%s %s: %s\n%s", response.Request.Method, response.Request.URL.Path, response.Status, body)
	}
	return string(body)
}

func (i *installation) post(path string, form url.Values) {
	i.t.Helper()
	response, err := http.PostForm("http://127.0.0.1:"+i.port+path, form)
	if err != nil {
		i.t.Fatal(err)
	}
	i.read(response)
}

var inputs = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"`)

// join signs people up through the form and confirms by the link in their mail.
func (i *installation) join(peer *mailertest.Server, addresses ...string) {
	i.t.Helper()
	i.sign(addresses...)
	for _, address := range addresses {
		i.post(i.letterTo(peer, address, "/c/"), nil)
	}
}

// sign fills in the form.
func (i *installation) sign(addresses ...string) {
	i.t.Helper()
	form := url.Values{}
	for _, hidden := range inputs.FindAllStringSubmatch(i.get("/l/raad"), -1) {
		form.Set(hidden[1], hidden[2])
	}
	time.Sleep(2 * time.Second) // the form refuses whom it takes for a robot
	for _, address := range addresses {
		form.Set("address", address)
		i.post("/signup", form)
	}
}

// digests counts the digests that each address got.
func digests(peer *mailertest.Server) map[string]int {
	count := map[string]int{}
	for _, m := range peer.Messages() {
		if bytes.Contains(m.Data, []byte("\r\nList-Unsubscribe-Post: ")) {
			count[m.To]++
		}
	}
	return count
}

// webVersion is the one address that is new for what is sent.
var webVersion = regexp.MustCompile(`/e/[a-z0-9]{26}`)

var extraID = regexp.MustCompile(`draft ([a-z0-9]{26})`)
