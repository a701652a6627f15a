package editor

import (
	"net/http"
	"sync"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

const (
	// streamLife is how long a stream lasts; the browser then asks for another, with its session looked at anew.
	streamLife = 5 * time.Minute
	// streamTick is how often a stream looks; counting has a pace of its own.
	streamTick = time.Second
	// quietTicks is after how many ticks without news a stream gives a sign of life.
	quietTicks = 15
	// mostStreams is how many may be open: each holds a connection. Who comes too many reloads the page.
	mostStreams = 100
	// mostOwnStreams is how many of them one person may have: with a few pages open on two devices, none is missed.
	mostOwnStreams = 8
)

// streams are those that are open, by the person who looks.
type streams struct {
	mu   sync.Mutex
	all  int
	each map[newsletter.PublicID]int
}

// enter counts one more, unless there are too many; leave must be called when it ends.
func (s *streams) enter(who newsletter.PublicID) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= mostStreams || s.each[who] >= mostOwnStreams {
		return nil, false
	}
	s.all++
	s.each[who]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.each[who]--; s.each[who] == 0 {
			delete(s.each, who)
		}
	}, true
}

// news is what a stream looks at.
type news struct {
	state string // when it differs from the last, the page has something new to show
	over  bool   // nothing more will come
}

// follow says when a page has something new to show: the browser then fetches the page itself, so that there is one
// way to make it. The last event says that nothing more will come.
func (d *door) follow(w http.ResponseWriter, r *http.Request, look func() (news, error)) error {
	leave, ok := d.streams.enter(desk.StaffOf(r).PublicID)
	if !ok {
		return newsletter.Errorf(newsletter.TooMany, "streams", "too many pages that renew themselves are open: close some, or reload this one by hand")
	}
	defer leave()
	now, err := look()
	if err != nil {
		return err
	}
	stream, last, quiet := d.NewStream(w), "", 0
	tick := time.NewTicker(streamTick)
	defer tick.Stop()
	for {
		switch {
		case now.over:
			err = stream.Send("done", now.state)
		case now.state != last:
			err, last, quiet = stream.Send("changed", now.state), now.state, 0
		case quiet >= quietTicks:
			err, quiet = stream.Beat(), 0
		}
		if err != nil || now.over {
			return nil //nolint:nilerr // the reader has gone
		}
		quiet++
		select {
		case <-r.Context().Done():
			return nil
		case <-web.Stopping(r.Context()):
			return nil
		case <-tick.C:
		}
		if now, err = look(); err != nil {
			return err // the stream breaks off; the browser asks again
		}
	}
}
