package storetest

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"

	"bode.example/internal/store"
)

// Statements are what a store has a PostgreSQL server do, in order, as they pass on the wire: nothing in
// the program knows that it is watched.
type Statements struct {
	mu    sync.Mutex
	texts []string
}

// Take returns the texts since the last call.
func (s *Statements) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.texts
	s.texts = nil
	return taken
}

// Watched opens a fresh, migrated PostgreSQL database through a listener that notes its statements.
func Watched(t testing.TB) (*store.Store, *Statements) {
	t.Helper()
	u, err := url.Parse(PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	statements, server := &Statements{}, u.Host
	var serving sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	serving.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { statements.pass(client, server) })
		}
	})
	u.Host = l.Addr().String()
	return Open(t, u.String()), statements
}

// pass carries one connection, both ways, until either end lets go.
func (s *Statements) pass(client net.Conn, address string) {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	var answers sync.WaitGroup
	answers.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
	_ = s.questions(server, client)
	_ = server.Close()
	answers.Wait()
}

// questions carries what the client says: a message without a type at first, and then messages of a
// type and a length (PostgreSQL's frontend/backend protocol, 3.0).
func (s *Statements) questions(server io.Writer, client io.Reader) error {
	for header := 4; ; header = 5 {
		message := make([]byte, header)
		if _, err := io.ReadFull(client, message); err != nil {
			return err
		}
		body := make([]byte, binary.BigEndian.Uint32(message[header-4:])-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return err
		}
		if header == 5 {
			s.note(message[0], body)
		}
		if _, err := server.Write(slices.Concat(message, body)); err != nil {
			return err
		}
	}
}

// note keeps the text of a Query, or of a Parse after the statement's name.
func (s *Statements) note(kind byte, body []byte) {
	fields := bytes.Split(body, []byte{0})
	var text []byte
	switch {
	case kind == 'Q':
		text = fields[0]
	case kind == 'P' && len(fields) > 1:
		text = fields[1]
	default:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, string(text))
}
