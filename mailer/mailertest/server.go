package mailertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"sync"
)

// Received is a message that the server took.
type Received struct {
	From, To string
	// MailParams and RcptParams are what stood behind the addresses, such as "SIZE=100 SMTPUTF8".
	MailParams, RcptParams string
	Data                   []byte // as it was before dot-stuffing, with its CRLFs
	Connection             int
	TLS                    bool
	User                   string
}

// Server is an SMTP server on the loopback interface.
type Server struct {
	script   Script
	listener net.Listener
	cert     tls.Certificate
	root     *x509.Certificate
	done     sync.WaitGroup

	mu          sync.Mutex
	closed      bool
	conns       map[net.Conn]bool
	connections int
	received    []Received
	commands    []Command
	breaches    []string
	changed     chan struct{} // closed and replaced when something was received
}

// Start starts a server. Close it.
func Start(script Script) (*Server, error) {
	names := script.Names
	if names == nil {
		names = []string{"127.0.0.1", "localhost"}
	}
	s := &Server{script: script, conns: map[net.Conn]bool{}, changed: make(chan struct{})}
	var err error
	if script.usesTLS() {
		if s.cert, s.root, err = authority(names); err != nil {
			return nil, fmt.Errorf("mailertest: %w", err)
		}
		if script.Untrusted {
			if _, s.root, err = authority(names); err != nil {
				return nil, fmt.Errorf("mailertest: %w", err)
			}
		}
	}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("mailertest: %w", err)
	}
	s.done.Go(s.accept)
	return s, nil
}

// TB is the part of testing.TB that New needs.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// New starts a server for a test: it closes with the test, which fails if the client broke the
// protocol.
func New(t TB, script Script) *Server {
	t.Helper()
	s, err := Start(script)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		s.Close()
		for _, b := range s.Breaches() {
			t.Errorf("mailertest: the client broke the protocol: %s", b)
		}
	})
	return s
}

// Close closes the listener and all connections, and waits until nothing of the server runs.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	s.listener.Close()
	s.done.Wait()
}

// Addr is the host and port of the server.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the address in the form that mailer.ParseURL takes, without a user.
func (s *Server) URL() string {
	switch {
	case s.script.ImplicitTLS:
		return "smtps://" + s.Addr()
	case s.script.StartTLS:
		return "smtp://" + s.Addr()
	default:
		return "smtp://" + s.Addr() + "?tls=none"
	}
}

// RootCAs holds the authority that signed the server's certificate, unless it is Untrusted; nil
// without TLS.
func (s *Server) RootCAs() *x509.CertPool {
	if s.root == nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AddCert(s.root)
	return pool
}

// RootPEM is the same authority as a file holds it, for a client that is another process.
func (s *Server) RootPEM() []byte {
	if s.root == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.root.Raw})
}

// Messages returns what was received so far, in the order of acceptance.
func (s *Server) Messages() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// Commands returns what clients said so far.
func (s *Server) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// Connections is how many connections there have been.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Breaches tells where clients broke the protocol.
func (s *Server) Breaches() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.breaches)
}

// Wait waits until n messages have been received.
func (s *Server) Wait(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		got, changed := len(s.received), s.changed
		s.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("mailertest: %d of %d messages were received: %w", got, n, ctx.Err())
		}
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			conn.Close()
			return
		}
		s.conns[conn] = true
		s.connections++
		session := newSession(s, conn, s.connections)
		s.mu.Unlock()
		s.done.Go(func() {
			session.serve()
			conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

func (s *Server) record(c Command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, c)
}

func (s *Server) receive(r Received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, r)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) breach(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaches = append(s.breaches, fmt.Sprintf(format, args...))
}
