package delivery_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/pgcluster"
	"bode.example/internal/store/pgtest"
	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

// outage is a scene in which the database fails when some of the messages are out, for so long that
// every lease runs out.
type outage struct {
	*scene
	begin  chan struct{} // closed when it is to fail
	down   chan struct{} // closed when it does: till then no more messages are taken
	late   atomic.Int64  // how far the workers' clock has been put forward
	failed *listener
}

func newOutage(t *testing.T, s *store.Store) *outage {
	t.Helper()
	o := &outage{begin: make(chan struct{}), down: make(chan struct{}), failed: &listener{Handler: slog.DiscardHandler}}
	var out atomic.Int64
	o.scene = newScene(t, s, mailertest.Script{Before: func(c mailertest.Command) {
		if c.Step != mailertest.Message {
			return
		}
		n := out.Add(1)
		if n == 5 {
			close(o.begin)
		}
		if n >= 5 {
			<-o.down
		}
	}})
	return o
}

func (o *outage) newWorker(name string) *delivery.Worker {
	w := o.scene.newWorker(name)
	w.Now = func() time.Time { return time.Now().Add(time.Duration(o.late.Load())) }
	w.Log = slog.New(o.failed)
	w.Settings.Hold = true // what becomes uncertain stays so, and shows
	return w
}

// play lets two workers send, has the database fail in the middle and come back when they have noticed.
func (o *outage) play(fail, mend func()) {
	o.t.Helper()
	x := o.scene
	all := func() bool {
		return len(x.server.Messages()) == readers && x.progress()[newsletter.DeliverySent] == readers
	}
	step := 0
	x.run(func() bool {
		switch step {
		case 0:
			<-o.begin
			fail()
			close(o.down)
			step++
		case 1:
			if o.failed.times("deliveries wait") == 0 {
				return false
			}
			o.late.Store(int64(time.Hour)) // all leases have run out
			o.failed.forget()
			step++
		case 2:
			// Both workers have seen that the database is away, each by itself.
			if o.failed.times("taken over")+o.failed.times("extended") < 2 {
				return false
			}
			mend()
			step++
		}
		return step == 3 && all()
	}, o.newWorker("w1"), o.newWorker("w2"))
	for to, n := range x.got() {
		if n != 1 {
			x.t.Errorf("%s got it %d times", to, n)
		}
	}
	var doubts int
	if x.w.Ask(&doubts, `SELECT SUM(doubts) FROM delivery`); doubts != 0 {
		x.t.Errorf("%d are called doubtful whose answer was known", doubts)
	}
}

// A database that is restarted in the middle of a send is waited for; nobody is forgotten or gets it twice.
func TestTheDatabaseGoesAwayAndComesBack(t *testing.T) {
	cluster, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	}()
	o := newOutage(t, migrated(t, databaseOn(t, cluster)))
	o.play(func() { o.check(cluster.Halt()) }, func() { o.check(cluster.Resume()) })
}

// A disk that is full stops delivery; it goes on when there is room, as if nothing had been.
func TestADiskThatIsFullWhileSending(t *testing.T) {
	disk := storetest.OnDisk(t, 6<<20)
	if disk == nil {
		return
	}
	o := newOutage(t, migrated(t, filepath.Join(disk.Dir, "bode.sqlite")))
	atMost := 0
	o.play(func() {
		// Else the log has room of its own for the few pages that are left to write. Who reads holds it up.
		for storetest.Query(t, o.s, `PRAGMA wal_checkpoint(TRUNCATE)`)[0][0] != "0" {
			runtime.Gosched()
		}
		disk.Fill(0)
		atMost = len(o.server.Messages()) + 2*10 // what two windows hold may be on its way
	}, func() {
		if n := len(o.server.Messages()); n > atMost {
			t.Errorf("%d messages are out, which nothing was recorded of", n)
		}
		disk.Free()
	})
	if o.failed.ever("there is no room left") == 0 {
		t.Error("the log does not say what the matter is")
	}
	var said string
	if o.w.Ask(&said, `PRAGMA integrity_check`); said != "ok" {
		t.Error(said)
	}
}

// Promise 3: where the answer to a commit is lost, the worker can't know whether its marks stand. It asks
// again, and no message is called doubtful that was never handed over.
func TestTheAnswerToACommitIsLost(t *testing.T) {
	for what, text := range map[string]string{"in a transaction": "SET state = 'handing_over'", "at once": handOverAtOnce} {
		t.Run(what, func(t *testing.T) {
			p := newProxy(t, storetest.PostgresURL(t), text, 4)
			x := newScene(t, storetest.Open(t, p.url), mailertest.Script{})
			x.worker.Settings.Hold = true
			x.run(x.all(newsletter.DeliverySent, readers), x.worker)
			if left := p.cuts.Load(); left > 0 {
				t.Errorf("%d connections were not cut", left)
			}
			for to, n := range x.got() {
				if n != 1 {
					t.Errorf("%s got it %d times", to, n)
				}
			}
		})
	}
}

// handOverAtOnce begins the statement by which the store records and marks without a transaction around it.
const handOverAtOnce = "WITH sent AS"

// proxy stands between a program and its database, and cuts connections off when they have committed
// what holds some text, before the answer comes through.
type proxy struct {
	url  string
	text []byte
	cuts atomic.Int64 // how many are to come
	to   string
}

func newProxy(t *testing.T, address, text string, cuts int64) *proxy {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{text: []byte(text), to: u.Host}
	p.cuts.Store(cuts)
	u.Host = l.Addr().String()
	p.url = u.String()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return p
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	var committed atomic.Bool
	var reading sync.WaitGroup
	reading.Go(func() {
		defer client.Close()
		answer := make([]byte, 1<<16)
		for {
			n, err := server.Read(answer)
			if err != nil || committed.Load() {
				return
			}
			if _, err := client.Write(answer[:n]); err != nil {
				return
			}
		}
	})
	var said bytes.Buffer // since the last commit
	request := make([]byte, 1<<16)
	for {
		n, err := client.Read(request)
		if err != nil {
			break
		}
		said.Write(request[:n])
		if bytes.Contains(request[:n], []byte("COMMIT")) || bytes.Contains(request[:n], []byte(handOverAtOnce)) {
			committed.Store(bytes.Contains(said.Bytes(), p.text) && p.cuts.Add(-1) >= 0)
			said.Reset()
		}
		if _, err := server.Write(request[:n]); err != nil {
			break
		}
	}
	_ = server.(*net.TCPConn).CloseWrite()
	reading.Wait()
	_, _ = io.Copy(io.Discard, server)
}

// databaseOn makes an empty database on a cluster.
func databaseOn(t *testing.T, cluster *pgcluster.Cluster) (address string) {
	t.Helper()
	db, err := sql.Open("postgres", cluster.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE DATABASE bode`); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(cluster.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/bode"
	return u.String()
}

func migrated(t *testing.T, name string) *store.Store {
	t.Helper()
	s := storetest.Open(t, name)
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// listener keeps what a worker logs.
type listener struct {
	slog.Handler
	mu      sync.Mutex
	lines   []string
	earlier []string
}

func (l *listener) Enabled(context.Context, slog.Level) bool { return true }

func (l *listener) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	return nil
}

// times counts the lines that hold a text, since forget.
func (l *listener) times(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return count(l.lines, text)
}

// ever counts all of them.
func (l *listener) ever(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return count(l.lines, text) + count(l.earlier, text)
}

func (l *listener) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.earlier, l.lines = append(l.earlier, l.lines...), nil
}

func count(lines []string, text string) (n int) {
	for _, line := range lines {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}
