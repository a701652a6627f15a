package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Bounce is how what comes back is taken in, and what it does.
type Bounce struct {
	// SoftLimit soft bounces in a row within SoftPeriod suppress an address.
	SoftLimit  int
	SoftPeriod time.Duration
	// UnsubscribeAddress takes wishes to leave; empty: List-Unsubscribe has no mailto.
	UnsubscribeAddress newsletter.Address

	// Listen is host:port, empty: no listener. Protocol is lmtp or smtp.
	Listen, Protocol string
	Networks         []netip.Prefix
	MaxMessage       int // bytes
	MaxRecipients    int
	Timeout          time.Duration

	IMAP             IMAP
	IMAPPassword     Secret
	IMAPPasswordFile string
	IMAPFolder       string // for what is not deleted
	IMAPEvery        time.Duration

	HookSecret     Secret
	HookSecretFile string
}

// Inbound reports whether messages can come in: then, and only then, may mail ask for an answer by mail.
func (b *Bounce) Inbound() bool { return b.Listen != "" || b.IMAP.Address != "" }

// IMAP is a mailbox on a server; zero: none.
type IMAP struct {
	Address  string // host:port
	User     string
	Folder   string
	Security string // tls, starttls or none
}

func (i IMAP) String() string {
	if i.Address == "" {
		return ""
	}
	u := url.URL{Scheme: "imap", User: url.User(i.User), Host: i.Address, Path: "/" + i.Folder}
	switch i.Security {
	case "tls":
		u.Scheme = "imaps"
	case "none":
		u.RawQuery = "tls=none"
	}
	return u.String()
}

// imapMailbox reads imaps://user@host:993/INBOX.
func imapMailbox(to *IMAP) value {
	return scalar(text, to, func(s string) (IMAP, error) {
		if s == "" {
			return IMAP{}, nil
		}
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" || u.Scheme != "imap" && u.Scheme != "imaps" || u.Fragment != "" || u.User.Username() == "" {
			return IMAP{}, fmt.Errorf("this is not a mailbox such as imaps://user@imap.example.nl/INBOX") // it may hold a password
		}
		if _, has := u.User.Password(); has {
			return IMAP{}, fmt.Errorf("a password must not stand here; put it in a file that bounce.imap_password_file names")
		}
		i := IMAP{User: u.User.Username(), Folder: strings.Trim(u.Path, "/"), Security: "starttls"}
		port := "143"
		if u.Scheme == "imaps" {
			i.Security, port = "tls", "993"
		}
		if i.Folder == "" {
			i.Folder = "INBOX"
		}
		switch u.RawQuery {
		case "":
		case "tls=none":
			if u.Scheme == "imaps" || !isLoopback(u.Hostname()) {
				return IMAP{}, fmt.Errorf("tls=none is for an imap:// server on this machine only")
			}
			i.Security = "none"
		default:
			return IMAP{}, fmt.Errorf("after the ? only tls=none is possible")
		}
		if p := u.Port(); p != "" {
			port = p
		}
		i.Address = net.JoinHostPort(u.Hostname(), port)
		return i, nil
	}, IMAP.String)
}

// maybeListen is listenAddress, or nothing.
func maybeListen(to *string) value {
	v := listenAddress(to)
	return value{kind: v.kind, show: v.show, set: func(texts []string) error {
		if texts[0] == "" {
			*to = ""
			return nil
		}
		return v.set(texts)
	}}
}

