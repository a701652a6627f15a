package mailer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
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

// transaction is one message on its way, checked.
type transaction struct {
	from, to string // as ParseAddr returns them
	dsn      DSN
	message  []byte
	shape    shape
	redact   redactor
	// replies counts the replies to this transaction: while there are none, nothing has happened.
	replies int
}

func newTransaction(e Envelope, message []byte) (*transaction, error) {
	t := &transaction{dsn: e.DSN, message: message}
	var err error
	if t.to, err = ParseAddr(e.To); err != nil {
		return nil, &SendError{Kind: KindRecipient, Stage: StageEnvelope, Err: err}
	}
	if e.From != "" {
		if t.from, err = ParseAddr(e.From); err != nil {
			return nil, &SendError{Kind: KindConfiguration, Stage: StageEnvelope, Err: fmt.Errorf("sender: %w", err)}
		}
	}
	if err := t.dsn.check(); err != nil {
		return nil, &SendError{Kind: KindConfiguration, Stage: StageEnvelope, Err: err}
	}
	if t.shape, err = examine(message); err != nil {
		return nil, &SendError{Kind: KindContent, Stage: StageEnvelope, Err: err}
	}
	t.redact = redactor{sender: t.from, recipient: t.to}
	return t, nil
}

// fits says why a peer with these extensions can't be given the message.
func (t *transaction) fits(ext extensions) error {
	switch {
	case NeedsSMTPUTF8(t.to) && !ext.smtputf8:
		return &SendError{Kind: KindRecipient, Stage: StageEnvelope, Enhanced: "5.6.7", Err: errors.New("the part before the @ isn't ASCII, and the peer doesn't offer SMTPUTF8")}
	case (NeedsSMTPUTF8(t.from) || t.shape.header8bit) && !ext.smtputf8:
		return &SendError{Kind: KindContent, Stage: StageEnvelope, Enhanced: "5.6.7", Err: errors.New("the sender or the header isn't ASCII, and the peer doesn't offer SMTPUTF8")}
	case t.shape.body8bit && !ext.eightBitMIME:
		return &SendError{Kind: KindContent, Stage: StageEnvelope, Enhanced: "5.6.3", Err: errors.New("the body isn't 7-bit, and the peer doesn't offer 8BITMIME")}
	case ext.sizeLimit > 0 && int64(len(t.message)) > ext.sizeLimit:
		return &SendError{Kind: KindContent, Stage: StageEnvelope, Enhanced: "5.3.4", Err: fmt.Errorf("the message has %d octets; the peer takes %d", len(t.message), ext.sizeLimit)}
	}
	return nil
}

// appendMail writes the MAIL command, with the parameters that are offered and needed.
func (t *transaction) appendMail(dst []byte, ext extensions) []byte {
	dst = append(append(append(dst, "MAIL FROM:<"...), t.from...), '>')
	if ext.size {
		dst = strconv.AppendInt(append(dst, " SIZE="...), int64(len(t.message)), 10)
	}
	if t.shape.body8bit || t.shape.header8bit && ext.eightBitMIME {
		dst = append(dst, " BODY=8BITMIME"...)
	}
	if NeedsSMTPUTF8(t.to) || NeedsSMTPUTF8(t.from) || t.shape.header8bit {
		dst = append(dst, " SMTPUTF8"...)
	}
	if ext.dsn {
		if t.dsn.HeadersOnly {
			dst = append(dst, " RET=HDRS"...)
		}
		if t.dsn.EnvelopeID != "" {
			dst = appendXtext(append(dst, " ENVID="...), t.dsn.EnvelopeID)
		}
	}
	return append(dst, '\r', '\n')
}

func (t *transaction) appendRcpt(dst []byte, ext extensions) []byte {
	dst = append(append(append(dst, "RCPT TO:<"...), t.to...), '>')
	if ext.dsn && t.dsn.Notify != 0 {
		dst = append(append(dst, " NOTIFY="...), t.dsn.Notify.String()...)
	}
	return append(dst, '\r', '\n')
}

// String is the value of the NOTIFY parameter (RFC 3461, 4.1).
func (n Notify) String() string {
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

// shape is what matters of a message to those who carry it.
type shape struct {
	header8bit, body8bit bool
	dots                 bool // a line begins with a dot
}

// examine makes sure that a message can be sent as it is: CRLF line ends only, no NUL, lines of at
// most 998 octets, an end. A bare CR or LF could end the message early for some servers, and what
// follows it would be taken for commands (SMTP smuggling).
func examine(message []byte) (shape, error) {
	var s shape
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		return s, errors.New("the message doesn't end with CRLF")
	}
	if bytes.IndexByte(message, 0) >= 0 {
		return s, errors.New("the message has a NUL")
	}
	header := bytes.Index(message, []byte("\r\n\r\n"))
	if header <= 0 {
		return s, errors.New("the message has no header, or no end of it")
	}
	for rest := message; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n')
		switch {
		case n < 1 || bytes.IndexByte(rest[:n], '\r') != n-1:
			return s, errors.New("the message has a bare CR or LF")
		case n-1 > maxLine:
			return s, fmt.Errorf("the message has a line of %d octets; %d is the limit", n-1, maxLine)
		}
		s.dots = s.dots || rest[0] == '.'
		rest = rest[n+1:]
	}
	s.header8bit = has8bit(message[:header])
	s.body8bit = has8bit(message[header:])
	return s, nil
}

func has8bit(b []byte) bool {
	const high = 0x8080808080808080
	for ; len(b) >= 8; b = b[8:] {
		if binary.NativeEndian.Uint64(b)&high != 0 {
			return true
		}
	}
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}
