package mailer

import (
	"fmt"
	"strings"
	"time"
)

// Kind says whose fault a failure is, and so what the sender should do about it.
type Kind uint8

// The kinds. See SendError.AboutMessage for which failures count as an attempt.
const (
	// KindRecipient: this address takes no mail (5xx at RCPT, or an address that can't be sent to).
	// Don't try again; the reply may be a reason to suppress the address.
	KindRecipient Kind = iota + 1
	// KindContent: the peer refuses what the message says, or how large it is. The next message of
	// the same text will fare no better: stop and look.
	KindContent
	// KindThrottled: too much, too fast, or try again later (421, 454, 4.7.x). Slow down.
	KindThrottled
	// KindServer: the peer, or the mailbox behind it, can't take the message just now (4.2.2: it is
	// full), or speaks nonsense. Try again later.
	KindServer
	// KindNetwork: no connection, a lost one, or a time-out. Try again later.
	KindNetwork
	// KindAuthentication: the peer doesn't let us in, or refuses us as a sender. Stop the pool.
	KindAuthentication
	// KindConfiguration: the settings can't work (no STARTTLS, a certificate that isn't trusted,
	// no usable AUTH, a sender that can't be sent from). Stop the pool.
	KindConfiguration
)

var kindNames = [...]string{"unknown", "recipient", "content", "throttled", "server", "network", "authentication", "configuration"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// Stage is the step of the way at which a message failed.
type Stage string

// The stages, in the order in which a message passes them.
const (
	StageCompose  Stage = "compose"       // while the message was written; no peer was asked
	StageEnvelope Stage = "envelope"      // while the envelope was checked; nothing was sent of it
	StageWait     Stage = "wait"          // while waiting for the rate limit or a free connection
	StageDial     Stage = "dial"          // connection, greeting, EHLO
	StageTLS      Stage = "tls"           // STARTTLS and the handshake
	StageAuth     Stage = "auth"          // AUTH
	StageMail     Stage = "mail from"     // MAIL FROM
	StageRcpt     Stage = "rcpt to"       // RCPT TO
	StageData     Stage = "data"          // DATA and the message, before its final dot
	StageDot      Stage = "after the dot" // after the final dot: the reply that decides
)

// SendError is the error of this package: all that a queue needs in order to decide what happens
// next to a message, and nothing that names a person.
type SendError struct {
	Kind  Kind
	Stage Stage
	// Code is the reply code (RFC 5321, 4.2), or 0 when no reply came.
	Code int
	// Enhanced is the enhanced status code (RFC 3463), such as "5.1.1", or empty.
	Enhanced string
	// Reply is what the peer said, without the codes, lines joined by spaces, at most 500 bytes.
	// Addresses that servers like to echo are replaced by "<recipient>" and "<sender>".
	Reply string
	// Uncertain says that the connection was lost after the final dot was, or may have been,
	// written and before its reply: the message may have been accepted (RFC 1047).
	Uncertain bool
	// RetryAfter is how long to leave this peer alone, as far as is known; 0: no advice.
	RetryAfter time.Duration
	// Err is the cause on our side, if there is one: an I/O error, an *AddressError, a context's.
	Err error
}

func (e *SendError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mailer: %s failed (%s)", e.Stage, e.Kind)
	if e.Code != 0 {
		fmt.Fprintf(&b, ": %d", e.Code)
		if e.Enhanced != "" {
			b.WriteString(" " + e.Enhanced)
		}
		if e.Reply != "" {
			b.WriteString(" " + e.Reply)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Uncertain {
		b.WriteString("; the message may have been accepted")
	}
	return b.String()
}

func (e *SendError) Unwrap() error { return e.Err }

// Temporary reports whether the same message may do better later.
func (e *SendError) Temporary() bool {
	return e.Kind == KindThrottled || e.Kind == KindServer || e.Kind == KindNetwork
}

// AboutMessage reports whether the failure is about this one message, and so counts as an attempt at
// it: it can't be written or sent, or the peer has refused it, for good or for now. All else is about
// the way to the peer, or about us, and will meet the next message too.
func (e *SendError) AboutMessage() bool {
	switch e.Kind {
	case KindRecipient, KindContent:
		return true
	case KindThrottled, KindServer:
		said := e.Code >= 400 && e.Code != 421
		return said && (e.Stage == StageRcpt || e.Stage == StageData || e.Stage == StageDot)
	}
	return false
}

// composeError is a failure to write a message for one recipient.
func composeError(kind Kind, err error) *SendError {
	return &SendError{Kind: kind, Stage: StageCompose, Err: err}
}
