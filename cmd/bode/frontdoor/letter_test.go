package frontdoor_test

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-message"
	"github.com/emersion/go-msgauth/dkim"

	"bode.example/mailer/mailertest"
)

// letter is a message as its reader sees it.
type letter struct {
	t       testing.TB
	site    string
	from    string // of the envelope
	to      string // of the envelope
	header  mail.Header
	raw     []byte
	subject string
	text    string
	html    string
}

// signed are the header fields that each signature of a digest must name (STANDARDS B2, C2).
var signed = []string{"from", "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to",
	"list-id", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted", "feedback-id"}

// read takes a message apart, and looks at what must be right in every message.
func (s *site) read(m mailertest.Received) *letter {
	t := s.t
	t.Helper()
	l := &letter{t: t, site: s.url, from: m.From, to: m.To, raw: m.Data}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatalf("the message can't be read: %v\n%s", err, m.Data)
	}
	l.header = parsed.Header
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		t.Errorf("the subject can't be read: %v", err)
	}
	entity, err := message.Read(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatal(err)
	}
	if kind, _, _ := entity.Header.ContentType(); kind != "multipart/alternative" {
		t.Errorf("the message is %s", kind)
	}
	if err := entity.Walk(l.part); err != nil {
		t.Fatal(err)
	}
	l.checkHeader(m)
	l.checkSignatures(s.keys)
	s.secrets.add(m.From)
	for _, found := range tokens.FindAllStringSubmatch(l.text+l.html+parsed.Header.Get("List-Unsubscribe"), -1) {
		s.secrets.add(found[1])
	}
	return l
}

// tokens finds the secrets in links.
var tokens = regexp.MustCompile(`/[cuvwaxz]/([A-Za-z0-9_-]{40,})`)

func (l *letter) part(_ []int, part *message.Entity, err error) error {
	if err != nil {
		return err
	}
	kind, params, _ := part.Header.ContentType()
	if !strings.HasPrefix(kind, "text/") {
		return nil
	}
	if !strings.EqualFold(params["charset"], "utf-8") {
		l.t.Errorf("a part in %s", params["charset"])
	}
	body, err := io.ReadAll(part.Body)
	if kind == "text/html" {
		l.html = string(body)
	} else if l.html != "" || kind != "text/plain" {
		l.t.Errorf("a part %s where it should not be", kind)
	} else {
		l.text = strings.ReplaceAll(string(body), "\r\n", "\n")
	}
	return err
}

// checkHeader: one of each, the reader alone in To, an envelope sender of the message's own.
func (l *letter) checkHeader(m mailertest.Received) {
	l.t.Helper()
	for _, name := range []string{"From", "To", "Date", "Message-Id", "Subject", "Mime-Version", "Auto-Submitted"} {
		if n := len(l.header[name]); n != 1 {
			l.t.Errorf("%d fields %s (A2)", n, name)
		}
	}
	to, err := l.header.AddressList("To")
	if err != nil || len(to) != 1 || !strings.EqualFold(to[0].Address, m.To) {
		l.t.Errorf("To is %q and the envelope is for another (A2): %v", l.header.Get("To"), err)
	}
	if !strings.HasPrefix(m.From, "bounce+") || !strings.HasSuffix(m.From, "@"+domain) {
		l.t.Errorf("the envelope's sender is not one of its own (C12)")
	}
	if id := l.header.Get("Message-Id"); !strings.HasSuffix(id, "@"+domain+">") {
		l.t.Errorf("the Message-ID %s is not of the sender's domain (A4)", id)
	}
	if auto := l.header.Get("Auto-Submitted"); auto != "auto-generated" {
		l.t.Errorf("Auto-Submitted: %q (A9)", auto)
	}
	if !m.TLS || m.User != relayUser {
		l.t.Error("the relay was not spoken to by TLS and with a login (C6)")
	}
}

// checkSignatures: RSA and Ed25519, both for the sender's domain, both right.
func (l *letter) checkSignatures(keys map[string]string) {
	l.t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(l.raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if record, ok := keys[name]; ok {
			return []string{record}, nil
		}
		return nil, os.ErrNotExist
	}})
	if err != nil || len(found) != 2 {
		l.t.Errorf("%d signatures (C1): %v", len(found), err)
	}
	for _, v := range found {
		if v.Err != nil || v.Domain != domain {
			l.t.Errorf("the signature of %s: %v (C1)", v.Domain, v.Err)
		}
		named := make([]string, len(v.HeaderKeys))
		for i, name := range v.HeaderKeys {
			named[i] = strings.ToLower(name)
		}
		for _, name := range signed {
			at := slices.Index(named, name)
			if at < 0 && l.header.Get(name) != "" {
				l.t.Errorf("h= lacks %s (B2, C2)", name)
			}
			if at >= 0 {
				named = slices.Delete(named, at, at+1)
			}
		}
	}
}

// link returns the one address in the text whose path begins with prefix, such as /c/.
func (l *letter) link(prefix string) string {
	l.t.Helper()
	all := l.links(prefix)
	if len(all) != 1 {
		l.t.Fatalf("%d links %s…, want one:\n%s", len(all), prefix, l.text)
	}
	return all[0]
}

func (l *letter) links(prefix string) (all []string) {
	for _, found := range regexp.MustCompile(`(?m)^\s*(`+regexp.QuoteMeta(l.site+prefix)+`\S*)$`).FindAllStringSubmatch(l.text, -1) {
		all = append(all, found[1])
	}
	return all
}

// has fails unless text and HTML both hold all of these.
func (l *letter) has(parts ...string) {
	l.t.Helper()
	for _, part := range parts {
		if !strings.Contains(unfold(l.text), part) {
			l.t.Errorf("the text lacks %q:\n%s", part, l.text)
		}
		if !strings.Contains(l.html, part) {
			l.t.Errorf("the HTML lacks %q", part)
		}
	}
}

// lacks fails if text or HTML hold any of these.
func (l *letter) lacks(parts ...string) {
	l.t.Helper()
	for _, part := range parts {
		if strings.Contains(unfold(l.text), part) || strings.Contains(l.html, part) {
			l.t.Errorf("the letter holds %q:\n%s", part, l.text)
		}
	}
}

// unfold takes the line breaks out of a text.
func unfold(s string) string { return strings.Join(strings.Fields(s), " ") }
