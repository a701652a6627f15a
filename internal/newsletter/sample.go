package newsletter

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
)

// SampleMail is a variant of an edition as a reader without a name gets it, for those who look at it
// before it leaves.
type SampleMail struct {
	Language Language
	Layout   Layout
	Message  []byte // the whole message, RFC 5322
	Subject  string
	// LeaveURL is the sample's own link for leaving: it stands in the header and in both parts.
	LeaveURL string
	LeftOut  int // posts that the mail had no room for
}

// Parts takes a message of ours apart, for those who look at it: its header as it stands, its plain text,
// and its HTML.
func (m *SampleMail) Parts() (header, text, html string, err error) {
	head, _, _ := bytes.Cut(m.Message, []byte("\r\n\r\n"))
	message, err := mail.ReadMessage(bytes.NewReader(m.Message))
	if err != nil {
		return "", "", "", err
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return "", "", "", err
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextPart() // undoes quoted-printable
		if errors.Is(err, io.EOF) {
			return strings.ReplaceAll(string(head), "\r\n", "\n"), text, html, nil
		}
		if err != nil {
			return "", "", "", err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", "", "", err
		}
		switch body := strings.ReplaceAll(string(content), "\r\n", "\n"); {
		case strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain"):
			text = body
		case strings.HasPrefix(part.Header.Get("Content-Type"), "text/html"):
			html = body
		}
	}
}
