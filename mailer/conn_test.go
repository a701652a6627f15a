package mailer

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

func TestSendKeepsTheConnectionAndTheOctets(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for range 3 {
			receipt, err := send(t, p, testTo)
			if err != nil || receipt.Code != 250 || receipt.Enhanced != "2.0.0" || !strings.HasPrefix(receipt.Reply, "queued as ") {
				t.Fatalf("%+v, %v", receipt, err)
			}
		}
		if n := peer.Connections(); n != 1 {
			t.Errorf("%d connections", n)
		}
		got := peer.Messages()
		if len(got) != 3 {
			t.Fatalf("%d messages", len(got))
		}
		for _, m := range got {
			if !bytes.Equal(m.Data, testBody) || m.From != testFrom || m.To != testTo {
				t.Errorf("received %+v", m)
			}
		}
	})
}

func TestC11_PipeliningOneWriteForTheEnvelope(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer)
	if _, err := send(t, p, testTo); err != nil {
		t.Fatal(err)
	}
	for _, c := range peer.Commands() {
		if want := c.Step == mailertest.MAIL || c.Step == mailertest.RCPT; want && !c.Pipelined {
			t.Errorf("%s waited for its reply", c.Step)
		}
	}
}

func TestC7_RefusedRecipientLeavesTheConnectionUsable(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Refuse("550 5.1.1 <PIET@ontvanger.example>: user piet unknown", "piet@ontvanger.example")
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for range 2 {
			_, err := send(t, p, "piet@ontvanger.example")
			e := failed(t, err)
			if e.Kind != KindRecipient || e.Code != 550 || e.Enhanced != "5.1.1" || e.Stage != StageRcpt || e.Uncertain || e.Temporary() {
				t.Errorf("%+v", e)
			}
			if strings.Contains(strings.ToLower(e.Error()), "piet") || e.Reply != "<recipient>: user <recipient> unknown" {
				t.Errorf("the reply names the recipient: %q", e.Reply)
			}
			if _, err := send(t, p, testTo); err != nil {
				t.Error(err)
			}
		}
		if n := peer.Connections(); n != 1 {
			t.Errorf("%d connections", n)
		}
		if n := len(peer.Messages()); n != 2 {
			t.Errorf("%d messages", n)
		}
	})
}

// A server may answer 354 although it has refused the recipient: RFC 2920, 3.1.
func TestC7_DataAllowedWithoutRecipient(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Answer: mailertest.First(
		mailertest.Refuse("550 5.1.1 no", "piet@ontvanger.example"),
		func(c mailertest.Command) string {
			if c.Step == mailertest.DATA && c.To == "piet@ontvanger.example" {
				return "354 go ahead"
			}
			return ""
		},
	)})
	p := testPool(t, peer)
	for range 2 {
		_, err := send(t, p, "piet@ontvanger.example")
		if e := failed(t, err); e.Kind != KindRecipient || e.Stage != StageRcpt {
			t.Errorf("%+v", e)
		}
		if _, err := send(t, p, testTo); err != nil {
			t.Error(err)
		}
	}
	if n := len(peer.Messages()); n != 2 || peer.Connections() != 1 {
		t.Errorf("%d messages over %d connections", n, peer.Connections())
	}
}

