package mailer

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"

	"bode.example/mailer/mailertest"
)

// answers is what a peer says to the messages of a series, by message and step; what it doesn't hold
// is answered as usual. Each answer is given once.
type answers struct {
	mu   sync.Mutex
	said map[string]string
}

func (a *answers) answer(c mailertest.Command) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := fmt.Sprintf("%d %s", numberOf(c), c.Step)
	reply := a.said[key]
	delete(a.said, key)
	return reply
}

// random makes answers to n messages: refusals of all kinds at all steps, more than one a message, and
// connections that end.
func random(r *rand.Rand, n int) map[string]string {
	replies := map[mailertest.Step][]string{
		mailertest.MAIL:    {"450 4.7.1 later", "550 5.7.1 never", "421 4.3.2 bye", mailertest.Drop, "250-one\n250 two"},
		mailertest.RCPT:    {"550 5.1.1 no", "450 4.2.0 busy", "421 4.3.2 bye", "250-2.1.5 one\n250 2.1.5 two"},
		mailertest.DATA:    {"354 all the same", "451 4.3.0 later"}, // a 421 here is seen by those only who had sent DATA
		mailertest.Message: {"554 5.6.0 no", "451 4.3.0 later", "421 4.3.2 bye", mailertest.Drop, mailertest.AcceptAndDrop, "250-a\n250-b\n250 c"},
	}
	said := map[string]string{}
	for i := range n {
		for _, step := range []mailertest.Step{mailertest.MAIL, mailertest.RCPT, mailertest.DATA, mailertest.Message} {
			if some := replies[step]; r.IntN(4) == 0 {
				said[fmt.Sprintf("%d %s", i, step)] = some[r.IntN(len(some))]
			}
		}
	}
	return said
}

// Overlapped or step by step, the same answers lead to the same outcomes; who was accepted was
// accepted once, and who wasn't, was not (but for those who are uncertain).
func TestPipeliningChangesNoOutcome(t *testing.T) {
	const n = 12
	for seed := range uint64(150) {
		var got [2]string
		for k, without := range [][]string{nil, {"PIPELINING"}} {
			a := &answers{said: random(rand.New(rand.NewPCG(seed, 0)), n)}
			peer := mailertest.New(t, mailertest.Script{Without: without, Answer: a.answer})
			outcomes := stream(t, testPool(t, peer), n)
			got[k] = words(outcomes)
			accepted := map[string]int{}
			for _, m := range peer.Messages() {
				accepted[m.To]++
			}
			for _, o := range outcomes {
				uncertain := o.err != nil && strings.Contains(o.err.Error(), "may have been accepted")
				if n := accepted[fmt.Sprintf("r%d@ontvanger.example", o.i)]; n > 1 || !uncertain && (n == 1) != (o.err == nil) {
					t.Errorf("seed %d, %v: message %d was accepted %d times, and told %v", seed, without, o.i, n, o.err)
				}
			}
		}
		if got[0] != got[1] {
			t.Fatalf("seed %d: overlapped\n%sstep by step\n%s", seed, got[0], got[1])
		}
	}
}

// FuzzReplies lets a peer say anything, in pieces of any size. Each message has one outcome; accepted
// are at most as many as there was a 2xx after a 354; nothing hangs.
func FuzzReplies(f *testing.F) {
	f.Add([]byte("250 a\r\n250 b\r\n354 c\r\n250 d\r\n250 e\r\n250 f\r\n354 g\r\n250 h\r\n"), byte(3))
	f.Add([]byte("250 a\r\n550 b\r\n503 c\r\n250 rset\r\n250 e\r\n250 f\r\n354 g\r\n250 h\r\n"), byte(1))
	f.Add([]byte("250 a\r\n550 b\r\n354 c\r\n554 none\r\n250 e\r\n250 f\r\n354 g\r\n250-h\r\n250 i\r\n"), byte(200))
	f.Add([]byte("250 a\r\n250 b\r\n354 c\r\n421 bye\r\n"), byte(7))
	f.Add([]byte("250 a\r\n250 b\r\n250 c\r\n354 d\r\n"), byte(2))
	f.Fuzz(func(t *testing.T, said []byte, piece byte) {
		const n = 3
		left := said
		p, err := NewPool(Config{Host: "127.0.0.1", Security: NoTLS, Connections: 1,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go speak(theirs, left, int(piece)+1)
				left = nil // a second connection hears nothing
				return ours, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		accepted := 0
		for _, o := range stream(t, p, n) {
			if o.err == nil {
				accepted++
			}
		}
		if allowed := strings.Count(string(said), "354"); accepted > allowed {
			t.Errorf("%d accepted, %d allowed", accepted, allowed)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// speak greets, answers EHLO, and then says what it has to say, whatever it hears.
func speak(conn net.Conn, said []byte, piece int) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	io.WriteString(conn, "220 hallo\r\n")
	if _, err := r.ReadString('\n'); err != nil {
		return
	}
	io.WriteString(conn, "250-hallo\r\n250 PIPELINING\r\n")
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		io.Copy(io.Discard, r)
	}()
	for len(said) > 0 {
		k := min(piece, len(said))
		if _, err := conn.Write(said[:k]); err != nil {
			break
		}
		said = said[k:]
	}
	conn.Close()
	<-heard
}
