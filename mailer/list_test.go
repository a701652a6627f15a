package mailer

import (
	"crypto/rand"
	"mime"
	"net/mail"
	"strings"
	"testing"
)

func listHeaders() ListHeaders {
	return ListHeaders{Name: "Nieuwe Democratie", ID: "nd.bode.example", UnsubscribeURL: "https://bode.example/u/abc", Feedback: "e12:nd:digest:bode-nl"}
}

func TestB1_ListUnsubscribe(t *testing.T) {
	h := listHeaders()
	got := fieldMap(t, h, nil)
	if got["List-Unsubscribe"] != "<https://bode.example/u/abc>" || got["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
		t.Errorf("%v", got)
	}
	h.UnsubscribeMail = "mailto:u@bode.example?subject=abc"
	if got := fieldMap(t, h, nil)["List-Unsubscribe"]; got != "<https://bode.example/u/abc>, <mailto:u@bode.example?subject=abc>" {
		t.Errorf("%q", got)
	}
	m, _ := NewMarker(rand.Reader, "url")
	h.UnsubscribeURL = m.Mark("url")
	if got := fieldMap(t, h, m)["List-Unsubscribe"]; !strings.HasPrefix(got, "<"+m.Mark("url")+">, ") {
		t.Errorf("%q", got)
	}
	h.UnsubscribeURL = "https://bode.example/u/" + m.Mark("url")
	fieldMap(t, h, m)
	for _, bad := range []string{"http://bode.example/u", "bode.example/u", "https:///u", "https://a:b@bode.example/", "https://bode.example/a b", "https://bode.example/>,<x", "https://bode.example/é", "https://x\r\nBcc: y"} {
		h := listHeaders()
		h.UnsubscribeURL = bad
		if _, err := h.Fields(nil); err == nil {
			t.Errorf("%q: accepted", bad)
		}
	}
	for _, bad := range []string{"u@bode.example", "mailto:", "mailto:u@bode.example>, <https://x"} {
		h := listHeaders()
		h.UnsubscribeMail = bad
		if _, err := h.Fields(nil); err == nil {
			t.Errorf("%q: accepted", bad)
		}
	}
}

func TestB8_ListID(t *testing.T) {
	h := listHeaders()
	if got := fieldMap(t, h, nil)["List-Id"]; got != "Nieuwe Democratie <nd.bode.example>" {
		t.Errorf("%q", got)
	}
	h.Name = "Één lijst, met een naam die veel te lang is voor één regel van een bericht"
	got := fieldMap(t, h, nil)["List-Id"]
	if s, err := new(mime.WordDecoder).DecodeHeader(got); err != nil || s != h.Name+" <nd.bode.example>" {
		t.Errorf("%q reads as %q, %v", got, s, err)
	}
	for _, bad := range []string{"bode", "nd bode.example", "nd..example", "é.example", "nd.bode.example>", strings.Repeat("a.", 130) + "x"} {
		h.ID = bad
		if _, err := h.Fields(nil); err == nil {
			t.Errorf("List-Id %q: accepted", bad)
		}
	}
}

func TestB9_FeedbackID(t *testing.T) {
	for value, ok := range map[string]bool{
		"e12:nd:digest:bode-nl": true, ":::abcde": true, "a:b:c:abcd": false, "a:b:c:" + strings.Repeat("x", 16): false,
		"a:b:abcde": false, "a:b:c:d:abcde": false, "jan@x.example:b:c:abcde": false, "a b:b:c:abcde": false, "a:b:c:abcdé": false,
	} {
		h := listHeaders()
		h.Feedback = value
		if _, err := h.Fields(nil); (err == nil) != ok {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestA9_AutoSubmitted(t *testing.T) {
	h := listHeaders()
	if got := fieldMap(t, h, nil)["Auto-Submitted"]; got != "auto-generated" {
		t.Errorf("%q", got)
	}
}

// fieldMap compiles a draft with the headers and reads them from a message.
func fieldMap(t *testing.T, h ListHeaders, m *Marker) map[string]string {
	t.Helper()
	fields, err := h.Fields(m)
	if err != nil {
		t.Fatal(err)
	}
	d := Draft{From: Address{"", "nieuws@bode.example"}, Subject: "x", Header: fields, Text: "x"}
	if _, err := d.Compile(m); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range fields {
		line, err := appendStructured(nil, f.Name, f.Value)
		if err != nil {
			t.Fatal(err)
		}
		msg, err := mail.ReadMessage(strings.NewReader(string(line) + "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		if m == nil {
			checkFolded(t, line)
		}
		out[f.Name] = msg.Header.Get(f.Name)
	}
	return out
}

func checkFolded(t *testing.T, line []byte) {
	t.Helper()
	for l := range strings.SplitSeq(string(line), "\r\n") {
		if len(l) > 78 {
			t.Errorf("line of %d: %q", len(l), l)
		}
	}
}