func TestC7_KindsOfRefusal(t *testing.T) {
	for _, test := range []struct {
		step  mailertest.Step
		reply string
		kind  Kind
	}{
		{mailertest.Greeting, "554 no service", KindConfiguration},
		{mailertest.Greeting, "421 4.3.2 busy", KindThrottled},
		{mailertest.EHLO, "421 4.3.2 busy", KindThrottled},
		{mailertest.MAIL, "421 4.7.0 slow down", KindThrottled},
		{mailertest.MAIL, "450 4.7.1 slow down", KindThrottled},
		{mailertest.MAIL, "452 4.3.1 disk full", KindServer},
		{mailertest.MAIL, "530 5.7.0 authenticate", KindAuthentication},
		{mailertest.MAIL, "550 5.7.1 sender denied", KindAuthentication},
		{mailertest.MAIL, "553 5.1.8 bad sender", KindConfiguration},
		{mailertest.MAIL, "552 5.3.4 too big", KindContent},
		{mailertest.RCPT, "550 no such user", KindRecipient},
		{mailertest.RCPT, "550 5.1.10 null MX", KindRecipient},
		{mailertest.RCPT, "550 5.7.1 policy", KindContent},
		{mailertest.RCPT, "450 4.2.1 mailbox busy", KindServer},
		{mailertest.RCPT, "451 4.7.1 greylisted", KindThrottled},
		{mailertest.RCPT, "452 4.2.2 mailbox full", KindServer},
		{mailertest.RCPT, "552 5.2.2 mailbox full", KindServer},
		{mailertest.RCPT, "552 full", KindServer},
		{mailertest.RCPT, "421 4.3.2 going down", KindThrottled},
		{mailertest.DATA, "451 4.3.0 try later", KindServer},
		{mailertest.DATA, "554 5.5.1 no", KindContent},
		{mailertest.DATA, "250 what?", KindServer},
		{mailertest.Message, "554 5.7.1 spam", KindContent},
		{mailertest.Message, "552 5.3.4 too big", KindContent},
		{mailertest.Message, "550 5.1.1 no such user", KindRecipient},
		{mailertest.Message, "451 4.3.0 try later", KindServer},
		{mailertest.Message, "421 4.3.2 going down", KindThrottled},
	} {
		for _, without := range [][]string{nil, {"PIPELINING"}} {
			t.Run(fmt.Sprintf("%s %s %v", test.step, test.reply, without), func(t *testing.T) {
				peer := mailertest.New(t, mailertest.Script{Without: without, Answer: mailertest.Times(1, mailertest.At(test.step, test.reply))})
				p := testPool(t, peer)
				_, err := send(t, p, testTo)
				e := failed(t, err)
				if e.Kind != test.kind || e.Uncertain || e.Code == 0 || !strings.HasPrefix(test.reply, fmt.Sprint(e.Code)) {
					t.Errorf("%+v; want %s", e, test.kind)
				}
				if e.AboutMessage() != aboutMessage(test.step, e) {
					t.Errorf("about the message: %v", e.AboutMessage())
				}
				if _, err := send(t, p, testTo); err != nil {
					t.Errorf("the next message: %v", err)
				}
				if n := len(peer.Messages()); n != 1 {
					t.Errorf("%d messages", n)
				}
			})
		}
	}
}

// aboutMessage: a refusal of the message or its recipient is; what is said about the connection, the
// sender or us is not, nor is a reply that makes no sense.
func aboutMessage(step mailertest.Step, e *SendError) bool {
	if e.Kind == KindContent {
		return true
	}
	late := step == mailertest.RCPT || step == mailertest.DATA || step == mailertest.Message
	return late && e.Code != 421 && e.Code >= 400
}

func TestC10_LostAfterTheDotIsUncertain(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Times(1, mailertest.At(mailertest.Message, mailertest.AcceptAndDrop))
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		_, err := send(t, p, testTo)
		e := failed(t, err)
		if !e.Uncertain || e.Kind != KindNetwork || e.Stage != StageDot {
			t.Errorf("%+v", e)
		}
		if n := len(peer.Messages()); n != 1 {
			t.Errorf("%d messages: an uncertain one must not be sent again by itself", n)
		}
	})
}

func TestC10_LostBeforeTheDotIsNot(t *testing.T) {
	for _, step := range []mailertest.Step{mailertest.Greeting, mailertest.EHLO, mailertest.MAIL, mailertest.RCPT, mailertest.DATA} {
		both(t, func(t *testing.T, script mailertest.Script) {
			script.Answer = mailertest.At(step, mailertest.Drop)
			peer := mailertest.New(t, script)
			_, err := send(t, testPool(t, peer), testTo)
			if e := failed(t, err); e.Uncertain || e.Kind != KindNetwork {
				t.Errorf("%s: %+v", step, e)
			}
		})
	}
}

// The peer goes away in the middle of a message that is larger than all buffers on the way.
func TestC10_LostInTheMiddleOfTheMessage(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Size: 1 << 30, Answer: mailertest.At(mailertest.Body, mailertest.Drop)})
	p := testPool(t, peer)
	big := append(bytes.Clone(testBody), bytes.Repeat([]byte(strings.Repeat("x", 76)+"\r\n"), 400_000)...)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := p.Send(ctx, Envelope{From: testFrom, To: testTo}, big)
	if e := failed(t, err); e.Uncertain || e.Kind != KindNetwork || e.Stage != StageData {
		t.Errorf("%+v", e)
	}
	if n := len(peer.Messages()); n != 0 {
		t.Errorf("%d messages", n)
	}
}
