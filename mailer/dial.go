package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// extensions are what the peer offers of the things that we use.
type extensions struct {
	pipelining, eightBitMIME, smtputf8, dsn, size bool
	sizeLimit                                     int64 // 0: none stated
}

// dialer is one attempt to connect. The steps up to and including AUTH are go-mail's; a context ends
// them at any moment by closing the connection, because go-mail looks at none once TCP is up.
type dialer struct {
	cfg      *Config
	base     net.Conn
	patience *patience
	stage    Stage
}

// dial opens a connection: TCP, TLS, greeting, EHLO, STARTTLS, AUTH.
func dial(ctx context.Context, cfg *Config) (*conn, error) {
	d := &dialer{cfg: cfg, stage: StageDial}
	addr := net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))
	connectCtx, cancel := context.WithTimeout(ctx, cfg.Timeouts.Connect)
	defer cancel()
	var err error
	if d.base, err = cfg.Dial(connectCtx, "tcp", addr); err != nil {
		return nil, d.failure(ctx, err)
	}
	stop := context.AfterFunc(ctx, func() { d.base.Close() })
	defer stop()
	d.patience = newPatience(d.base, cfg.Timeouts.Connect)
	defer d.patience.rest()
	client, err := d.connect(ctx)
	if err != nil {
		d.base.Close()
		return nil, d.failure(ctx, d.patience.cause(err))
	}
	return newConn(cfg, d.base, d.patience, client), nil
}

func (d *dialer) connect(ctx context.Context) (*smtp.Client, error) {
	conn := d.base
	if d.cfg.Security == ImplicitTLS {
		d.enter(StageTLS, d.cfg.Timeouts.TLS)
		secure := tls.Client(d.base, d.tlsConfig())
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secure
	}
	d.enter(StageDial, d.cfg.Timeouts.Greeting)
	client, err := smtp.NewClient(conn, d.cfg.Host)
	if err != nil {
		return nil, err
	}
	d.enter(StageDial, d.cfg.Timeouts.Command)
	if err := client.Hello(d.localName()); err != nil {
		return nil, err
	}
	if d.cfg.Security == StartTLS {
		if err := d.startTLS(client); err != nil {
			return nil, err
		}
	}
	if d.cfg.User != "" {
		d.enter(StageAuth, d.cfg.Timeouts.Command)
		if err := client.Auth(&login{cfg: d.cfg}); err != nil {
			return nil, err
		}
	}
	return client, nil
}

var errNoStartTLS = errors.New("the server doesn't offer STARTTLS; nothing was sent to it")

func (d *dialer) startTLS(client *smtp.Client) error {
	d.enter(StageTLS, d.cfg.Timeouts.TLS)
	if offered, _ := client.Extension("STARTTLS"); !offered {
		return errNoStartTLS
	}
	if err := client.StartTLS(d.tlsConfig()); err != nil {
		return err
	}
	if state, ok := client.TLSConnectionState(); !ok || !state.HandshakeComplete {
		return errNoStartTLS
	}
	return nil
}

func (d *dialer) enter(stage Stage, timeout time.Duration) {
	d.stage = stage
	d.patience.give(timeout)
}

func (d *dialer) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: d.cfg.Host, RootCAs: d.cfg.RootCAs, MinVersion: tls.VersionTLS12}
}

// localName is what EHLO says: the name of this machine or, when there is none, the address that the
// connection comes from.
func (d *dialer) localName() string {
	if d.cfg.LocalName != "" {
		return d.cfg.LocalName
	}
	host, _, err := net.SplitHostPort(d.base.LocalAddr().String())
	ip := net.ParseIP(strings.Split(host, "%")[0])
	switch {
	case err != nil || ip == nil:
		return "[127.0.0.1]"
	case ip.To4() != nil:
		return "[" + ip.String() + "]"
	default:
		return "[IPv6:" + ip.String() + "]"
	}
}

// failure turns what went wrong on the way in into a SendError.
func (d *dialer) failure(ctx context.Context, err error) *SendError {
	var said *textproto.Error
	if errors.As(err, &said) && ctx.Err() == nil {
		code, enhanced, text := said.Code, "", said.Msg
		if enhanced = enhancedCode(text, code); enhanced != "" {
			text = strings.TrimSpace(text[len(enhanced):])
		}
		return refusal(d.stage, reply{code, enhanced, text}, redactor{sender: d.cfg.User})
	}
	e := &SendError{Kind: KindNetwork, Stage: d.stage, Err: err}
	switch {
	case ctx.Err() != nil:
		e.Err = context.Cause(ctx)
	case errors.As(err, new(textproto.ProtocolError)):
		e.Kind = KindServer
	case errors.Is(err, errNoStartTLS), errors.Is(err, errNoMechanism), d.stage == StageTLS && !lostConnection(err):
		e.Kind = KindConfiguration // such as a certificate that isn't trusted: trying again doesn't mend it
	}
	return e
}

// lostConnection tells I/O that failed from what TLS itself didn't like (whose alerts are OpErrors
// too, with other words in Op).
func lostConnection(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &op) && (op.Op == "read" || op.Op == "write")
}

var errNoMechanism = errors.New("the server offers no AUTH that we know (PLAIN, LOGIN, SCRAM-SHA-256)")

// login chooses the mechanism when the server's offer is known: PLAIN first, because the way is
// encrypted and every server that stores passwords can check it.
type login struct {
	cfg    *Config
	chosen smtp.Auth
}

func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	inTheClear := l.cfg.Security == NoTLS // on loopback only: Config.check
	for _, m := range []struct {
		name string
		auth func() smtp.Auth
	}{
		{"PLAIN", func() smtp.Auth { return smtp.PlainAuth("", l.cfg.User, l.cfg.Password, l.cfg.Host, inTheClear) }},
		{"LOGIN", func() smtp.Auth { return smtp.LoginAuth(l.cfg.User, l.cfg.Password, l.cfg.Host, inTheClear) }},
		{"SCRAM-SHA-256", func() smtp.Auth { return smtp.ScramSHA256Auth(l.cfg.User, l.cfg.Password) }},
	} {
		for _, offered := range server.Auth {
			if strings.EqualFold(offered, m.name) {
				l.chosen = m.auth()
				return l.chosen.Start(server)
			}
		}
	}
	return "", nil, errNoMechanism
}

func (l *login) Next(fromServer []byte, more bool) ([]byte, error) {
	return l.chosen.Next(fromServer, more)
}

// offered reads the extensions from the answer to EHLO.
func offered(client *smtp.Client) extensions {
	has := func(name string) bool { ok, _ := client.Extension(name); return ok }
	ext := extensions{pipelining: has("PIPELINING"), eightBitMIME: has("8BITMIME"), smtputf8: has("SMTPUTF8"), dsn: has("DSN")}
	var limit string
	if ext.size, limit = client.Extension("SIZE"); ext.size {
		if n, err := strconv.ParseInt(limit, 10, 64); err == nil && n > 0 {
			ext.sizeLimit = n
		}
	}
	return ext
}
