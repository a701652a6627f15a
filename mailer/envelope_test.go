package mailer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bode.example/mailer/mailertest"
)

func TestA7_SMTPUTF8OnlyWhereNeededAndOffered(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	for to, want := range map[string]bool{"用户@例子.example": true, "jan@例子.example": false} {
		if _, err := send(t, p, to); err != nil {
			t.Fatal(err)
		}
		got := peer.Messages()
		last := got[len(got)-1]
		if utf8 := strings.Contains(last.MailParams, "SMTPUTF8"); utf8 != want || !strings.HasSuffix(last.To, "@xn--fsqu00a.example") {
			t.Errorf("%s: %+v", to, last)
		}
	}
	old := testPool(t, mailertest.New(t, mailertest.Script{Without: []string{"SMTPUTF8"}}))
	_, err := send(t, old, "用户@例子.example")
	if e := failed(t, err); e.Kind != KindRecipient || e.Temporary() {
		t.Errorf("%+v", e)
	}
	if _, err := send(t, old, "jan@例子.example"); err != nil {
		t.Error(err)
	}
}

func TestC11_SizeAnd8BitMIME(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Size: 200})
	p := testPool(t, peer)
	ctx := t.Context()
	e := Envelope{From: testFrom, To: testTo}
	if _, err := p.Send(ctx, e, append(bytes.Clone(testBody), "één\r\n"...)); err != nil {
		t.Fatal(err)
	}
	if got := peer.Messages()[0].MailParams; !strings.Contains(got, "BODY=8BITMIME") || !strings.Contains(got, fmt.Sprintf("SIZE=%d", len(testBody)+7)) {
		t.Errorf("MAIL parameters %q", got)
	}
	_, err := p.Send(ctx, e, append(bytes.Clone(testBody), strings.Repeat("x", 300)+"\r\n"...))
	if e := failed(t, err); e.Kind != KindContent || e.Stage != StageEnvelope {
		t.Errorf("%+v", e)
	}
	old := testPool(t, mailertest.New(t, mailertest.Script{Without: []string{"8BITMIME", "SIZE"}}))
	_, err = old.Send(ctx, e, append(bytes.Clone(testBody), "één\r\n"...))
	if e := failed(t, err); e.Kind != KindContent {
		t.Errorf("%+v", e)
	}
}

func TestC13_DSNOnlyWhereOffered(t *testing.T) {
	dsn := DSN{Notify: NotifyFailure | NotifyDelay, HeadersOnly: true, EnvelopeID: "a+b=c d"}
	for _, without := range [][]string{nil, {"DSN"}} {
		peer := mailertest.New(t, mailertest.Script{Without: without})
		if _, err := testPool(t, peer).Send(t.Context(), Envelope{From: testFrom, To: testTo, DSN: dsn}, testBody); err != nil {
			t.Fatal(err)
		}
		m := peer.Messages()[0]
		offered := without == nil
		if strings.Contains(m.MailParams, "RET=HDRS ENVID=a+2Bb+3Dc+20d") != offered || (m.RcptParams == "NOTIFY=FAILURE,DELAY") != offered {
			t.Errorf("offered %v: %q %q", offered, m.MailParams, m.RcptParams)
		}
	}
	for _, bad := range []DSN{{Notify: NotifyNever | NotifyDelay}, {EnvelopeID: "é"}, {EnvelopeID: "a\r\nb"}, {Notify: 16}} {
		_, err := testPool(t, mailertest.New(t, mailertest.Script{})).Send(t.Context(), Envelope{From: testFrom, To: testTo, DSN: bad}, testBody)
		if e := failed(t, err); e.Kind != KindConfiguration {
			t.Errorf("%+v", e)
		}
	}
}

func TestA1_MessagesThatCouldSmuggleAreRefused(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	for name, body := range map[string]string{
		"bare LF": "a\n.\nMAIL FROM:<x@y.example>\r\n", "bare CR": "a\r.\r\n", "LF dot CRLF": "a\n.\r\n", "CR CR LF": "a\r\r\n",
		"no CRLF at the end": "a", "NUL": "a\x00\r\n", "long line": strings.Repeat("x", 999) + "\r\n", "LF CR": "a\n\r\n",
	} {
		_, err := p.Send(t.Context(), Envelope{From: testFrom, To: testTo}, []byte("From: <a@b.example>\r\n\r\n"+body))
		if e := failed(t, err); e.Kind != KindContent || e.Stage != StageEnvelope {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for _, body := range []string{"", "\r\n", "no header\r\n"} {
		if _, err := p.Send(t.Context(), Envelope{From: testFrom, To: testTo}, []byte(body)); err == nil {
			t.Errorf("%q: sent", body)
		}
	}
	if peer.Connections() != 0 {
		t.Error("a connection was made")
	}
}

func TestEnvelopeAddressesAreChecked(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	if _, err := p.Send(t.Context(), Envelope{From: "", To: testTo}, testBody); err != nil {
		t.Error(err)
	}
	_, err := p.Send(t.Context(), Envelope{From: testFrom, To: "a@b.example>\r\nRCPT TO:<c@d.example"}, testBody)
	if e := failed(t, err); e.Kind != KindRecipient {
		t.Errorf("%+v", e)
	}
	_, err = p.Send(t.Context(), Envelope{From: "bode", To: testTo}, testBody)
	if e := failed(t, err); e.Kind != KindConfiguration {
		t.Errorf("%+v", e)
	}
	if got := peer.Messages(); len(got) != 1 || got[0].From != "" {
		t.Errorf("%+v", got)
	}
}

func TestCommandsOfOneMessage(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer, func(c *Config) { c.LocalName = "bode.example" })
	if _, err := send(t, p, testTo); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range peer.Commands() {
		if c.Line != "" {
			lines = append(lines, c.Line)
		}
	}
	want := []string{"EHLO bode.example", fmt.Sprintf("MAIL FROM:<%s> SIZE=%d", testFrom, len(testBody)), "RCPT TO:<" + testTo + ">", "DATA"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
}
