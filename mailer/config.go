package mailer

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Security is how a connection is protected.
type Security uint8

const (
	// ImplicitTLS speaks TLS from the first octet on, by custom on port 465. RFC 8314, 3 prefers it.
	ImplicitTLS Security = iota
	// StartTLS begins in the clear, by custom on port 587, and must be turned into TLS by STARTTLS
	// before anything is said: without it there is no login and no mail.
	StartTLS
	// NoTLS is for a server on the same machine only.
	NoTLS
)

// Config says how to reach a submission server and how much to ask of it. The zero value of every
// field but Host has a meaning.
type Config struct {
	// Host is a name, or an IP address; the certificate must be for it.
	Host string
	// Port is 465 for ImplicitTLS and 587 otherwise, unless given.
	Port     int
	Security Security
	// User and Password are given by AUTH (PLAIN, LOGIN or SCRAM-SHA-256); without a User there is
	// no AUTH. Neither Config nor Pool ever prints the password.
	User     string
	Password string `json:"-"`
	// RootCAs are trusted instead of the system's.
	RootCAs *x509.CertPool
	// LocalName is said in EHLO: the full name of this machine. Without it the IP address is said,
	// as RFC 5321, 4.1.4 has it.
	LocalName string

	// Connections is how many may be open at once; 0: 4.
	Connections int
	// Reserved is how many more are kept for messages of priority; 0: none, then they wait in line.
	Reserved int
	// PerSecond is how many messages are handed over a second, all connections together, counting
	// each attempt; 0: no limit.
	PerSecond float64
	// MaxMessages is how many messages a connection takes before it is replaced; 0: 1000.
	MaxMessages int
	// MaxAge is how long a connection is used; 0: 30 minutes.
	MaxAge time.Duration
	// IdleTimeout is how long an unused connection is kept; 0: 1 minute.
	IdleTimeout time.Duration
	Timeouts    Timeouts

	// Dial opens the TCP connection; nil: a net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error) `json:"-"`
}

// Timeouts are how long to wait for the peer. A field that is 0 takes its default, which is what
// RFC 5321, 4.5.3.2 asks of a client where it asks for something.
type Timeouts struct {
	Connect  time.Duration // TCP connection; 30 s
	TLS      time.Duration // handshake; 1 min
	Greeting time.Duration // 5 min
	Command  time.Duration // EHLO, AUTH, MAIL, RCPT, RSET; 5 min
	Data     time.Duration // the 354 after DATA; 2 min
	Block    time.Duration // each block of the message; 3 min
	Dot      time.Duration // the reply after the final dot; 10 min
	Quit     time.Duration // 5 s
}

// ParseURL reads the address of a submission server:
//
//	smtps://user@host:465           TLS from the start
//	smtp://user@host:587            STARTTLS, required
//	smtp://127.0.0.1:25?tls=none    no TLS, loopback addresses only
//
// Ports may be left out. A user name with an @ in it is written as it is or with %40. The password is
// not part of the URL, so that the URL may be shown: set Config.Password.
func ParseURL(raw string) (Config, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Config{}, errors.New("mailer: SMTP URL: it can't be read; write smtps://user@host:465 or smtp://user@host:587") // err repeats it, and there may be a password in it
	}
	c := Config{Host: u.Hostname()}
	switch u.Scheme {
	case "smtps":
		c.Security = ImplicitTLS
	case "smtp":
		c.Security = StartTLS
	default:
		return Config{}, fmt.Errorf("mailer: SMTP URL: the scheme is %q; it must be smtps or smtp", u.Scheme)
	}
	if _, given := u.User.Password(); given {
		return Config{}, errors.New("mailer: SMTP URL: take the password out of it and give it by itself; a URL is shown and logged")
	}
	c.User = u.User.Username()
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return Config{}, errors.New("mailer: SMTP URL: nothing may follow the host and the port but ?tls=none")
	}
	if port := u.Port(); port != "" {
		if c.Port, err = strconv.Atoi(port); err != nil {
			return Config{}, errors.New("mailer: SMTP URL: the port isn't a number")
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, errors.New("mailer: SMTP URL: what follows the ? can't be read")
	}
	for key, values := range query {
		if key != "tls" || len(values) != 1 || values[0] != "none" || c.Security != StartTLS {
			return Config{}, errors.New("mailer: SMTP URL: the only parameter is tls=none, with smtp and a loopback address")
		}
		c.Security = NoTLS
	}
	if err := c.check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// check says what can't work.
func (c *Config) check() error {
	switch {
	case c.Host == "":
		return errors.New("mailer: SMTP: there is no host")
	case c.Port < 0 || c.Port > 65535:
		return errors.New("mailer: SMTP: the port must be from 1 to 65535")
	case c.Security > NoTLS:
		return errors.New("mailer: SMTP: unknown Security")
	case c.Security == NoTLS && !loopback(c.Host):
		return fmt.Errorf("mailer: SMTP: without TLS only a loopback address can be used, and %s isn't one; use smtps or smtp with STARTTLS", c.Host)
	case c.Connections < 0 || c.Reserved < 0 || c.MaxMessages < 0 || c.PerSecond < 0:
		return errors.New("mailer: SMTP: a number is negative")
	case strings.ContainsFunc(c.LocalName, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("mailer: SMTP: LocalName must be a host name in ASCII")
	case c.Password != "" && c.User == "":
		return errors.New("mailer: SMTP: there is a password without a user")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// withDefaults fills in what was left open.
func (c Config) withDefaults() Config {
	if c.Port == 0 {
		c.Port = 587
		if c.Security == ImplicitTLS {
			c.Port = 465
		}
	}
	setDefault(&c.Connections, 4)
	setDefault(&c.MaxMessages, 1000)
	setDefault(&c.MaxAge, 30*time.Minute)
	setDefault(&c.IdleTimeout, time.Minute)
	setDefault(&c.Timeouts.Connect, 30*time.Second)
	setDefault(&c.Timeouts.TLS, time.Minute)
	setDefault(&c.Timeouts.Greeting, 5*time.Minute)
	setDefault(&c.Timeouts.Command, 5*time.Minute)
	setDefault(&c.Timeouts.Data, 2*time.Minute)
	setDefault(&c.Timeouts.Block, 3*time.Minute)
	setDefault(&c.Timeouts.Dot, 10*time.Minute)
	setDefault(&c.Timeouts.Quit, 5*time.Second)
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// String is the URL of the server, without the password.
func (c Config) String() string {
	u := url.URL{Scheme: "smtps", Host: c.Host}
	if c.Security != ImplicitTLS {
		u.Scheme = "smtp"
	}
	if strings.Contains(c.Host, ":") {
		u.Host = "[" + c.Host + "]"
	}
	if c.Port != 0 {
		u.Host = net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	}
	if c.User != "" {
		u.User = url.User(c.User)
	}
	if c.Security == NoTLS {
		u.RawQuery = "tls=none"
	}
	return u.String()
}

// GoString keeps the password out of %#v.
func (c Config) GoString() string { return "mailer.Config(" + c.String() + ")" }

// LogValue keeps the password out of logs.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
