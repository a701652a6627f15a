package mailer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// transaction is one message on its way, checked. It is used again for another when that one is done.
type transaction struct {
	outgoing Outgoing
	from, to string // as ParseAddr returns them
	dsn      DSN
	// message is the message as it was appended; as DATA wants it when it is finished; and, for a
	// moment, also the envelope of the next, which goes out with it.
	message []byte
	size    int
	shape   shape
	redact  redactor
	// replies counts the replies to this transaction: while there are none, nothing has happened.
	replies int
}

// begin has the message written, and checks it.
func (t *transaction) begin(ctx context.Context, message Outgoing) error {
	envelope, octets, err := message.Append(ctx, t.message[:0])
	if err != nil {
		return err
	}
	*t = transaction{outgoing: message, message: octets, size: len(octets), dsn: envelope.DSN}
	if t.to, err = ParseAddr(envelope.To); err != nil {
		return &SendError{Kind: KindRecipient, Stage: StageEnvelope, Err: err}
	}
	if envelope.From != "" {
		if t.from, err = ParseAddr(envelope.From); err != nil {
			return &SendError{Kind: KindConfiguration, Stage: StageEnvelope, Err: fmt.Errorf("sender: %w", err)}
		}
	}
	if err := t.dsn.check(); err != nil {
		return &SendError{Kind: KindConfiguration, Stage: StageEnvelope, Err: err}
	}
	if t.shape, err = examine(octets); err != nil {
		return &SendError{Kind: KindContent, Stage: StageEnvelope, Err: err}
	}
	t.redact = redactor{sender: t.from, recipient: t.to}
	return nil
}

// finish makes of the message what DATA wants: a dot before each line that begins with one, and the
// line with a single dot that ends it (RFC 5321, 4.5.2).
func (t *transaction) finish() {
	if t.shape.dots {
		t.message = appendStuffed(make([]byte, 0, len(t.message)+len(t.message)/8), t.message)
	}
	t.message = append(t.message, ".\r\n"...)
}

// forget lets go of a message that is done, and of a buffer that has become very large.
func (t *transaction) forget() {
	if t.outgoing = nil; cap(t.message) > maxKeptBuffer {
		t.message = nil
	}
}

// untouched reports whether a connection turned out to be over before anything was said about t: it
// was lost before the first reply, or a 421 was that reply.
func (t *transaction) untouched(err error) bool {
	var e *SendError
	if !errors.As(err, &e) || e.Uncertain {
		return false
	}
	var timeout interface{ Timeout() bool }
	lost := e.Kind == KindNetwork && t.replies == 0 && !(errors.As(e.Err, &timeout) && timeout.Timeout())
	return lost || e.Code == 421 && t.replies <= 1
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
	case ext.sizeLimit > 0 && int64(t.size) > ext.sizeLimit:
		return &SendError{Kind: KindContent, Stage: StageEnvelope, Enhanced: "5.3.4", Err: fmt.Errorf("the message has %d octets; the peer takes %d", t.size, ext.sizeLimit)}
	}
	return nil
}

// appendMail writes the MAIL command, with the parameters that are offered and needed.
func (t *transaction) appendMail(dst []byte, ext extensions) []byte {
	dst = append(append(append(dst, "MAIL FROM:<"...), t.from...), '>')
	if ext.size {
		dst = strconv.AppendInt(append(dst, " SIZE="...), int64(t.size), 10)
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

func appendStuffed(dst, message []byte) []byte {
	lineStart := true
	for _, b := range message {
		if lineStart && b == '.' {
			dst = append(dst, '.')
		}
		dst = append(dst, b)
		lineStart = b == '\n'
	}
	return dst
}
