package mailer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bode.example/mailer/mailertest"
)

const (
	testFrom = "b+token@bode.example"
	testTo   = "jan@ontvanger.example"
)

var testBody = []byte("From: <nieuws@bode.example>\r\nSubject: x\r\n\r\nHallo\r\n.punt\r\n..\r\n.\r\n")

// testPool is a pool for a peer, closed with the test.
func testPool(t testing.TB, peer *mailertest.Server, change ...func(*Config)) *Pool {
	t.Helper()
	cfg, err := ParseURL(peer.URL())
	if err != nil {
		t.Fatal(err)
	}
	cfg.RootCAs = peer.RootCAs()
	cfg.Connections = 1
	for _, f := range change {
		f(&cfg)
	}
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

func send(t testing.TB, p *Pool, to string) (Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return p.Send(ctx, Envelope{From: testFrom, To: to}, testBody)
}

// failed asserts that err is a SendError, and returns it.
func failed(t testing.TB, err error) *SendError {
	t.Helper()
	var e *SendError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *SendError", err)
	}
	return e
}

// both runs a test against a peer with PIPELINING and one without.
func both(t *testing.T, f func(t *testing.T, script mailertest.Script)) {
	t.Run("pipelined", func(t *testing.T) { f(t, mailertest.Script{}) })
	t.Run("plain", func(t *testing.T) { f(t, mailertest.Script{Without: []string{"PIPELINING"}}) })
}

func TestIdleConnectionThatThePeerClosedIsReplaced(t *testing.T) {
	both(t, func(t *testing.T, script mailertest.Script) {
		script.Answer = mailertest.CloseAfter(1)
		peer := mailertest.New(t, script)
		p := testPool(t, peer)
		for range 3 {
			if _, err := send(t, p, testTo); err != nil {
				t.Fatal(err)
			}
		}
		if n := peer.Connections(); n != 3 {
			t.Errorf("%d connections", n)
		}
	})
	t.Run("dropped", func(t *testing.T) {
		peer := mailertest.New(t, mailertest.Script{Answer: func(c mailertest.Command) string {
			if c.Step == mailertest.MAIL && c.Accepted == 1 {
				return mailertest.Drop
			}
			return ""
		}})
		p := testPool(t, peer)
		for range 3 {
			if _, err := send(t, p, testTo); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestConnectionsAreReplacedByNumberAndAge(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   int
	}{
		"number":  {func(c *Config) { c.MaxMessages = 2 }, 2},
		"age":     {func(c *Config) { c.MaxAge = time.Nanosecond }, 4},
		"neither": {func(*Config) {}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			peer := mailertest.New(t, mailertest.Script{})
			p := testPool(t, peer, test.change)
			for range 4 {
				if _, err := send(t, p, testTo); err != nil {
					t.Fatal(err)
				}
				for p.cfg.MaxAge == time.Nanosecond && !idleIsOld(p) {
					time.Sleep(time.Millisecond) // until the timer has run
				}
			}
			if n := peer.Connections(); n != test.want {
				t.Errorf("%d connections, want %d", n, test.want)
			}
		})
	}
}

func idleIsOld(p *Pool) bool {
	p.normal.mu.Lock()
	defer p.normal.mu.Unlock()
	return len(p.normal.idle) == 0 || p.normal.idle[0].old.Load()
}

func TestManySendersShareAFewConnections(t *testing.T) {
	peer := mailertest.New(t, mailertest.Script{Answer: mailertest.First(
		mailertest.CloseAfter(7), mailertest.Refuse("550 5.1.1 no", "p13@ontvanger.example"),
	)})
	p := testPool(t, peer, func(c *Config) { c.Connections, c.Reserved = 3, 1 })
	var wg sync.WaitGroup
	for i := range 120 {
		wg.Go(func() {
			to := fmt.Sprintf("p%d@ontvanger.example", i%20)
			_, err := p.Send(t.Context(), Envelope{From: testFrom, To: to, Priority: i%10 == 0}, testBody)
			if (err != nil) != (i%20 == 13) {
				t.Errorf("%s: %v", to, err)
			}
		})
	}
	wg.Wait()
	if n := len(peer.Messages()); n != 114 {
		t.Errorf("%d messages", n)
	}
}

// With the only normal connection stuck in a slow server, a message of priority has its own.
func TestPriorityHasAConnectionOfItsOwn(t *testing.T) {
	stuck, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message && c.To == "traag@ontvanger.example" {
			once.Do(func() { close(stuck) })
			<-free
		}
	}})
	p := testPool(t, peer, func(c *Config) { c.Reserved = 1 })
	done := make(chan error)
	go func() {
		_, err := p.Send(context.Background(), Envelope{From: testFrom, To: "traag@ontvanger.example"}, testBody)
		done <- err
	}()
	<-stuck
	if _, err := p.Send(t.Context(), Envelope{From: testFrom, To: testTo, Priority: true}, testBody); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Send(ctx, Envelope{From: testFrom, To: testTo}, testBody)
	if e := failed(t, err); e.Stage != StageWait || !errors.Is(e, context.Canceled) {
		t.Errorf("%+v", e)
	}
	close(free)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCloseWaitsForWhatIsUnderWay(t *testing.T) {
	reached, free := make(chan struct{}), make(chan struct{})
	var once sync.Once
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message {
			once.Do(func() { close(reached) })
			<-free
		}
	}})
	p := testPool(t, peer)
	sent := make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), Envelope{From: testFrom, To: testTo}, testBody)
		sent <- err
	}()
	<-reached
	closed := make(chan error, 1)
	go func() { closed <- p.Close(context.Background()) }()
	for { // until Close has begun
		if _, err := p.Send(cancelled(), Envelope{From: testFrom, To: testTo}, testBody); errors.Is(err, ErrClosed) {
			break
		}
	}
	select {
	case err := <-closed:
		t.Fatalf("Close returned (%v) with a message under way", err)
	default:
	}
	close(free)
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	last := peer.Commands()[len(peer.Commands())-1]
	if last.Step != mailertest.QUIT {
		t.Errorf("the last thing said was %s", last.Step)
	}
}

func TestCloseThatLosesPatienceBreaksOff(t *testing.T) {
	reached, free := make(chan struct{}), make(chan struct{})
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.Message {
			close(reached)
			<-free
		}
	}})
	t.Cleanup(func() { close(free) })
	cfg, _ := ParseURL(peer.URL())
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), Envelope{From: testFrom, To: testTo}, testBody)
		sent <- err
	}()
	<-reached
	if err := p.Close(cancelled()); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	if e := failed(t, <-sent); !e.Uncertain || !errors.Is(e, ErrClosed) {
		t.Errorf("%+v", e)
	}
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestIdleConnectionsExpire(t *testing.T) {
	quit := make(chan struct{})
	peer := mailertest.New(t, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step == mailertest.QUIT {
			close(quit)
		}
	}})
	p := testPool(t, peer, func(c *Config) { c.IdleTimeout = time.Millisecond })
	if _, err := send(t, p, testTo); err != nil {
		t.Fatal(err)
	}
	select {
	case <-quit:
	case <-time.After(10 * time.Second):
		t.Error("the idle connection is still open")
	}
}
