package mailer

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

func TestReadReply(t *testing.T) {
	for in, want := range map[string]reply{
		"250 2.1.0 ok\r\n":                       {250, "2.1.0", "ok"},
		"250\r\n":                                {250, "", ""},
		"250-a\r\n250 b\r\n":                     {250, "", "a b"},
		"550-first line\r\n550 5.1.1 second\r\n": {550, "5.1.1", "first line second"},
		"550-5.1.1 one\r\n550 5.1.1 two\r\n":     {550, "5.1.1", "one two"},
		"550 4.1.1 another class\r\n":            {550, "", "4.1.1 another class"},
		"550 5.1.1\r\n":                          {550, "5.1.1", ""},
		"550 5.1.1x\r\n":                         {550, "", "5.1.1x"},
		"354 go\n":                               {354, "", "go"},
	} {
		if got, err := readReply(in); got != want || err != nil {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
	for name, in := range map[string]string{
		"letters": "abc\r\n", "short": "25\r\n", "class 1": "150 x\r\n", "class 6": "650 x\r\n", "no space": "250x\r\n", "codes differ": "250-a\r\n550 b\r\n",
		"empty": "\r\n", "long line": "250 " + strings.Repeat("x", 5000) + "\r\n", "many lines": strings.Repeat("250-x\r\n", 101), "HTTP": "HTTP/1.1 400 Bad Request\r\n",
	} {
		if got, err := readReply(in); !errors.Is(err, errBadReply) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := readReply("250-a\r\n"); !errors.Is(err, io.EOF) {
		t.Errorf("cut off: %v", err)
	}
}

func TestRepliesKeepNoAddress(t *testing.T) {
	r := redactor{sender: "b+sx7@bode.example", recipient: "Jan.Jansen@xn--bcher-kva.example"}
	for in, want := range map[string]string{
		"<jan.jansen@xn--bcher-kva.example>: unknown":   "<recipient>: unknown",
		"Jan.Jansen@xn--bcher-kva.example unknown":      "<recipient> unknown",
		"<jan.jansen@bücher.example>: unknown":          "<address>: unknown",
		"user jan.jansen unknown":                       "user <recipient> unknown",
		"user ajan.jansen unknown":                      "user ajan.jansen unknown",
		"alias <info@other.example> of jan.jansen full": "alias <address> of <recipient> full",
		"sender B+SX7@bode.example rejected":            "sender <sender> rejected",
		"queued as 4F2":                                 "queued as 4F2",
		"a\x00b\xffc\tjan.jansen@xn--bcher-kva.example": "a b\uFFFDc <recipient>",
		"": "",
	} {
		if got := r.text(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := r.text(strings.Repeat("é", 400)); len(got) > maxReplyText || !utf8.ValidString(got) {
		t.Errorf("%d octets", len(got))
	}
	if got := (redactor{}).text("nobody here"); got != "nobody here" {
		t.Errorf("%q", got)
	}
}

func FuzzReply(f *testing.F) {
	f.Add("550-5.1.1 <jan@x.example>\r\n550 5.1.1 unknown\r\n", "jan@x.example")
	f.Add("250 ok\xff\x01\x02\r\n", "İ@x.example")
	f.Fuzz(func(t *testing.T, in, recipient string) {
		r, err := readReply(in)
		if err != nil {
			return
		}
		addr, err := ParseAddr(recipient)
		if err != nil {
			return
		}
		e := refusal(StageRcpt, r, redactor{recipient: addr})
		if e.Kind == 0 || len(e.Reply) > maxReplyText || !utf8.ValidString(e.Reply) || strings.ContainsAny(e.Reply, "\r\n\x00") {
			t.Errorf("%+v", e)
		}
		if strings.Contains(lowerASCII(e.Reply), lowerASCII(addr)) {
			t.Errorf("the reply %q has the address %q", e.Reply, addr)
		}
	})
}

func TestRateLimitAndPriority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPool(Config{Host: "mail.example", PerSecond: 10})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close(t.Context())
		start := time.Now()
		normal := make(chan time.Duration, 20)
		for range 20 {
			go func() {
				if err := p.wait(t.Context(), false); err != nil {
					t.Error(err)
				}
				normal <- time.Since(start)
			}()
		}
		synctest.Wait()
		if err := p.wait(t.Context(), true); err != nil {
			t.Error(err)
		}
		if waited := time.Since(start); waited > 250*time.Millisecond {
			t.Errorf("a message of priority waited %v behind 20 others", waited)
		}
		var last time.Duration
		for range 20 {
			last = max(last, <-normal)
		}
		if last < 1900*time.Millisecond || last > 2100*time.Millisecond {
			t.Errorf("21 messages at 10 a second took %v", last)
		}
		p.SetRate(0)
		if err := p.wait(t.Context(), false); err != nil || time.Since(start)-last > time.Millisecond {
			t.Errorf("without a limit: %v", err)
		}
	})
}

func readReply(in string) (reply, error) {
	p := replies{r: bufio.NewReader(strings.NewReader(in))}
	return p.read()
}
