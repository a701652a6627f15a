package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

// numbered is message i of a test: its sender and recipient tell which it is.
type numbered struct {
	i     int
	error error         // of Append
	body  []byte        // nil: testBody
	told  func(outcome) // may be nil
	into  *[]outcome
}

// outcome is what Done was told.
type outcome struct {
	i       int
	receipt Receipt
	err     error
}

func (m *numbered) Append(_ context.Context, dst []byte) (Envelope, []byte, error) {
	if m.error != nil {
		return Envelope{}, dst, m.error
	}
	body := m.body
	if body == nil {
		body = testBody
	}
	return Envelope{From: fmt.Sprintf("m%d@bode.example", m.i), To: fmt.Sprintf("r%d@ontvanger.example", m.i)}, append(dst, body...), nil
}

func (m *numbered) Done(r Receipt, err error) {
	o := outcome{m.i, r, err}
	if *m.into = append(*m.into, o); m.told != nil {
		m.told(o)
	}
}

// numberOf is i of the message that a command is about.
func numberOf(c mailertest.Command) int {
	i := -1
	fmt.Sscanf(c.From, "m%d@", &i)
	return i
}

// stream sends n messages in one Stream and returns what became of them, in the order in which it was told.
func stream(t testing.TB, p *Pool, n int, change ...func(*numbered)) []outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []outcome
	s := p.Stream(ctx, false)
	for i := range n {
		m := &numbered{i: i, into: &got}
		for _, f := range change {
			f(m)
		}
		s.Send(m)
	}
	s.Flush()
	if len(got) != n {
		t.Fatalf("%d outcomes of %d messages", len(got), n)
	}
	return got
}

// words writes outcomes so that they can be compared.
func words(outcomes []outcome) string {
	all := slices.Clone(outcomes)
	slices.SortStableFunc(all, func(a, b outcome) int { return a.i - b.i })
	var b strings.Builder
	for _, o := range all {
		var e *SendError
		switch {
		case o.err == nil:
			fmt.Fprintf(&b, "%d: %d\n", o.i, o.receipt.Code)
		case errors.As(o.err, &e):
			fmt.Fprintf(&b, "%d: %s %s %d uncertain=%t\n", o.i, e.Kind, e.Stage, e.Code, e.Uncertain)
		default:
			fmt.Fprintf(&b, "%d: %v\n", o.i, o.err)
		}
	}
	return b.String()
}

// countingConn counts what is written at a time.
type countingConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countingConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func TestC11_OverlappedPipeliningIsOneWriteAMessage(t *testing.T) {
	const n = 50
	peer := mailertest.New(t, mailertest.Script{})
	var writes atomic.Int64
	p := testPool(t, peer, func(c *Config) {
		c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return countingConn{conn, &writes}, err
		}
	})
	before := int64(1) // EHLO
	got := stream(t, p, n)
	for i, o := range got {
		if o.i != i || o.err != nil {
			t.Errorf("message %d: %+v", i, o)
		}
	}
	if w := writes.Load() - before; w != n+1 {
		t.Errorf("%d writes for %d messages; one more than messages is enough", w, n)
	}
	messages := peer.Messages()
	if len(messages) != n || peer.Connections() != 1 {
		t.Fatalf("%d messages over %d connections", len(messages), peer.Connections())
	}
	for i, m := range messages {
		if m.To != fmt.Sprintf("r%d@ontvanger.example", i) || !bytes.Equal(m.Data, testBody) {
			t.Errorf("message %d: %+v", i, m)
		}
	}
}

// A Stream that is flushed holds nothing back, and gives its connection to others.
func TestFlushHandsOverAtOnce(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		peer := mailertest.New(t, script)
		p := testPool(t, peer) // one connection
		var got []outcome
		a, b := p.Stream(t.Context(), false), p.Stream(t.Context(), false)
		for i, s := range []*Stream{a, b, a, b} {
			s.Send(&numbered{i: i, into: &got})
			s.Flush()
			s.Flush() // again does nothing
			if len(got) != i+1 || got[i].err != nil || len(peer.Messages()) != i+1 {
				t.Fatalf("after message %d: %+v", i, got)
			}
		}
		if n := peer.Connections(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

// A message that can't be written or sent as it is disturbs neither the one before nor the one after.
func TestUnfitMessagesInAStream(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Size = 200
		peer := mailertest.New(t, script)
		broken := errors.New("no letter")
		got := stream(t, testPool(t, peer), 9, func(m *numbered) {
			switch m.i {
			case 2:
				m.error = broken
			case 4:
				m.body = append(bytes.Clone(testBody), strings.Repeat("x", 300)+"\r\n"...)
			case 6:
				m.body = []byte("Subject: x\r\n\r\nbare\nLF\r\n")
			}
		})
		for _, o := range got {
			if bad := o.i == 2 || o.i == 4 || o.i == 6; bad == (o.err == nil) || o.i == 2 && o.err != broken {
				t.Errorf("%+v", o)
			}
		}
		if n := len(peer.Messages()); n != 6 || peer.Connections() != 1 {
			t.Errorf("%d messages over %d connections", n, peer.Connections())
		}
	})
}

