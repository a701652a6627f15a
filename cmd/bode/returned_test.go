package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"bode.example/internal/bounce"
	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

const hookSecret = "0123456789abcdef0123456789abcdef"

var mailto = regexp.MustCompile(`<mailto:(afmelden\+[a-z0-9]{48}@nieuws\.example\.nl)\?subject=unsubscribe>`)

// TestWhatComesBack sends a digest with the program as it is built, and brings back a refusal, a bounce, a
// complaint, a wish to leave, a letter and a request, each by one of the ways in.
func TestWhatComesBack(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) string{
		"sqlite":   func(*testing.T) string { return "bode.sqlite" },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			comeBack(t, database(t))
		})
	}
}

func comeBack(t *testing.T, database string) {
	peer := mailertest.New(t, mailertest.Script{})
	i := install(t, database, peer)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inbound := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	i.file("hook.secret", hookSecret)
	i.env = append(i.env, "BODE_SENDER_BOUNCE_ADDRESS=bounce@nieuws.example.nl", "BODE_BOUNCE_UNSUBSCRIBE_ADDRESS=afmelden@nieuws.example.nl",
		"BODE_BOUNCE_LISTEN="+inbound, "BODE_PRIVACY_ADDRESS=privacy@nieuws.example.nl", "BODE_BOUNCE_HOOK_SECRET_FILE="+i.dir+"/hook.secret")
	i.bode("apply", "lists.toml", "--yes")
	serve := i.start("serve")
	defer serve.stop()
	people := []string{"hard@example.org", "spam@example.org", "leave@example.org", "hook@example.org", "stays@example.org"}
	i.join(peer, people...)
	i.file("post.md", "+++\ntitle = \"Nieuws uit de raad\"\n+++\nTekst.\n")
	i.bode("post", "add", "post.md")
	id := extraID.FindStringSubmatch(i.bode("edition", "extra", "raad", "week"))[1]
	i.bode("edition", "approve", id)
	until(t, "the digests", func() bool { return len(digests(peer)) == len(people) })

	senders, leaving := map[string]string{}, map[string]string{}
	for _, m := range peer.Messages() {
		if bytes.Contains(m.Data, []byte("\r\nList-Unsubscribe-Post: ")) {
			senders[m.To] = m.From
			flat := regexp.MustCompile(`\r\n[ \t]+`).ReplaceAll(m.Data, []byte(" "))
			if found := mailto.FindSubmatch(flat); found != nil {
				leaving[m.To] = string(found[1])
			}
		}
	}
	if len(leaving) != len(people) {
		t.Fatalf("%d of %d digests have an address to leave by mail", len(leaving), len(people))
	}
	dsn := "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; hard@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
	arf := "From: fbl@fbl.example\r\nSubject: complaint\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n" +
		"Feedback-Type: abuse\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <" + senders["spam@example.org"] + ">\r\n\r\nx\r\n--b--\r\n"
	letter := "From: ria@example.org\r\nTo: nieuws@example.nl\r\nSubject: Re: Nieuws\r\n\r\nWat een mooi stuk!\r\n"
	bring(t, inbound, "", senders["hard@example.org"], dsn)
	bring(t, inbound, "fbl@fbl.example", "bounce@nieuws.example.nl", arf)
	bring(t, inbound, "leave@example.org", leaving["leave@example.org"], "From: leave@example.org\r\nSubject: unsubscribe\r\n\r\n")
	bring(t, inbound, "ria@example.org", "nieuws@example.nl", letter)
	bring(t, inbound, "stays@example.org", "privacy@nieuws.example.nl", "From: stays@example.org\r\nTo: privacy@nieuws.example.nl\r\nSubject: Mijn gegevens\r\n\r\nWat weten jullie van mij?\r\n")
	if shown := i.bode("request", "show", "1"); !strings.Contains(shown, "draft") || !strings.Contains(shown, "Wat weten jullie van mij?") {
		t.Errorf("a mail to the privacy desk is no draft: %s", shown)
	}
	i.report(senders["hook@example.org"])

	var reports []struct{ ID, Class, Way, Effect string }
	if err := json.Unmarshal([]byte(i.bode("bounce", "list", "--json")), &reports); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range reports {
		got[r.Way+" "+r.Class] = r.Effect
		if r.Way == "listener" && r.Class == "hard" {
			if shown := i.bode("bounce", "show", r.ID); !strings.Contains(shown, "Final-Recipient: rfc822; hard@example.org") {
				t.Errorf("the raw report is not shown: %s", shown)
			}
		}
	}
	if len(reports) != 3 || got["listener hard"] != "suppressed" || got["listener complaint"] != "suppressed" || got["hook hard"] != "suppressed" {
		t.Errorf("%v", reports)
	}
	for address, state := range map[string]string{"spam@example.org": "unsubscribed", "leave@example.org": "unsubscribed", "hard@example.org": "active", "stays@example.org": "active"} {
		if shown := i.bode("subscriber", "show", address, "--json"); !strings.Contains(shown, `"state": "`+state+`"`) {
			t.Errorf("%s is not %s: %s", address, state, shown)
		}
	}
	passedOn := 0
	for _, m := range peer.Messages() {
		if m.To == "info@example.nl" && m.From == "" && string(m.Data) == letter {
			passedOn++
		}
	}
	if passedOn != 1 {
		t.Errorf("the letter came to its contact %d times", passedOn)
	}

	// The next digest goes to who may be mailed, and to nobody else.
	i.file("post.md", "+++\ntitle = \"Meer nieuws\"\n+++\nTekst.\n")
	i.bode("post", "add", "post.md")
	id = extraID.FindStringSubmatch(i.bode("edition", "extra", "raad", "week"))[1]
	i.bode("edition", "approve", id)
	until(t, "the second digest", func() bool { return digests(peer)["stays@example.org"] == 2 })
	until(t, "its end", func() bool { return strings.Count(i.bode("edition", "list", "--json"), `"state": "sent"`) == 2 })
	for address, n := range digests(peer) {
		if want := map[string]int{"stays@example.org": 2}[address]; n != max(1, want) {
			t.Errorf("%s got %d digests", address, n)
		}
	}
	for _, address := range people {
		if strings.Contains(serve.output(), address) {
			t.Errorf("%s stands in the log", address)
		}
	}
}

// bring delivers a message by LMTP.
func bring(t *testing.T, server, from, to, raw string) {
	t.Helper()
	conn, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	defer c.Close()
	if err := c.SendMail(from, []string{to}, strings.NewReader(raw)); err != nil {
		t.Errorf("to %s: %v", to, err)
	}
}

// report tells the hook that a mail was refused for good.
func (i *installation) report(sender string) {
	i.t.Helper()
	body := fmt.Sprintf(`{"sender":%q,"class":"hard","id":"1","status":"5.1.1"}`, sender)
	request, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:"+i.port+bounce.HookPath, strings.NewReader(body))
	if err != nil {
		i.t.Fatal(err)
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	request.Header.Set(bounce.SignatureHeader, "t="+at+",v1="+bounce.Sign([]byte(hookSecret), at, []byte(body)))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		i.t.Fatal(err)
	}
	if answer := i.read(response); !strings.Contains(answer, `"effect":"suppressed"`) {
		i.t.Errorf("the hook answers %s", answer)
	}
}
