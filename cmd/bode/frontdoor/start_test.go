package frontdoor_test

import (
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// A template of the operator's that doesn't work stops the start, not the mail.
func TestStart_TemplateThatDoesNotExecute(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite, newGateway(t))
	for file, text := range map[string]string{
		"web/public/home.html":    `{{template "public" .}}{{define "main"}}<h1>{{.Data.Nergens}}</h1>{{end}}`,
		"web/public/why.html":     `{{template "public" .}}{{define "main"}}<h1>{{T "niet_vertaald"}}</h1>{{end}}`,
		"email/confirmation.html": `{{define "main"}}{{.Nergens}}{{end}}{{template "frame" .}}`,
		"email/digest.txt":        `{{define "main"}}{{range}}{{end}}`,
		"locale/nl/web.toml":      "skip_link = ",
	} {
		t.Run(file, func(t *testing.T) {
			s := s.in(t)
			overlay := s.program.path("overlay-" + strings.ReplaceAll(file, "/", "-"))
			write(t, overlay+"/"+file, 0o644, text)
			_, said := s.program.exits(t, 3, "serve", "--set", "templates_dir="+overlay)
			if !strings.Contains(said, file) {
				t.Errorf("the message doesn't name the file: %s", said)
			}
		})
	}
	s.expectsNothing()
}

// A database that a newer program wrote is left alone.
func TestStart_DatabaseNewerThanTheProgram(t *testing.T) {
	for name, makeEngine := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, makeEngine, newGateway(t))
			s.engine.do(t, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
			before := s.engine.content(t)
			for _, command := range [][]string{{"serve"}, {"migrate"}, {"post", "list", "raad"}} {
				_, said := s.program.exits(t, 5, command...)
				if !strings.Contains(said, "schema version 9999") || !strings.Contains(said, "install the newer program") {
					t.Errorf("bode %v says: %s", command, said)
				}
			}
			for table, sum := range s.engine.content(t) {
				if before[table] != sum {
					t.Errorf("%s was changed", table)
				}
			}
			s.expectsNothing()
		})
	}
}

// expectsNothing says that no service ran, so that there is no log to look at.
func (s *site) expectsNothing() { s.quiet = true }

// The mail server is down when the program starts: mail waits, and arrives when it is back.
func TestStart_RelayIsDown(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	s := newSite(t, sqlite, g)
	door := newClosedDoor(t, s.relay.Addr())
	s.program.env = append(s.program.env, "BODE_SMTP_URL="+strings.Replace("smtp://"+door.address, "://", "://"+relayUser+"@", 1))
	s.expects = []string{"the mail server does not take mail; deliveries wait"}
	s.serve()

	jan, piet := s.person("jan"), s.person("piet")
	x := s.stranger("")
	x.post("/signup", x.signupForm("wonen", jan)).is(200)
	eventually(t, "the program to notice", func() bool {
		return len(s.service.log.find(s.expects[0])) > 0
	})
	eventually(t, "the confirmation to wait", func() bool {
		return s.engine.ask(t, `SELECT state FROM delivery`) == "pending"
	})
	if n := s.engine.ask(t, `SELECT attempts FROM delivery`); n != "0" {
		t.Errorf("a server that is down costs an attempt: %s", n)
	}
	door.open()
	x.post("/signup", x.signupForm("wonen", piet)).is(200)
	x.post(s.letter(piet).link("/c/"), nil).is(200)
	x.post(s.letter(jan).link("/c/"), nil).is(200)
	s.letter(jan)
	s.letter(piet)
	if len(s.service.log.find("the mail server takes mail again")) == 0 {
		t.Error("that the mail server is back is not in the log")
	}
}

// closedDoor is an address at which nobody listens until it is opened: the port is taken, so that no
// other process gets it meanwhile, and connections are refused. Opened, it leads to a server.
type closedDoor struct {
	t       testing.TB
	file    *os.File
	address string
	server  string
}

func newClosedDoor(t testing.TB, server string) *closedDoor {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	at := name.(*syscall.SockaddrInet4)
	d := &closedDoor{t: t, file: os.NewFile(uintptr(fd), "door"), server: server,
		address: (&net.TCPAddr{IP: at.Addr[:], Port: at.Port}).String()}
	t.Cleanup(func() { _ = d.file.Close() })
	return d
}

// open listens, and leads who comes to the server.
func (d *closedDoor) open() {
	d.t.Helper()
	if err := syscall.Listen(int(d.file.Fd()), 16); err != nil {
		d.t.Fatal(err)
	}
	listener, err := net.FileListener(d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go lead(conn, d.server)
		}
	}()
}

// lead carries octets both ways until either end hangs up.
func lead(conn net.Conn, to string) {
	defer conn.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, conn)
		_ = server.Close()
	}()
	_, _ = io.Copy(conn, server)
}
