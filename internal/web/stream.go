package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Stream writes server-sent events (the HTML Standard, 9.2). Its route needs a Limit of its own: the kit's
// budget for one request is shorter than a stream lasts.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
}

// patience is how long a client may take to read one event: one that has gone without a word holds us no
// longer.
const patience = 30 * time.Second

// Lasting returns a writer to w for an answer that takes longer than the server's time for one: a large file,
// made as it is read. Each piece has the time that an event has.
func (d *Door) Lasting(w http.ResponseWriter) io.Writer {
	return &Stream{w: w, control: http.NewResponseController(w), now: d.Now}
}

// Write is io.Writer's; Send is for events.
func (s *Stream) Write(piece []byte) (int, error) {
	s.extend()
	return s.w.Write(piece)
}

// NewStream begins a stream of events. Nothing may be written to w beside it.
func (d *Door) NewStream(w http.ResponseWriter) *Stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	Private(h)
	h.Set("X-Accel-Buffering", "no") // nginx would keep events back until it has a page full of them
	s := &Stream{w: w, control: http.NewResponseController(w), now: d.Now}
	s.extend()
	w.WriteHeader(http.StatusOK)
	return s
}

// extend gives the client time for what is written next. Where time can't be limited, as in tests, there
// is no need to.
func (s *Stream) extend() { _ = s.control.SetWriteDeadline(s.now().Add(patience)) }

// Send writes an event with a name and its data, of one line or several.
func (s *Stream) Send(event, data string) error {
	return s.write("event: " + event + "\ndata: " + strings.ReplaceAll(data, "\n", "\ndata: ") + "\n\n")
}

// Beat writes what no reader sees, so that nobody between takes the connection for dead.
func (s *Stream) Beat() error { return s.write(":\n\n") }

func (s *Stream) write(text string) error {
	s.extend()
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("web: writing to a stream: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("web: writing to a stream: %w", err)
	}
	return nil
}
