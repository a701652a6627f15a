package bench_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bode.example/internal/bench"
	"bode.example/internal/newsletter"
)

func TestOptionsSayWhatIsWrong(t *testing.T) {
	good := bench.Options{Engine: bench.SQLite, Subscribers: 100, Variants: 8, Window: 64, Connections: 8, DKIM: bench.DKIMNone, Runs: 1}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*bench.Options){
		"--subscribers 0: it must be from 1":           func(o *bench.Options) { o.Subscribers = 0 },
		"--variants 881: it must be from 1 to 880":     func(o *bench.Options) { o.Subscribers, o.Variants = 1000, 881 },
		"there can't be more of them than subscribers": func(o *bench.Options) { o.Subscribers = 7 },
		"--window 1: it must be from 2":                func(o *bench.Options) { o.Window = 1 },
		"--connections 300: it must be from 1 to 256":  func(o *bench.Options) { o.Connections = 300 },
		"--runs 0":                                  func(o *bench.Options) { o.Runs = 0 },
		"--reply-delay -1ns":                        func(o *bench.Options) { o.ReplyDelay = -1 },
		"answers when it likes":                     func(o *bench.Options) { o.SMTP, o.ReplyDelay = "127.0.0.1:25", time.Second },
		"--confirmations 101: it must be from 0":    func(o *bench.Options) { o.Confirmations = 101 },
		"which knows when each came":                func(o *bench.Options) { o.SMTP, o.Confirmations = "127.0.0.1:25", 1 },
		"--smtp localhost: write it as HOST:PORT":   func(o *bench.Options) { o.SMTP = "localhost" },
		"--smtp 127.0.0.1:x: write it as HOST:PORT": func(o *bench.Options) { o.SMTP = "127.0.0.1:x" },
		"only a server on this machine will do":     func(o *bench.Options) { o.SMTP = "mail.example.org:25" },
	} {
		o := good
		spoil(&o)
		if err := o.Check(); !newsletter.Is(err, newsletter.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// TestSink sends it messages in every shape that a client may choose, and reads its record.
func TestSink(t *testing.T) {
	record := filepath.Join(t.TempDir(), "record")
	sink := &bench.Sink{Record: record, Times: "late.example", Now: func() time.Time { return time.UnixMicro(7) }}
	in, stop := io.Pipe()
	said, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- sink.Serve(t.Context(), in, out) }()
	lines := json.NewDecoder(said)
	var greeting struct{ Address string }
	if err := lines.Decode(&greeting); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", greeting.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := textproto.NewConn(conn)
	expect := func(code int) {
		t.Helper()
		if _, _, err := c.ReadResponse(code); err != nil {
			t.Fatal(err)
		}
	}
	send := func(text string) {
		t.Helper()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
	}
	expect(220)
	send("EHLO test\r\n")
	expect(250)
	// One after the other; the dot comes in pieces.
	for _, line := range []string{"MAIL FROM:<a@b.example>\r\n", "RCPT TO:<een@b.example>\r\n"} {
		send(line)
		expect(250)
	}
	send("DATA\r\n")
	expect(354)
	for _, piece := range []string{"Subject: x\r\n\r\n..dot\r\n", ".", "\r", "\n"} {
		send(piece)
	}
	expect(250)
	// Pipelined, an empty message, a long one, and the next envelope behind it in one write.
	send("MAIL FROM:<a@b.example>\r\nRCPT TO:<twee@b.example>\r\nDATA\r\n.\r\n" +
		"MAIL FROM:<a@b.example>\r\nRCPT TO:<een@b.example>\r\nDATA\r\n" + strings.Repeat("text\r\n.not the end\r\n", 20_000) + ".\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<drie@late.example>\r\nDATA\r\n.\r\nRSET\r\nNOPE\r\nx\r\nQUIT\r\n")
	for _, code := range []int{250, 250, 354, 250, 250, 250, 354, 250, 250, 250, 354, 250, 250, 500, 500, 221} {
		expect(code)
	}
	if err := stop.Close(); err != nil {
		t.Fatal(err)
	}
	var report bench.SinkReport
	if err := lines.Decode(&report); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if report.Messages != 4 || report.Recipients != 3 || report.Bytes < 400_000 {
		t.Errorf("%+v", report)
	}
	text, err := os.ReadFile(record)
	if err != nil || !strings.Contains(string(text), "een@b.example 2\n") || !strings.Contains(string(text), "twee@b.example 1\n") || !strings.Contains(string(text), "drie@late.example 1 7\n") {
		t.Errorf("%s, %v", text, err)
	}
}

// TestSinkDelays holds that every answer waits, and that one wait is enough for a group.
func TestSinkDelays(t *testing.T) {
	const delay = 30 * time.Millisecond
	sink := &bench.Sink{ReplyDelay: delay}
	in, stop := io.Pipe()
	var out bytes.Buffer
	said, tell := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- sink.Serve(context.WithoutCancel(t.Context()), in, io.MultiWriter(tell, &out)) }()
	line, err := bufio.NewReader(said).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	var greeting struct{ Address string }
	if err := json.Unmarshal(line, &greeting); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	conn, err := net.Dial("tcp", greeting.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "NOOP\r\nNOOP\r\nNOOP\r\n"); err != nil {
		t.Fatal(err)
	}
	replies := bufio.NewReader(conn)
	for range 4 {
		if _, err := replies.ReadBytes('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < delay {
		t.Errorf("four replies after %v, before the delay of %v", took, delay)
	}
	if err := stop.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
