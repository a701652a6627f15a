package main

import (
	"bytes"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// spoken is what a process prints, while it does.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

var deskLink = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/desk/sign-in/link/\S+`)

// The demonstration prints a link to the desk, which works once and needs no second factor. An edition waits
// there; it can be looked at, approved, and stopped. A second link leads to the privacy desk, where requests press.
func TestDemo_OpensTheDesk(t *testing.T) {
	t.Parallel()
	said := &spoken{}
	cmd := exec.Command("bode", "demo", "--listen", "127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var link, officers string
	until(t, "links to the desks", func() bool {
		links := deskLink.FindAllString(said.String(), 2)
		if len(links) < 2 {
			return false
		}
		link, officers = links[0], links[1]
		return true
	})
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	i := &installation{t: t, port: at.Port()}
	v := i.visitor()
	v.get(officers)
	v.post(officers)
	page := in(t, "/desk/requests")(v.get("/desk/requests"))
	for _, want := range []string{"gegevens verbeteren", " te laat", "inzage in gegevens", "gegevens wissen"} {
		if !strings.Contains(page, want) {
			t.Errorf("the register doesn't say %q\n%s", want, page)
		}
	}
	if days := regexp.MustCompile(`nog ([3-7]) dagen`).FindString(page); days == "" {
		t.Errorf("no request presses\n%s", page)
	}
	v = i.visitor()
	v.get(link)
	page = in(t, "/desk/")(v.post(link))
	edition := regexp.MustCompile(`/desk/editions/[a-z2-9]{26}`).FindString(page)
	if edition == "" || !strings.Contains(page, "Wacht op goedkeuring") {
		t.Fatalf("nothing waits for approval\n%s", page)
	}
	page = in(t, edition)(v.get(edition))
	for _, want := range []string{"Wie praat er mee over de begroting?", "Een loting die misging", "Nalopen en goedkeuren", "4 lezers"} {
		if !strings.Contains(page, want) {
			t.Errorf("the edition doesn't say %q", want)
		}
	}
	in(t, edition+"/test")(v.post(edition+"/test", "to", "collega@voorbeeld.nl"))
	until(t, "the test mail", func() bool {
		_, mailbox := v.get("/demo/mailbox?to=collega@voorbeeld.nl")
		return strings.Contains(mailbox, "[Test] Wie praat er mee over de begroting?") || strings.Contains(mailbox, "[Test] Een loting die misging")
	})
	page = in(t, edition+"/approve")(v.get(edition + "/approve"))
	seen := regexp.MustCompile(`name="seen" value="([0-9a-z.-]+)"`).FindStringSubmatch(page)
	if seen == nil {
		t.Fatalf("the edition can't be approved\n%s", page)
	}
	if page = in(t, edition)(v.post(edition+"/approve", "seen", seen[1])); !strings.Contains(page, "Stop: neem de goedkeuring terug") {
		t.Errorf("no way back\n%s", page)
	}
	in(t, edition)(v.post(edition + "/review"))
	again, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(again)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != http.StatusGone {
		t.Errorf("the second time the link gives %d", answer.StatusCode)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v\n%s", err, said)
	}
}
