package frontdoor_test

import (
	"fmt"
	"strings"
	"sync"

	"bode.example/mailer/mailertest"
)

// stopping stops the program in the middle of sending, starts it with another secret, kills it, and lets
// a worker help where several may work on one database.
func stopping(s *site) {
	old := s.relay.to(s.attendee(1))
	before := s.read(old[len(old)-1]) // the welcome mail, with links of the first secret
	s.interrupted()
	s.rotated(before)
	s.killed()
	if s.engine.name == "postgres" {
		s.shared()
	}
	for n := range people {
		if unread := s.relay.unread(s.attendee(n)); unread != 0 {
			s.t.Errorf("%d letters too many for %s", unread, s.attendee(n))
		}
	}
}

// interrupted sends a SIGTERM while messages wait for the relay's answer: nothing is lost, and nothing
// comes twice.
func (s *site) interrupted() {
	s.t.Helper()
	hold := newHold(s.relay)
	s.post("vergadering", "Het dorpshuis blijft open")
	s.release("vergadering", "wekelijks")
	hold.wait(s, 2)
	s.service.signal()
	eventually(s.t, "the program to take no more visitors", func() bool { return !s.answers() })
	hold.release()
	s.service.wait()
	sent := s.sent("Het dorpshuis blijft open")
	if len(sent) < 2 || len(sent) >= people/2 {
		s.t.Errorf("%d letters had left when it stopped: the test looks at the wrong moment", len(sent))
	}
	states := map[string]int{}
	for _, state := range s.engine.rows(s.t, `SELECT state FROM delivery WHERE edition_id = (SELECT MAX(id) FROM edition)`) {
		states[state]++
	}
	if states["sent"] != len(sent) || states["sent"]+states["pending"] != (people+1)/2 {
		s.t.Errorf("%d letters were taken, and the database says %v", len(sent), states)
	}

	// The next start has another secret. The old one still opens old links.
	s.program.run(s.t, "config", "secret", "new.secret")
	s.engine.setting = strings.ReplaceAll(s.engine.setting, "secret_file = \"bode.secret\"\n", "")
	s.configure("secret_file = \"new.secret\"\nold_secret_files = [\"bode.secret\"]")
	s.serve()
	for n := range people {
		if pace(n) == "wekelijks" {
			s.letter(s.attendee(n)).has("Het dorpshuis blijft open")
		}
	}
	s.once("Het dorpshuis blijft open", (people+1)/2)
}

// answers reports whether the program takes connections.
func (s *site) answers() bool {
	return s.stranger("").ask("GET", "/healthz", "", "").status == 200
}

// sent returns how often each mailbox got the letter with a subject.
func (s *site) sent(subject string) map[string]int {
	all := map[string]int{}
	for _, m := range s.relay.Messages() {
		if strings.Contains(string(m.Data), "Subject: "+subject) {
			all[m.To]++
		}
	}
	return all
}

// once fails unless so many people got the letter, each once.
func (s *site) once(subject string, want int) {
	s.t.Helper()
	sent := s.sent(subject)
	for to, n := range sent {
		if n != 1 {
			s.t.Errorf("%s got the letter %d times", to, n)
		}
	}
	if len(sent) != want {
		s.t.Errorf("%d people got the letter, want %d", len(sent), want)
	}
}

// rotated opens links that the old secret signed. New mail is signed with the new one.
func (s *site) rotated(before *letter) {
	s.t.Helper()
	x := s.stranger("")
	leave := before.link("/u/")
	x.get(before.link("/v/")).is(200, "Uw voorkeuren")
	x.ask("POST", leave, urlencoded, oneClickForm).is(200)
	x.post(leave, map[string][]string{"do": {"undo"}}).is(200, "ongedaan gemaakt")
	s.post("vergadering", "De subsidie is toegekend")
	s.edition("vergadering", "maandelijks")
	for n := range people {
		if pace(n) != "maandelijks" {
			continue
		}
		l := s.letter(s.attendee(n))
		l.has("De subsidie is toegekend")
		if n == 1 && l.link("/u/") == leave {
			s.t.Error("new mail is signed with the old secret")
		}
	}
}

// killed ends the program without a word while messages wait for the relay's answer, which then takes
// them: nobody is left out, and what comes twice is no more than the window, under the same Message-ID.
func (s *site) killed() {
	s.t.Helper()
	const subject = "De bibliotheek krijgt een tuin"
	hold := newHold(s.relay)
	s.post("vergadering", subject)
	id := s.release("vergadering", "wekelijks")
	hold.wait(s, 2)
	s.service.kill()
	hold.release()
	s.engine.do(s.t, `UPDATE claim SET lease = 1`) // the minute goes by after which others take over
	s.serve()
	s.left(id)
	doubles := 0
	for n := range people {
		if pace(n) != "wekelijks" {
			continue
		}
		first := s.letter(s.attendee(n))
		first.has(subject)
		for s.relay.unread(s.attendee(n)) > 0 {
			doubles++
			if again := s.letter(s.attendee(n)); again.header.Get("Message-Id") != first.header.Get("Message-Id") {
				s.t.Errorf("the same letter comes again under another Message-ID (C10)")
			}
		}
	}
	if len(s.sent(subject)) != (people+1)/2 || doubles > window {
		s.t.Errorf("%d people got the letter, and %d came twice", len(s.sent(subject)), doubles)
	}
	if doubles < 2 {
		s.t.Errorf("%d letters were in doubt: the test looks at the wrong moment", doubles)
	}
}

// shared lets a worker send while no serve is there: it takes all. That several at once give each letter once
// is TestC10_Kill's.
func (s *site) shared() {
	s.t.Helper()
	worker := s.program.start(s.t, "worker", "--set", "smtp.hello=worker."+domain)
	s.service.stop()
	s.post("vergadering", "De zaal wordt verbouwd")
	hold := newHold(s.relay)
	s.release("vergadering", "wekelijks")
	s.release("vergadering", "maandelijks")
	eventually(s.t, "the worker to send", func() bool { return hold.from(s, "worker."+domain) > 0 })
	hold.release()
	for n := range people {
		s.letter(s.attendee(n)).has("De zaal wordt verbouwd")
	}
	s.once("De zaal wordt verbouwd", people)
	worker.stop()
	s.serve()
}

// hold keeps the relay from answering messages.
type hold struct {
	relay *relay
	open  chan struct{}
	once  sync.Once

	mu      sync.Mutex
	waiting map[int]int // messages by connection
}

func newHold(r *relay) *hold {
	h := &hold{relay: r, open: make(chan struct{}), waiting: map[int]int{}}
	r.slow(func(c mailertest.Command) {
		if c.Step != mailertest.Message {
			return
		}
		h.mu.Lock()
		h.waiting[c.Connection]++
		h.mu.Unlock()
		<-h.open
	})
	r.t.Cleanup(h.release) // else a test that fails meanwhile would wait for the relay for ever
	return h
}

// wait waits until n messages are without their answer.
func (h *hold) wait(s *site, n int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%d messages to be under way", n), func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.waiting) >= n
	})
}

// from is how many messages wait on connections that greeted with a name.
func (h *hold) from(s *site, name string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range s.relay.Commands() {
		if c.Step == mailertest.EHLO && c.TLS && strings.HasSuffix(c.Line, name) {
			n += h.waiting[c.Connection]
		}
	}
	return n
}

// release lets the relay answer again.
func (h *hold) release() {
	h.once.Do(func() {
		h.relay.slow(nil)
		close(h.open)
	})
}
