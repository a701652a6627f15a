package mailer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// shape is what matters of a message to those who carry it.
type shape struct {
	header8bit, body8bit bool
	dots                 bool // a line begins with a dot
}

var errBareLineEnd = errors.New("the message has a bare CR or LF")

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
	lines := 0
	for rest := message; len(rest) > 0; lines++ {
		n := bytes.IndexByte(rest, '\n')
		switch {
		case n < 1 || rest[n-1] != '\r':
			return s, errBareLineEnd
		case n-1 > maxLine:
			return s, fmt.Errorf("the message has a line of %d octets; %d is the limit", n-1, maxLine)
		}
		s.dots = s.dots || rest[0] == '.'
		rest = rest[n+1:]
	}
	if bytes.Count(message, []byte{'\r'}) != lines {
		return s, errBareLineEnd
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
