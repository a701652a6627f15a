package demo

import (
	"bytes"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // bodies in any charset
)

// kept is how many letters the mailbox holds: the oldest make room.
const kept = 2000

// letter is a message that arrived.
type letter struct {
	Number  int // from 1
	To      string
	From    string // the header's, decoded
	Subject string
	Came    time.Time
	Text    string
	HTML    string
	Header  string
	Raw     string
}

// mailbox holds what arrived by SMTP, for all addresses. It wakes those who wait for mail.
type mailbox struct {
	now func() time.Time

	mu      sync.Mutex
	letters []*letter // in the order in which they came
	count   int
	came    chan struct{} // closed, and replaced, when a letter comes
}

func newMailbox(now func() time.Time) *mailbox {
	return &mailbox{now: now, came: make(chan struct{})}
}

// put reads a message and keeps it.
func (m *mailbox) put(to string, raw []byte) error {
	l, err := open(raw)
	if err != nil {
		return fmt.Errorf("the message can't be read: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count++
	l.Number, l.To, l.Came = m.count, to, m.now()
	m.letters = append(m.letters, l)
	if len(m.letters) > kept {
		m.letters = slices.Delete(m.letters, 0, len(m.letters)-kept)
	}
	close(m.came)
	m.came = make(chan struct{})
	return nil
}

// all returns the letters, the newest first, and a channel that closes when another one comes.
func (m *mailbox) all() ([]*letter, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	newest := slices.Clone(m.letters)
	slices.Reverse(newest)
	return newest, m.came
}

func (m *mailbox) get(number int) *letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.letters {
		if l.Number == number {
			return l
		}
	}
	return nil
}

// open takes a message apart as a mail program would.
func open(raw []byte) (*letter, error) {
	entity, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return nil, err
	}
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	l := &letter{Header: string(header), Raw: string(raw), From: decoded(entity, "From"), Subject: decoded(entity, "Subject")}
	err = entity.Walk(func(_ []int, part *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) {
			return err
		}
		kind, _, _ := part.Header.ContentType()
		if !strings.HasPrefix(kind, "text/") {
			return nil
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return err
		}
		if kind == "text/html" {
			l.HTML = string(body)
		} else {
			l.Text = strings.ReplaceAll(string(body), "\r\n", "\n")
		}
		return nil
	})
	return l, err
}

func decoded(e *message.Entity, field string) string {
	text, err := e.Header.Text(field)
	if err != nil {
		return e.Header.Get(field)
	}
	return text
}

// height is room enough for the letter in a frame, which can't tell its own: by its lines, with the narrowest
// window and large letters in mind, and its pictures.
func (l *letter) height() int {
	const margin, line, picture, columns = 300, 28, 420, 40
	rows := 0
	for text := range strings.SplitSeq(l.Text, "\n") {
		if !strings.Contains(text, "://") {
			rows += 1 + utf8.RuneCountInString(text)/columns
		}
	}
	return margin + line*rows + picture*strings.Count(l.HTML, "<img")
}

// goesTo reports whether a letter is for an address.
func (l *letter) goesTo(address string) bool {
	parsed, err := mail.ParseAddress(address)
	return err == nil && strings.EqualFold(l.To, parsed.Address)
}
