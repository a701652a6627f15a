package main

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// partOf takes one part out of a message that we made: "text" or "html"; "eml" is all of it.
func partOf(message []byte, format string) ([]byte, error) {
	if format == "eml" {
		return message, nil
	}
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return nil, err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	want := map[string]string{"text": "text/plain", "html": "text/html"}[format]
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the message has no part " + want)
		}
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), want) {
			text, err := io.ReadAll(quotedprintable.NewReader(part))
			return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
		}
	}
}
