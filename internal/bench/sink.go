package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// Sink is a mail server that takes every message, throws it away, and remembers for whom it was. It
// does as little as it can: it shares the processors with what is measured.
type Sink struct {
	// ReplyDelay is how long it waits before it answers what has come in: the round trip of a real relay.
	ReplyDelay time.Duration
	// Record is the file that Serve writes at the end: a line "address count" for each recipient.
	Record string
	// Times is a domain whose recipients' lines also tell when their first message was there, in microseconds since 1970, by
	// Now; "": none.
	Times string
	Now   func() time.Time

	listener net.Listener
	conns    sync.WaitGroup
	mu       sync.Mutex
	open     map[net.Conn]struct{}
	accepted map[string]int
	first    map[string]int64 // of Times
	messages int
	bytes    int64
}

// SinkReport is what a sink says in the end.
type SinkReport struct {
	Messages   int   `json:"messages"`
	Recipients int   `json:"recipients"` // different ones
	Bytes      int64 `json:"bytes"`
	CPU        int64 `json:"cpu_us"`
}

// sinkGreeting is the first line that a sink prints: where it listens.
type sinkGreeting struct {
	Address string `json:"address"`
}

// Serve listens on a free port of the loopback interface, prints on out where, as a line of JSON, and takes
// mail until in ends or ctx does. Then it writes its record, and prints its report as a second line.
func (s *Sink) Serve(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	s.open, s.accepted = map[net.Conn]struct{}{}, map[string]int{}
	s.first = map[string]int64{}
	if err := json.NewEncoder(out).Encode(sinkGreeting{s.listener.Addr().String()}); err != nil {
		return errors.Join(err, s.listener.Close())
	}
	accepting := make(chan error, 1)
	go func() { accepting <- s.accept() }()
	ended := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, in); close(ended) }() // ends with the process that started us
	select {
	case <-ended:
	case <-ctx.Done():
	case err = <-accepting:
		return errors.Join(err, s.close())
	}
	err = s.close()
	<-accepting //nolint:errcheck // the listener is closed: what it says is that
	cpu := ownCPU()
	if err := errors.Join(err, s.write()); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(SinkReport{Messages: s.messages, Recipients: len(s.accepted), Bytes: s.bytes, CPU: cpu.Microseconds()})
}

func (s *Sink) accept() error {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.open[c] = struct{}{}
		s.mu.Unlock()
		s.conns.Go(func() {
			s.talk(c)
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
			_ = c.Close()
		})
	}
}

// close ends all connections and waits for them.
func (s *Sink) close() error {
	err := s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.conns.Wait()
	return err
}

func (s *Sink) write() error {
	if s.Record == "" {
		return nil
	}
	f, err := os.OpenFile(s.Record, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for address, n := range s.accepted {
		fmt.Fprintf(w, "%s %d", address, n)
		if at, ok := s.first[address]; ok {
			fmt.Fprintf(w, " %d", at)
		}
		fmt.Fprintln(w)
	}
	return errors.Join(w.Flush(), f.Close())
}

// talk is one SMTP session. Replies go out when everything that came in has been read: so a group of
// commands (RFC 2920) is answered in one write, after one delay.
func (s *Sink) talk(c net.Conn) {
	d := &dialogue{sink: s, r: bufio.NewReaderSize(c, 64<<10), w: bufio.NewWriter(c)}
	d.say("220 sink.example ESMTP")
	for d.turn() == nil {
	}
	_ = d.w.Flush() // a farewell, if there is somebody to hear it
}

// dialogue is what a session knows.
type dialogue struct {
	sink *Sink
	r    *bufio.Reader
	w    *bufio.Writer
	to   []byte
}

func (d *dialogue) say(line string) {
	_, _ = d.w.WriteString(line)
	_, _ = d.w.WriteString("\r\n") // a connection that is lost shows at the next reading
}

// flush sends what there is to answer, when nothing more has come in.
func (d *dialogue) flush() error {
	if d.r.Buffered() > 0 || d.w.Buffered() == 0 {
		return nil
	}
	if d.sink.ReplyDelay > 0 {
		<-time.After(d.sink.ReplyDelay)
	}
	return d.w.Flush()
}

var errQuit = errors.New("the client said QUIT")

// turn reads a command and answers it.
func (d *dialogue) turn() error {
	if err := d.flush(); err != nil {
		return err
	}
	line, err := d.r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if len(line) < 4 {
		d.say("500 5.5.2 what?")
		return nil
	}
	switch string(bytes.ToUpper(line[:4])) {
	case "EHLO":
		d.say("250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES")
	case "HELO", "NOOP", "RSET":
		d.say("250 2.0.0 ok")
	case "MAIL":
		d.to = d.to[:0]
		d.say("250 2.1.0 ok")
	case "RCPT":
		_, after, _ := bytes.Cut(line, []byte("<"))
		address, _, _ := bytes.Cut(after, []byte(">"))
		d.to = append(d.to[:0], address...)
		d.say("250 2.1.5 ok")
	case "DATA":
		d.say("354 go on")
		if err := d.flush(); err != nil {
			return err
		}
		return d.message()
	case "QUIT":
		d.say("221 2.0.0 bye")
		return errQuit
	default:
		d.say("500 5.5.2 what?")
	}
	return nil
}

// message takes a message and remembers its recipient at the moment when the client is told.
func (d *dialogue) message() error {
	n, err := discardMessage(d.r)
	if err != nil {
		return err
	}
	s := d.sink
	s.mu.Lock()
	s.accepted[string(d.to)]++
	if s.Times != "" && s.accepted[string(d.to)] == 1 && strings.HasSuffix(string(d.to), "@"+s.Times) {
		s.first[string(d.to)] = s.Now().UnixMicro()
	}
	s.messages++
	s.bytes += n
	s.mu.Unlock()
	d.say("250 2.0.0 taken")
	return nil
}

var end = []byte("\r\n.\r\n")

// discardMessage reads up to and with the final dot, and says how many bytes that were.
func discardMessage(r *bufio.Reader) (n int64, err error) {
	if b, err := r.Peek(3); err != nil {
		return 0, err
	} else if string(b) == ".\r\n" {
		_, err = r.Discard(3)
		return 3, err
	}
	for {
		if _, err := r.Peek(len(end)); err != nil {
			return n, err
		}
		b, _ := r.Peek(r.Buffered())
		skip := len(b) - len(end) + 1 // the end may have begun
		at := bytes.Index(b, end)
		if at >= 0 {
			skip = at + len(end)
		}
		d, err := r.Discard(skip)
		n += int64(d)
		if err != nil || at >= 0 {
			return n, err
		}
	}
}
