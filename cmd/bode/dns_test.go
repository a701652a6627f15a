package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"bode.example/mailer"
	"bode.example/mailer/mailertest"
)

// nameServer answers questions for TXT records over UDP.
type nameServer struct {
	conn net.PacketConn
	mu   sync.Mutex
	txt  map[string]string
}

func startNameServer(t *testing.T) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{conn: conn, txt: map[string]string{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, err := s.answer(buf[:n]); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return s
}

func (s *nameServer) set(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.txt[name+"."] = text
}

func (s *nameServer) answer(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	s.mu.Lock()
	text, ok := s.txt[q.Name.String()]
	s.mu.Unlock()
	if !ok {
		m.RCode = dnsmessage.RCodeNameError
		return m.Pack()
	}
	var parts []string
	for ; len(text) > 255; text = text[255:] {
		parts = append(parts, text[:255])
	}
	m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET},
		Body: &dnsmessage.TXTResource{TXT: append(parts, text)}}}
	return m.Pack()
}

// TestC3_DNSIsComparedWithTheKey asks a name server before, while and after the right record is there.
func TestC3_DNSIsComparedWithTheKey(t *testing.T) {
	t.Parallel()
	i := install(t, "bode.sqlite", mailertest.New(t, mailertest.Script{}))
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i.file("dkim.pem", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	i.env = append(i.env, "BODE_DKIM_DOMAIN=example.nl", "BODE_DKIM_SELECTOR=bode1", "BODE_DKIM_KEY_FILE=dkim.pem")
	server := startNameServer(t)
	check := func(code int, want string) {
		t.Helper()
		cmd := i.command("dns", "check", "--server", server.conn.LocalAddr().String())
		out, _ := cmd.CombinedOutput() // the code says it
		if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), want) {
			t.Errorf("exit code %d, want %d, with %q:\n%s", got, code, want, out)
		}
	}

	check(exitConflict, "bode1._domainkey.example.nl  missing")
	var records []recordText
	if err := json.Unmarshal([]byte(i.bode("dns", "show", "--json")), &records); err != nil || len(records) != 1 {
		t.Fatalf("%v, %v", records, err)
	}
	server.set(records[0].Name, strings.Replace(records[0].Text, "p=M", "p=N", 1))
	check(exitConflict, "different")
	server.set(records[0].Name, strings.ReplaceAll(records[0].Text, ";", " ; "))
	check(exitDone, "published")
	if zone := i.bode("dns", "show"); !strings.HasPrefix(zone, "bode1._domainkey.example.nl. IN TXT (") {
		t.Errorf("the zone file's line is %s", zone)
	}

	i.env = append(i.env, "BODE_DKIM_KEY_FILE=none.pem")
	check(exitConfig, "none.pem")
	i.env = append(os.Environ(), "BODE_DATABASE=bode.sqlite")
	check(exitConfig, "no key is configured")
}

// A key that was made can be signed with, can be read by nobody else, and is never overwritten.
func TestDNSKey(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{"rsa.pem"}, {"--ed25519", "ed.pem"}} {
		file := filepath.Join(dir, args[len(args)-1])
		args = append([]string{"dns", "key"}, append(args[:len(args)-1], file)...)
		for _, want := range []int{exitDone, exitConflict} {
			var faults strings.Builder
			w := &world{in: strings.NewReader(""), out: io.Discard, err: &faults, now: clock}
			if code := run(t.Context(), args, w); code != want {
				t.Errorf("%v: exit code %d, %s", args, code, faults.String())
			}
		}
		if _, err := mailer.LoadKey(file); err != nil {
			t.Error(err)
		}
	}
}
