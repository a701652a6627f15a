package mailer

import (
	"errors"
	"strings"
)

// Envelope is what the SMTP server is told about a message: who sends it and who gets it.
type Envelope struct {
	// From is where bounces go: often an address that is different for each message (VERP), so
	// that a bounce tells what bounced. Empty: nowhere (the null reverse-path, RFC 5321, 4.5.5).
	From string
	// To is the recipient, in any form that ParseAddr takes.
	To string
	// Priority messages don't wait behind others for the rate, and have the Reserved connections.
	Priority bool
	// DSN asks for delivery status notifications, where the peer offers them.
	DSN DSN
}

// DSN is what RFC 3461 lets a sender ask. The zero value asks nothing.
type DSN struct {
	// Notify says when: any of NotifyFailure, NotifyDelay and NotifySuccess, or NotifyNever alone.
	Notify Notify
	// HeadersOnly asks for the header of the message, not the whole, in the notification.
	HeadersOnly bool
	// EnvelopeID comes back in the notification; at most 100 printable ASCII characters.
	EnvelopeID string
}

// Notify is a set of reasons for a notification.
type Notify uint8

// The reasons for a notification.
const (
	NotifyNever Notify = 1 << iota
	NotifyFailure
	NotifyDelay
	NotifySuccess
)

// Receipt is the peer's word that it has taken the message.
type Receipt struct {
	Code     int    // 250, as a rule
	Enhanced string // such as "2.0.0", or empty
	Reply    string // the text, often with the peer's queue id; addresses as in SendError.Reply
}

// String is the value of the NOTIFY parameter (RFC 3461, 4.1).
func (n Notify) String() string {
	if n == NotifyFailure {
		return "FAILURE" // what most messages ask
	}
	var words []string
	for i, word := range [...]string{"NEVER", "FAILURE", "DELAY", "SUCCESS"} {
		if n&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, ",")
}

func (d *DSN) check() error {
	if d.Notify >= NotifySuccess<<1 || d.Notify&NotifyNever != 0 && d.Notify != NotifyNever {
		return errors.New("DSN: NotifyNever stands alone")
	}
	if len(d.EnvelopeID) > 100 || strings.ContainsFunc(d.EnvelopeID, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("DSN: EnvelopeID has at most 100 printable ASCII characters")
	}
	return nil
}

// appendXtext writes printable ASCII in the encoding of RFC 3461, 4.
func appendXtext(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c == '+' || c == '=' {
			dst = append(dst, '+', hexDigits[c>>4], hexDigits[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}