// When the answer to one of many is lost, exactly that one is uncertain: the next had its envelope
// under way, and goes over a new connection.
func TestC10_OnlyTheMessageWhoseAnswerIsLostIsUncertain(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Times(1, func(c mailertest.Command) string {
			if c.Step == mailertest.Message && numberOf(c) == 4 {
				return mailertest.AcceptAndDrop
			}
			return ""
		})
		peer := mailertest.New(t, script)
		for _, o := range stream(t, testPool(t, peer), 10) {
			var e *SendError
			if uncertain := errors.As(o.err, &e) && e.Uncertain; uncertain != (o.i == 4) || o.err != nil && o.i != 4 {
				t.Errorf("message %d: %v", o.i, o.err)
			}
		}
		if n := len(peer.Messages()); n != 10 || peer.Connections() != 2 {
			t.Errorf("%d messages over %d connections", n, peer.Connections())
		}
	})
}

// So it is when the answer doesn't come in time: the one that was handed over is uncertain, the next goes elsewhere.
func TestC9_OnlyTheMessageWhoseAnswerIsLateIsUncertain(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		over := make(chan struct{})
		script.Before = func(c mailertest.Command) {
			if c.Step == mailertest.Message && numberOf(c) == 2 {
				<-over
			}
		}
		peer := mailertest.New(t, script)
		defer close(over)
		for _, o := range stream(t, testPool(t, peer, func(c *Config) { c.Timeouts.Dot = 300 * time.Millisecond }), 6) {
			var e *SendError
			if late := errors.As(o.err, &e) && e.Uncertain && errors.Is(e, os.ErrDeadlineExceeded); late != (o.i == 2) || o.err != nil && o.i != 2 {
				t.Errorf("message %d: %v", o.i, o.err)
			}
		}
		if n := peer.Connections(); n != 2 {
			t.Errorf("%d connections", n)
		}
	})
}

// A relay that takes so many messages a connection and then says 421 costs nothing but connections.
func TestC7_421AfterSomeMessages(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.CloseAfter(3)
		peer := mailertest.New(t, script)
		for _, o := range stream(t, testPool(t, peer), 10) {
			if o.err != nil {
				t.Errorf("message %d: %v", o.i, o.err)
			}
		}
		if n := len(peer.Messages()); n != 10 || peer.Connections() != 4 {
			t.Errorf("%d messages over %d connections", n, peer.Connections())
		}
	})
}

func TestAConnectionIsReplacedWhenItHasServed(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		peer := mailertest.New(t, script)
		for _, o := range stream(t, testPool(t, peer, func(c *Config) { c.MaxMessages = 4 }), 10) {
			if o.err != nil {
				t.Errorf("message %d: %v", o.i, o.err)
			}
		}
		if n := len(peer.Messages()); n != 10 || peer.Connections() != 3 {
			t.Errorf("%d messages over %d connections", n, peer.Connections())
		}
	})
}

// A Stream that waits for the rate hands over first what it has.
func TestNothingIsHeldWhileTheRateIsWaitedFor(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{})
	p := testPool(t, peer, func(c *Config) { c.PerSecond = 10 })
	var got []outcome
	s := p.Stream(t.Context(), false)
	for i := range 3 {
		s.Send(&numbered{i: i, into: &got})
	}
	s.Flush()
	if len(got) != 3 || len(peer.Messages()) != 3 {
		t.Errorf("%+v", got)
	}
	for _, c := range peer.Commands() {
		if c.Step == mailertest.Message && c.Pipelined {
			t.Error("a message was held until the next might go")
		}
	}
}

// One refusal is followed by one RSET, also when what comes after it is overlapped.
func TestRSETIsSaidOnce(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.Refuse("550 5.1.1 no", "r1@ontvanger.example")
		peer := mailertest.New(t, script)
		stream(t, testPool(t, peer), 6)
		resets := 0
		for _, c := range peer.Commands() {
			if c.Step == mailertest.RSET {
				resets++
			}
		}
		if n := len(peer.Messages()); resets != 1 || n != 5 {
			t.Errorf("%d RSETs and %d messages", resets, n)
		}
	})
}

// When its context ends, a Stream breaks off: who was handed over is uncertain, and who was not isn't.
func TestAStreamEndsWithItsContext(t *testing.T) {
	asked := make(chan struct{})
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message && numberOf(c) == 1 {
			close(asked)
			<-t.Context().Done()
		}
	}})
	p := testPool(t, peer)
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-asked
		cancel(why)
	}()
	var got []outcome
	s := p.Stream(ctx, false)
	for i := range 4 {
		s.Send(&numbered{i: i, into: &got})
	}
	s.Flush()
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	for _, o := range got {
		var e *SendError
		errors.As(o.err, &e)
		if o.i == 0 && o.err != nil || o.i > 0 && (e == nil || !errors.Is(e, why) || e.Uncertain != (o.i == 1)) {
			t.Errorf("message %d: %v", o.i, o.err)
		}
	}
}
