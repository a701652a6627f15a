package frontdoor_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// hands comes with bodies, methods and speeds that no browser has (STANDARDS D7), and with addresses
// that no mail can go to.
func hands(s *site) {
	slow := s.slowHands()
	x := s.stranger("198.51.100.88")
	form := x.signupForm("zorg", s.person("igor"))
	long := form.Encode() + "&name=" + strings.Repeat("x", 70_000)
	x.ask("POST", "/signup", urlencoded, long).is(413, "Het formulier is te groot")
	x.ask("POST", "/signup", "multipart/form-data; boundary=q", "--q\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n"+strings.Repeat("x", 70_000)+"\r\n--q--\r\n").is(413)
	x.ask("POST", "/signup", "application/json", `{"address":"igor"}`).is(415)
	x.ask("POST", "/signup", "text/plain", form.Encode()).is(415)
	x.ask("POST", "/signup", "multipart/form-data", "--q").is(400)
	x.ask("POST", "/signup", urlencoded, "address=%ff%fe%00").is(400)
	x.ask("POST", "/signup", urlencoded, "%zz=%").is(400)
	x.ask("POST", "/signup", urlencoded, form.Encode(), "Origin", "https://ergens-anders.example", "Sec-Fetch-Site", "cross-site").is(403)
	for _, wrong := range []struct{ method, target, allow string }{
		{"POST", "/", "GET"}, {"DELETE", "/signup", "POST"}, {"GET", "/access/data", "POST"}, {"GET", "/access/erase", "POST"}, {"PATCH", "/privacy", "GET"},
	} {
		answer := x.ask(wrong.method, wrong.target, "", "").is(405)
		if !strings.Contains(answer.header.Get("Allow"), wrong.allow) {
			s.t.Errorf("%s %s: Allow is %q", wrong.method, wrong.target, answer.header.Get("Allow"))
		}
	}
	for _, path := range []string{"/p/x", "/e/x", "/l/x", "/ics/x.ics", "/%00", "/%ff", "/static/../bode.toml", "/static/%2e%2e/bode.toml", "/admin"} {
		if status := x.get(path).status; status != http.StatusNotFound && status != http.StatusBadRequest && status/100 != 3 {
			s.t.Errorf("%s: %d", path, status)
		}
	}
	s.badAddresses(x)
	for name, ended := range slow {
		select {
		case after := <-ended:
			s.t.Logf("%s: cut after %v", name, after.Round(time.Second))
		case <-time.After(patience):
			s.t.Errorf("%s: is never cut", name)
		}
	}
}

// badAddresses are told what is wrong, and keep what was typed.
func (s *site) badAddresses(x *stranger) {
	for _, bad := range []string{"", "jan", "jan@", "@noord.example", "jan@@noord.example", "jan@a@b.nl", "jan@noord", "jan piet@noord.example",
		"jan@noord..example", "<jan@noord.example>", "Jan <jan@noord.example>", "jan@[127.0.0.1]", "jan@noord.example\r\nBcc: x@y.nl",
		strings.Repeat("j", 65) + "@noord.example", "jan@" + strings.Repeat("noord.", 50) + "example", "jan@noord.example,piet@noord.example"} {
		form := x.signupForm("zorg", bad)
		form.Set("name", "Jan de Boer")
		answer := x.post("/signup", form).is(422, "Fout:", `aria-invalid="true"`)
		if kept := answer.form("/signup"); kept.Get("name") != "Jan de Boer" {
			s.t.Errorf("%q: the form has lost the name", bad)
		}
	}
	// Unusual, and right: other letters in the domain and before it.
	for _, good := range []struct{ typed, envelope string }{
		{"jos@bücher.example", "jos@xn--bcher-kva.example"}, {"jörgen@lezers.example", "jörgen@lezers.example"}, {"Jo.O'Neil+nieuws@Lezers.Example", "Jo.O'Neil+nieuws@lezers.example"},
	} {
		s.secrets.add(good.typed, good.envelope)
		x.post("/signup", x.signupForm("zorg", good.typed)).is(200)
		s.letter(good.envelope)
	}
}

// slowHands opens connections that never finish what they say. Each channel tells when one was cut.
func (s *site) slowHands() map[string]<-chan time.Duration {
	s.t.Helper()
	ended := map[string]<-chan time.Duration{}
	for name, said := range map[string]string{
		"a header without an end": "GET / HTTP/1.1\r\nHost: " + s.host + "\r\nX-Slow: ",
		"a body without an end":   "POST /signup HTTP/1.1\r\nHost: " + s.host + "\r\nContent-Type: " + urlencoded + "\r\nContent-Length: 1000\r\n\r\naddress=",
	} {
		ended[name] = dribble(s.t, s.service.listen, said)
	}
	return ended
}

// dribble says something, and then waits until the other end hangs up.
func dribble(t testing.TB, address, said string) <-chan time.Duration {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, said); err != nil {
		t.Fatal(err)
	}
	cut, start := make(chan time.Duration, 1), time.Now()
	go func() {
		_, _ = io.Copy(io.Discard, conn) // an answer may come first
		cut <- time.Since(start)
	}()
	return cut
}
