package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// Security is how the line to the relay is kept private (RFC 8314).
type Security string

// The kinds of line. There is no "STARTTLS if offered": who can cut it out could read along.
const (
	ImplicitTLS Security = "tls"      // smtps://
	StartTLS    Security = "starttls" // smtp://; refused when the relay does not offer it
	Plain       Security = "none"     // smtp://…?tls=none; on this machine only
)

// Relay is the mail server that takes our mail, as smtp.url names it.
type Relay struct {
	Host     string
	Port     int
	Security Security
	// User signs in with smtp.password_file; empty: the relay knows us by our address.
	User string
}

// Addr returns host:port.
func (r Relay) Addr() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// String is the form that ParseRelay reads.
func (r Relay) String() string {
	if r.Host == "" {
		return ""
	}
	u := url.URL{Scheme: "smtp", Host: r.Addr()}
	if r.User != "" {
		u.User = url.User(r.User)
	}
	switch r.Security {
	case ImplicitTLS:
		u.Scheme = "smtps"
	case Plain:
		u.RawQuery = "tls=none"
	}
	return u.String()
}

// ParseRelay reads smtps://user@host:465, smtp://host:587 or smtp://127.0.0.1:1025?tls=none.
func ParseRelay(s string) (Relay, error) {
	if s == "" {
		return Relay{}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return Relay{}, fmt.Errorf("this is not a mail server; write smtps://user@mail.example.nl:465 or smtp://mail.example.nl:587")
	}
	if _, has := u.User.Password(); has {
		return Relay{}, fmt.Errorf("the password must not stand here; put it in a file that smtp.password_file names, or in BODE_SMTP_PASSWORD")
	}
	r := Relay{Host: u.Hostname(), User: u.User.Username()}
	if _, err := netip.ParseAddr(r.Host); err != nil && !isHostname(r.Host) {
		return Relay{}, fmt.Errorf("%q is not a host", r.Host)
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return Relay{}, fmt.Errorf("nothing may follow the port but ?tls=none")
	}
	port := 0
	switch query := u.Query(); {
	case u.Scheme == "smtps" && len(query) == 0:
		r.Security, port = ImplicitTLS, 465
	case u.Scheme == "smtp" && len(query) == 0:
		r.Security, port = StartTLS, 587
	case u.Scheme == "smtp" && u.RawQuery == "tls=none":
		r.Security, port = Plain, 25
		if !isLoopback(r.Host) {
			return Relay{}, fmt.Errorf("tls=none is for a mail server on this machine only; %s is elsewhere", r.Host)
		}
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return Relay{}, fmt.Errorf("must begin with smtps:// or smtp://")
	default:
		return Relay{}, fmt.Errorf("?%s is not possible; only smtp://…?tls=none on this machine", u.RawQuery)
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return Relay{}, fmt.Errorf("%s is not a port from 1 to 65535", p)
		}
	}
	r.Port = port
	return r, nil
}

func relay(to *Relay) value {
	return scalar(text, to, ParseRelay, Relay.String)
}
