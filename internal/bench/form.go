package bench

import (
	"bytes"
	"errors"
	"fmt"
	html "html/template"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	text "text/template"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/scratch"
	"bode.example/mailer"
)

// form is the letter that the service sent, in the shape in which a program with templates has it: the
// same subject, header and two texts, with the same gaps.
type form struct {
	from    mail.Address
	subject string
	header  map[string]string // fields with gaps, by name
	text    *text.Template
	html    *html.Template
	fields  []string
}

// copied are the header fields that both have.
var copied = []string{"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted"}

// newForm takes a letter apart. Each gap is filled with a mark, which becomes an action of a template.
func newForm(letter *mailer.Letter, now time.Time) (*form, error) {
	f := &form{fields: letter.Fields(), header: map[string]string{}}
	marks := make([]string, len(f.fields))
	var actions []string
	for i, name := range f.fields {
		marks[i] = "Gat " + strings.ToUpper(name) // in a greeting
		if strings.HasSuffix(name, "_url") {
			marks[i] = "https://gat.example/" + name
		}
		actions = append(actions, marks[i], "{{."+name+"}}")
	}
	raw, err := letter.Append(nil, &mailer.Recipient{To: mailer.Address{Addr: scratch.Address(0)}, MessageID: "form@nieuws.example", Date: now, Values: marks})
	if err != nil {
		return nil, err
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if f.subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return nil, err
	}
	from, err := message.Header.AddressList("From")
	if err != nil {
		return nil, err
	}
	f.from = *from[0]
	open := strings.NewReplacer(actions...)
	for _, name := range copied {
		if value := message.Header.Get(name); value != "" {
			f.header[name] = open.Replace(value)
		}
	}
	parts, err := texts(message)
	if err != nil {
		return nil, err
	}
	if f.text, err = text.New("text").Parse(open.Replace(parts["text/plain"])); err != nil {
		return nil, err
	}
	f.html, err = html.New("html").Parse(open.Replace(parts["text/html"]))
	return f, err
}

// texts returns the parts of a message of two alternatives, by type.
func texts(message *mail.Message) (map[string]string, error) {
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for parts := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := parts.NextPart() // it decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		found[kind] = string(body)
	}
}

// person is what one reader's copy of a form differs in.
type person struct {
	address, name, messageID string
	values                   map[string]string
}

// link is as long as a link with a token.
const link = "https://nieuws.example/v/AQEBXk3vQm5tZ0Jx4hWq9s2RrT8uYpLd6cKfNnGgVvBbHhJj0aA1eE3iI5oO7UuM"

func (f *form) person(n int) *person {
	p := &person{address: scratch.Address(n), name: names[n%len(names)], values: make(map[string]string, len(f.fields))}
	p.messageID = fmt.Sprintf("%d.%s@nieuws.example", n, newsletter.NewPublicID())
	for _, name := range f.fields {
		p.values[name] = "Beste " + p.name + ","
		if strings.HasSuffix(name, "_url") {
			p.values[name] = link + p.messageID[:8]
		}
	}
	return p
}

// list is the person's values in the order of the letter's fields.
func (p *person) list(fields []string) []string {
	values := make([]string, len(fields))
	for i, name := range fields {
		values[i] = p.values[name]
	}
	return values
}
