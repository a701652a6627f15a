package mailer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestC6_ParseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"smtps://bode@mail.example":                "smtps://bode@mail.example:465",
		"smtps://mail.example:4650/":               "smtps://mail.example:4650",
		"smtp://bode@mail.example":                 "smtp://bode@mail.example:587",
		"smtp://bode%40bode.example@mail.example":  "smtp://bode%40bode.example@mail.example:587",
		"smtp://bode@bode.example@mail.example:25": "smtp://bode%40bode.example@mail.example:25",
		"smtp://127.0.0.1:2525?tls=none":           "smtp://127.0.0.1:2525?tls=none",
		"smtp://localhost:25?tls=none":             "smtp://localhost:25?tls=none",
		"smtp://[::1]:25?tls=none":                 "smtp://[::1]:25?tls=none",
	} {
		c, err := ParseURL(raw)
		if got := c.withDefaults().String(); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", raw, got, err, want)
		}
	}
	for _, raw := range []string{
		"", "mail.example", "http://mail.example", "smtp://", "smtps://:465", "smtp://mail.example?tls=none", "smtp://192.0.2.1?tls=none",
		"smtps://127.0.0.1?tls=none", "smtp://127.0.0.1?tls=opportunistic", "smtp://127.0.0.1?tls=none&tls=none", "smtp://127.0.0.1?tsl=none",
		"smtp://127.0.0.1/path", "smtp://127.0.0.1#x", "smtp://127.0.0.1:99999", "smtp://127.0.0.1:x", "smtp://bode:geheim@mail.example",
		"smtp://bode:geheim@mail.example:x", "smtp://127.0.0.1.example?tls=none", "smtp://127.0.0.1?%zz",
	} {
		if c, err := ParseURL(raw); err == nil {
			t.Errorf("%q: accepted as %v", raw, c)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: the error tells the password: %v", raw, err)
		}
	}
}

func TestThePasswordIsNeverPrinted(t *testing.T) {
	c := Config{Host: "mail.example", User: "bode", Password: "geheim"}
	p, err := NewPool(c)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(context.Background())
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "config", c, "pointer", &c, "pool", p)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "config", c, "pool", p)
	fmt.Fprintf(&b, "%v %+v %#v %s %v %+v %#v %v %+v %s", c, c, c, c, &c, &c, &c, p, p, p)
	if err := json.NewEncoder(&b).Encode(struct{ User, Password string }{c.User, ""}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "geheim") {
		t.Errorf("%s", b.String())
	}
	if strings.Count(b.String(), "smtps://bode@mail.example") < 10 {
		t.Errorf("%s", b.String())
	}
}

func TestConfigsThatCantWork(t *testing.T) {
	for name, c := range map[string]Config{
		"no host": {}, "port": {Host: "x", Port: 70000}, "no TLS": {Host: "mail.example", Security: NoTLS}, "security": {Host: "x", Security: 9},
		"negative": {Host: "x", Connections: -1}, "local name": {Host: "x", LocalName: "a\r\nMAIL"}, "password alone": {Host: "x", Password: "p"},
	} {
		if _, err := NewPool(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
