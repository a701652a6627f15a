package mailer

import (
	"bufio"
	"context"
	"net"
	"testing"
)

// sink is an SMTP server that takes everything and costs as little as can be.
func sink(b *testing.B) *Pool {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go swallow(conn)
		}
	}()
	p, err := NewPool(Config{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Security: NoTLS, Connections: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.Close(context.Background()) })
	return p
}

func swallow(conn net.Conn) {
	defer conn.Close()
	r, w := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	w.WriteString("220 sink\r\n")
	for data := false; ; {
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		switch {
		case data:
			if data = string(line) != ".\r\n"; !data {
				w.WriteString("250 2.0.0 Ok: queued as 4ZkQ1x0Jz2\r\n")
			}
		case line[0] == 'E':
			w.WriteString("250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
		case line[0] == 'D':
			data = true
			w.WriteString("354 End data with <CR><LF>.<CR><LF>\r\n")
		default:
			w.WriteString("250 2.1.0 Ok\r\n")
		}
	}
}

// letterFor is a message that is merged into the connection's buffer.
type letterFor struct {
	b      *testing.B
	letter *Letter
	to     *Recipient
}

func (m *letterFor) Append(_ context.Context, dst []byte) (Envelope, []byte, error) {
	dst, err := m.letter.Append(dst, m.to)
	return Envelope{From: testFrom, To: testTo}, dst, err
}

func (m *letterFor) Done(_ Receipt, err error) {
	if err != nil {
		m.b.Error(err)
	}
}

// One message: merged from its letter, written and answered, over a kept connection.
func BenchmarkStream(b *testing.B) {
	l, r := digest(b)
	for name, flush := range map[string]bool{"overlapped": false, "one by one": true} {
		b.Run(name, func(b *testing.B) {
			s := sink(b).Stream(b.Context(), false)
			m := &letterFor{b, l, r}
			b.ReportAllocs()
			for b.Loop() {
				if s.Send(m); flush {
					s.Flush()
				}
			}
			s.Flush()
		})
	}
}