func (c *Config) bounceSettings() []setting {
	b := &c.Bounce
	return []setting{
		{key: "bounce.soft_limit", value: whole(&b.SoftLimit, 1, 100), fallback: "5",
			about: "How many mails to a person in a row must come back as undelivered for now, before the address is not mailed any more."},
		{key: "bounce.soft_period", value: duration(&b.SoftPeriod, day, 365*day), fallback: "30d",
			about: "Only mails sent within this time count for that."},
		{key: "bounce.unsubscribe_address", value: mailAddress(&b.UnsubscribeAddress), sample: "afmelden@nieuws.example.nl",
			about: "Mailbox for wishes to leave by mail, which List-Unsubscribe names. Each reader has an address of their own there, afmelden+…@nieuws.example.nl. It needs bounce.listen or bounce.imap_url, where its mail must arrive."},
		{key: "bounce.listen", value: maybeListen(&b.Listen), sample: "127.0.0.1:2424",
			about: "Address where the mail server in front brings what comes back; bode serve listens there."},
		{key: "bounce.protocol", value: choice(&b.Protocol, "lmtp", "smtp"), fallback: "lmtp",
			about: "How it speaks there: lmtp or smtp."},
		{key: "bounce.networks", value: networks(&b.Networks), sample: "127.0.0.1,::1",
			about: "Networks that may connect there. Without it, this machine alone."},
		{key: "bounce.max_message", value: whole(&b.MaxMessage, 64<<10, 100<<20), fallback: "10485760",
			about: "Largest message that is taken, in bytes."},
		{key: "bounce.max_recipients", value: whole(&b.MaxRecipients, 1, 1000), fallback: "20",
			about: "Most recipients of a message that is taken."},
		{key: "bounce.timeout", value: duration(&b.Timeout, time.Second, time.Hour), fallback: "1m",
			about: "How long a command there, and a message, may take."},
		{key: "bounce.imap_url", value: imapMailbox(&b.IMAP), sample: "imaps://bounce@imap.example.nl/INBOX",
			about: "Mailbox that bode serve fetches what comes back from: imaps://user@host/folder, or imap://user@host/folder, where STARTTLS is required. One process should fetch it."},
		{key: "bounce.imap_password_file", value: anyPath(&b.IMAPPasswordFile), sample: "/etc/bode/imap.password",
			about: "File that holds the password of that user, mode 0600."},
		{key: "bounce.imap_password", value: anySecret(&b.IMAPPassword)},
		{key: "bounce.imap_folder", value: anyText(&b.IMAPFolder), fallback: "Bode",
			about: "Folder that gets what is not a report that was understood, for a person to look at. It is made when it is missing."},
		{key: "bounce.imap_every", value: duration(&b.IMAPEvery, 10*time.Second, day), fallback: "5m",
			about: "How often the mailbox is looked at."},
		{key: "bounce.hook_secret_file", value: anyPath(&b.HookSecretFile), sample: "/etc/bode/hook.secret",
			about: "File with the secret that signs reports to POST /hooks/bounce (docs/bounces.md), at least 32 characters, mode 0600. Without it there is no hook."},
		{key: "bounce.hook_secret", value: anySecret(&b.HookSecret)},
	}
}

// minHookSecret is the least length of the hook's secret, in characters.
const minHookSecret = 32

// bounceRules checks what belongs together.
func (l *loader) bounceRules() {
	b := &l.c.Bounce
	for _, of := range []struct {
		key   string
		given bool
	}{{"bounce.listen", b.Listen != ""}, {"bounce.imap_url", b.IMAP.Address != ""}, {"bounce.hook_secret_file", b.HookSecretFile != "" || !b.HookSecret.Empty()}} {
		if of.given && l.c.Sender.BounceAddress == "" {
			l.faultf(of.key, "needs sender.bounce_address: without it no report can be told from a forged one")
		}
	}
	if a := l.c.Privacy.Address; a != "" && !b.Inbound() {
		l.faultf("privacy.address", "needs bounce.listen or bounce.imap_url: nobody would read what comes there")
	} else if a != "" && (a.Key() == l.c.Sender.BounceAddress.Key() || a.Key() == b.UnsubscribeAddress.Key()) {
		l.faultf("privacy.address", "must be another mailbox than sender.bounce_address and bounce.unsubscribe_address")
	}
	if b.UnsubscribeAddress != "" && !b.Inbound() {
		l.faultf("bounce.unsubscribe_address", "needs bounce.listen or bounce.imap_url: nobody would read what comes there")
	}
	if b.UnsubscribeAddress != "" && b.UnsubscribeAddress.Key() == l.c.Sender.BounceAddress.Key() {
		l.faultf("bounce.unsubscribe_address", "must be another mailbox than sender.bounce_address")
	}
	if (b.IMAP.Address != "") != (b.IMAPPasswordFile != "" || !b.IMAPPassword.Empty()) {
		l.faultf("bounce.imap_password_file", "bounce.imap_url and its password go together")
	}
	if b.IMAP.Address != "" && b.IMAP.Folder == b.IMAPFolder {
		l.faultf("bounce.imap_folder", "must be another folder than that of bounce.imap_url")
	}
	if b.SoftPeriod > l.c.Retention.Reports {
		l.faultf("bounce.soft_period", "is longer than retention.reports: what is forgotten can't be counted")
	}
	if l.c.Retention.RawReports > l.c.Retention.Reports {
		l.faultf("retention.raw_reports", "is longer than retention.reports")
	}
}

// bounceFiles reads the password of the mailbox and the secret of the hook: one that can be guessed is none.
func (l *loader) bounceFiles() {
	l.secretFile("bounce.imap_password_file", l.c.Bounce.IMAPPasswordFile)
	l.secretFile("bounce.hook_secret_file", l.c.Bounce.HookSecretFile)
	if secret, err := l.c.HookSecret(); err == nil && !secret.Empty() && len(secret.Reveal()) < minHookSecret {
		l.faultf("bounce.hook_secret_file", "the secret has fewer than %d characters; make one with: bode config secret FILE", minHookSecret)
	}
}

// HookSecret returns the secret of the hook; empty: there is no hook.
func (c *Config) HookSecret() (Secret, error) {
	return secretOf(c.Bounce.HookSecret, c.Bounce.HookSecretFile)
}

// IMAPPassword returns the password of the mailbox.
func (c *Config) IMAPPassword() (Secret, error) {
	return secretOf(c.Bounce.IMAPPassword, c.Bounce.IMAPPasswordFile)
}
