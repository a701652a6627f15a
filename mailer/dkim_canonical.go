package mailer

import (
	"bytes"
	"crypto/sha256"
)

// appendRelaxed appends a header field, name to value without the final CRLF, in the canonical form
// "relaxed" (RFC 6376, 3.4.2): the name in lower case, the value unfolded, each run of white space one
// space, none at either end.
func appendRelaxed(dst, field []byte) []byte {
	name, value, _ := bytes.Cut(field, []byte(":"))
	for _, c := range bytes.TrimRight(name, " \t") {
		dst = append(dst, lower(c))
	}
	dst = append(dst, ':')
	start, space := len(dst), false
	for _, c := range value {
		switch c {
		case ' ', '\t':
			space = true
		case '\r', '\n': // folding
		default:
			if space && len(dst) > start {
				dst = append(dst, ' ')
			}
			dst, space = append(dst, c), false
		}
	}
	return dst
}

// hashRelaxed hashes a body in the canonical form "relaxed" (RFC 6376, 3.4.4): no white space at the end
// of a line, each run of it one space, no empty lines at the end of the body.
func hashRelaxed(body []byte) [sha256.Size]byte {
	body = trimEmptyLines(body)
	if !bytes.Contains(body, []byte("  ")) && !bytes.Contains(body, []byte(" \r\n")) && bytes.IndexByte(body, '\t') < 0 {
		return sha256.Sum256(body) // as nearly every letter is: quoted-printable leaves no white space at line ends
	}
	h := sha256.New()
	var buf [1024]byte
	out := buf[:0]
	space := false
	for i, c := range body {
		switch {
		case c == ' ' || c == '\t':
			space = true
			continue
		case space && !(c == '\r' && i+1 < len(body) && body[i+1] == '\n'):
			out = append(out, ' ')
		}
		out, space = append(out, c), false
		if len(out) >= cap(out)-2 {
			h.Write(out)
			out = out[:0]
		}
	}
	h.Write(out)
	return [sha256.Size]byte(h.Sum(nil))
}

// trimEmptyLines takes the lines off the end of a body that are empty in canonical form.
func trimEmptyLines(body []byte) []byte {
	for {
		rest, ok := bytes.CutSuffix(body, []byte("\r\n"))
		if !ok {
			return body
		}
		if rest = bytes.TrimRight(rest, " \t"); len(rest) > 0 && !bytes.HasSuffix(rest, []byte("\r\n")) {
			return body
		}
		body = rest
	}
}
