package mailertest

import (
	"crypto/tls"
	"slices"
	"strings"
	"sync/atomic"
)

// Step is a point of the dialogue at which the server says something.
type Step string

// The steps. Body is the one at which no reply is due: the first line of a message has come.
const (
	Greeting Step = "greeting"
	EHLO     Step = "EHLO"
	STARTTLS Step = "STARTTLS"
	AUTH     Step = "AUTH"
	MAIL     Step = "MAIL"
	RCPT     Step = "RCPT"
	DATA     Step = "DATA"
	Body     Step = "body"
	Message  Step = "message" // after the final dot
	RSET     Step = "RSET"
	NOOP     Step = "NOOP"
	QUIT     Step = "QUIT"
)

// What an Answer may be besides a reply.
const (
	// Drop closes the connection without a word.
	Drop = "drop"
	// AcceptAndDrop takes the message (it is recorded) and closes the connection without the reply.
	AcceptAndDrop = "accept and drop"
)

// Command is one thing that the client said, and where that was. For Greeting it is nothing said.
type Command struct {
	Step       Step
	Line       string // as sent, without CRLF; empty for Greeting, Body and Message
	Connection int    // 1 for the first
	Accepted   int    // messages that this connection brought so far
	From, To   string // the envelope so far
	TLS        bool
	// Pipelined says that the client had sent more before it got the reply to this.
	Pipelined bool
}

// Script is how the server behaves. The zero Script takes everything, without TLS and AUTH, and offers
// PIPELINING, SIZE, 8BITMIME, SMTPUTF8, DSN and ENHANCEDSTATUSCODES.
type Script struct {
	// ImplicitTLS speaks TLS from the first octet on; StartTLS offers it.
	ImplicitTLS, StartTLS bool
	// Names are what the certificate is for; nil: 127.0.0.1 and localhost.
	Names []string
	// Untrusted signs the certificate with an authority that Server.RootCAs doesn't hold.
	Untrusted bool
	// MaxTLS limits the version, as an old server would; 0: no limit.
	MaxTLS uint16
	// User and Password, if there are any, must be given by AUTH PLAIN or LOGIN before MAIL.
	User, Password string
	// Without names the extensions, and mechanisms of AUTH, that aren't offered.
	Without []string
	// Size is the limit that is offered; 0: 10 MB.
	Size int
	// Answer gives the reply to say instead of the usual one; "" for the usual one, Drop, or
	// AcceptAndDrop. Lines of a reply are divided by "\n". The reply decides what happens next: a
	// 354 takes a message, a 250 to RCPT takes the recipient, a 421 closes the connection.
	// It may be called by several connections at once.
	Answer func(Command) string
	// Before is called before each reply and may take its time: it is how to make a server slow.
	Before func(Command)
}

func (s *Script) offers(extension string) bool { return !slices.Contains(s.Without, extension) }

func (s *Script) usesTLS() bool { return s.ImplicitTLS || s.StartTLS }

func (s *Script) tlsConfig(cert tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: s.MaxTLS} //nolint:gosec // the client is what is tested
}

// At answers every command of a step with the reply.
func At(step Step, reply string) func(Command) string {
	return func(c Command) string {
		if c.Step == step {
			return reply
		}
		return ""
	}
}

// Refuse answers RCPT for the addresses with the reply; without addresses, for all.
func Refuse(reply string, addrs ...string) func(Command) string {
	return func(c Command) string {
		if c.Step == RCPT && (len(addrs) == 0 || slices.ContainsFunc(addrs, func(a string) bool { return strings.EqualFold(a, c.To) })) {
			return reply
		}
		return ""
	}
}

// CloseAfter takes n messages a connection and answers the next MAIL with 421.
func CloseAfter(n int) func(Command) string {
	return func(c Command) string {
		if c.Step == MAIL && c.Accepted >= n {
			return "421 4.7.0 too many messages on this connection"
		}
		return ""
	}
}

// Times lets an answer count n times, over all connections, and then be over.
func Times(n int, answer func(Command) string) func(Command) string {
	var given atomic.Int64
	return func(c Command) string {
		reply := answer(c)
		if reply == "" || given.Add(1) > int64(n) {
			return ""
		}
		return reply
	}
}

// First asks the answers in turn and takes the first that has something to say.
func First(answers ...func(Command) string) func(Command) string {
	return func(c Command) string {
		for _, answer := range answers {
			if reply := answer(c); reply != "" {
				return reply
			}
		}
		return ""
	}
}
