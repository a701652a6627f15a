package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"

	"github.com/emersion/go-smtp"
)

// maxMessage is the largest message that the mailbox takes, in bytes.
const maxMessage = 1 << 20

// postOffice is a real SMTP server in front of the mailbox. It listens on loopback only.
type postOffice struct {
	server   *smtp.Server
	listener net.Listener
	served   chan error
}

func openPostOffice(m *mailbox, log *slog.Logger) (*postOffice, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := smtp.NewServer(backend{m})
	server.Domain = "mailbox.example"
	server.MaxMessageBytes = maxMessage
	server.MaxRecipients = 1
	server.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	p := &postOffice{server: server, listener: listener, served: make(chan error, 1)}
	go func() { p.served <- server.Serve(listener) }()
	return p, nil
}

// address is where the server listens, host:port.
func (p *postOffice) address() string { return p.listener.Addr().String() }

// close stops the server and waits for it.
func (p *postOffice) close(ctx context.Context) error {
	err := p.server.Shutdown(ctx)
	if served := <-p.served; !errors.Is(served, smtp.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

type backend struct{ mailbox *mailbox }

func (b backend) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &visit{mailbox: b.mailbox}, nil
}

// visit is one SMTP session: a message after the other.
type visit struct {
	mailbox *mailbox
	to      string
}

func (s *visit) Mail(string, *smtp.MailOptions) error { return nil }

func (s *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.mailbox.put(s.to, raw); err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	return nil
}

func (s *visit) Reset()        { s.to = "" }
func (s *visit) Logout() error { return nil }
