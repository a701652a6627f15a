package mailertest

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

// The standard library's client is one that isn't ours.
func TestStandardClientTalksToIt(t *testing.T) {
	s := New(t, Script{StartTLS: true, User: "bode", Password: "geheim"})
	c, err := smtp.Dial(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	steps := []struct {
		name string
		do   func() error
	}{
		{"STARTTLS", func() error { return c.StartTLS(&tls.Config{ServerName: "127.0.0.1", RootCAs: s.RootCAs()}) }},
		{"AUTH", func() error { return c.Auth(smtp.PlainAuth("", "bode", "geheim", "127.0.0.1")) }},
		{"MAIL", func() error { return c.Mail("a@x.example") }},
		{"RCPT", func() error { return c.Rcpt("b@x.example") }},
		{"DATA", func() error {
			w, err := c.Data()
			if err != nil {
				return err
			}
			io.WriteString(w, "Subject: x\r\n\r\n.a\r\n")
			return w.Close()
		}},
		{"QUIT", c.Quit},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Wait(ctx, 1); err != nil {
		t.Fatal(err)
	}
	got := s.Messages()
	if len(got) != 1 || got[0].From != "a@x.example" || got[0].To != "b@x.example" || string(got[0].Data) != "Subject: x\r\n\r\n.a\r\n" || !got[0].TLS || got[0].User != "bode" {
		t.Errorf("%+v", got)
	}
	for _, c := range s.Commands() {
		if strings.Contains(c.Line, "geheim") || c.Step == AUTH && c.Line != "AUTH" {
			t.Errorf("the record holds a password: %q", c.Line)
		}
	}
}

// talk sends the lines, each after the reply to the one before, and returns the replies' first lines.
func talk(t *testing.T, s *Server, lines ...string) []string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	var replies []string
	for i := 0; ; i++ {
		reply := ""
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return append(replies, "closed")
			}
			if reply == "" {
				reply = strings.TrimSpace(line)
			}
			if line[3] == ' ' {
				break
			}
		}
		replies = append(replies, reply)
		if i == len(lines) {
			return replies
		}
		io.WriteString(conn, lines[i]+"\r\n")
	}
}

func TestItKeepsTheOrderOfCommands(t *testing.T) {
	s := New(t, Script{})
	got := talk(t, s, "MAIL FROM:<a@x.example>", "EHLO x", "RCPT TO:<b@x.example>", "DATA", "MAIL FROM:<a@x.example>", "MAIL FROM:<a@x.example>", "DATA", "RCPT TO:<b@x.example>", "RCPT TO:<c@x.example>", "RSET", "RCPT TO:<b@x.example>", "QUIT")
	var codes []string
	for _, r := range got {
		codes = append(codes, r[:3])
	}
	if want := "220 503 250 503 503 250 503 554 250 452 250 503 221"; strings.Join(codes, " ") != want {
		t.Errorf("%s, want %s", strings.Join(codes, " "), want)
	}
}

func TestScripts(t *testing.T) {
	envelope := []string{"EHLO x", "MAIL FROM:<a@x.example>", "RCPT TO:<b@x.example>", "DATA"}
	message := append(envelope[:4:4], "x\r\n.")
	for name, test := range map[string]struct {
		answer func(Command) string
		lines  []string
		want   string
		taken  int
	}{
		"usual":            {nil, message, "220 250 250 250 354 250", 1},
		"refuse":           {Refuse("550 no", "B@x.example"), envelope, "220 250 250 550 554", 0},
		"refuse another":   {Refuse("550 no", "c@x.example"), message, "220 250 250 250 354 250", 1},
		"close after 0":    {CloseAfter(0), message, "220 250 421 closed", 0},
		"drop":             {At(RCPT, Drop), message, "220 250 250 closed", 0},
		"drop body":        {At(Body, Drop), message, "220 250 250 250 354 closed", 0},
		"accept and drop":  {At(Message, AcceptAndDrop), message, "220 250 250 250 354 closed", 1},
		"once":             {Times(1, At(MAIL, "450 later")), append([]string{envelope[0], envelope[1]}, message[1:]...), "220 250 450 250 250 354 250", 1},
		"first":            {First(At(NOOP, "450 x"), At(MAIL, "450-a\n450 b")), envelope, "220 250 450 503 503", 0},
		"354 all the same": {First(Refuse("550 no"), At(DATA, "354 go")), message, "220 250 250 550 354 554", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(t, Script{Answer: test.answer})
			var codes []string
			for _, r := range talk(t, s, test.lines...) {
				code, _, _ := strings.Cut(strings.ReplaceAll(r, "-", " "), " ")
				codes = append(codes, code)
			}
			if got := strings.Join(codes, " "); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			if n := len(s.Messages()); n != test.taken {
				t.Errorf("%d messages, want %d", n, test.taken)
			}
		})
	}
}

func TestItSeesBreaches(t *testing.T) {
	for name, test := range map[string]struct {
		script Script
		said   string
	}{
		"bare LF":            {Script{}, "EHLO x\n"},
		"pipelining":         {Script{Without: []string{"PIPELINING"}}, "EHLO x\r\nMAIL FROM:<a@x.example>\r\n"},
		"after DATA":         {Script{}, "EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nx\r\n.\r\n"},
		"unknown":            {Script{}, "HALLO x\r\n"},
		"MAIL without TLS":   {Script{StartTLS: true}, "EHLO x\r\nMAIL FROM:<a@x.example>\r\n"},
		"AUTH without TLS":   {Script{StartTLS: true, User: "a"}, "EHLO x\r\nAUTH PLAIN AGEAYg==\r\n"},
		"long line":          {Script{}, "NOOP " + strings.Repeat("x", 1000) + "\r\n"},
		"NUL in the command": {Script{}, "NOOP \x00\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Start(test.script)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			conn, err := net.Dial("tcp", s.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "%sQUIT\r\n", test.said)
			io.Copy(io.Discard, conn)
			if len(s.Breaches()) == 0 {
				t.Error("nothing was seen")
			}
		})
	}
}
