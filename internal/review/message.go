package review

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"

	netmail "net/mail"
)

// message is a mail taken apart.
type message struct {
	header     netmail.Header
	text, html string
}

// maxMessage bounds what is read of a message; ours are a tenth of it.
const maxMessage = 4 << 20

// readMail takes a message apart that Bode composed: text and HTML, as one of them or side by side.
func readMail(raw []byte) (*message, error) {
	m, err := netmail.ReadMessage(io.LimitReader(bytes.NewReader(raw), maxMessage))
	if err != nil {
		return nil, fmt.Errorf("the message can't be read: %w", err)
	}
	out := &message{header: m.Header}
	return out, out.part(textproto.MIMEHeader(m.Header), m.Body)
}

func (m *message) part(header textproto.MIMEHeader, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the message has a part of no known type: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("the parts of the message can't be read: %w", err)
			}
			if err := m.part(part.Header, part); err != nil {
				return err
			}
		}
	}
	if strings.EqualFold(header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("a part of the message can't be read: %w", err)
	}
	switch kind {
	case "text/plain":
		m.text += string(content)
	case "text/html":
		m.html += string(content)
	}
	return nil
}

// saysHowToLeave reports whether the way out stands in the header, for mail programs (RFC 2369, RFC 8058), and
// in both parts, for people.
func (m *message) saysHowToLeave(link string) bool {
	inHTML := strings.ReplaceAll(link, "&", "&amp;")
	return link != "" && strings.Contains(unfolded(m.header.Get("List-Unsubscribe")), "<"+link+">") &&
		strings.Contains(m.header.Get("List-Unsubscribe-Post"), "One-Click") &&
		strings.Contains(m.text, link) && (strings.Contains(m.html, link) || strings.Contains(m.html, inHTML))
}

func unfolded(s string) string { return strings.Join(strings.Fields(s), " ") }
