package frontdoor_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/token"
)

// people is how many sit in the meeting.
const people = 31

// pace is how often the nth of the meeting wants to read.
func pace(n int) string { return []string{"wekelijks", "maandelijks"}[n%2] }

func (s *site) attendee(n int) string { return s.person(fmt.Sprintf("vergadering%02d", n)) }

// meeting lets all join from one network, says what a limit is, and tells nobody who is known.
func meeting(s *site) {
	hall := s.stranger("203.0.113.31")
	for n := range people {
		form := hall.signupForm("vergadering", s.attendee(n))
		form.Set("pace-vergadering", pace(n))
		hall.post("/signup", form).is(200, "Kijk in uw mailbox")
	}
	for n := range people {
		hall.post(s.letter(s.attendee(n)).link("/c/"), nil).is(200, "U bent aangemeld")
	}
	for n := range people {
		s.letter(s.attendee(n)).has("Welkom")
	}
	for n := range networkLimit + 1 - people {
		late := s.person(fmt.Sprintf("laat%02d", n))
		form := hall.signupForm("vergadering", late)
		form.Set("name", "Lena Laat")
		form.Set("pace-vergadering", "maandelijks")
		answer := hall.post("/signup", form)
		if n < networkLimit-people {
			answer.is(200)
			s.letter(late)
			continue
		}
		answer.is(429, "Vanaf uw netwerk kwamen te veel aanvragen")
		kept := answer.form("/signup")
		for name, want := range map[string]string{"address": late, "name": "Lena Laat", "pace-vergadering": "maandelijks"} {
			if kept.Get(name) != want {
				s.t.Errorf("the limit page has lost %s: %q", name, kept.Get(name))
			}
		}
	}
	s.enumeration()
}

// enumeration sends forms with addresses of every kind: what comes back must be the same (STANDARDS D4).
func (s *site) enumeration() {
	kinds := map[string]string{
		"unknown":                   s.person("onbekend"),
		"subscribed":                s.attendee(0),
		"pending":                   s.person("wachtend"),
		"suppressed":                s.person("klager"),
		"refused mailbox":           s.person(nobody),
		"domain that is none":       "iemand@bestaat.invalid",
		"domain with other letters": "iemand@bücher.example",
	}
	s.secrets.add("iemand@")
	s.stranger("198.51.100.250").post("/signup", s.stranger("").signupForm("vergadering", kinds["pending"])).is(200)
	s.letter(kinds["pending"])
	hash := s.hash(token.Suppression, kinds["suppressed"])
	s.engine.do(s.t, `INSERT INTO suppression (key_id, hash, reason, since) VALUES ($1, $2, 'complaint', 1)`, hash.KeyID, hash.Sum)
	for _, path := range []string{"/signup", "/access"} {
		answers := map[string]*answer{}
		for kind, address := range kinds {
			s.forgetLimits(address)
			x := s.stranger(fmt.Sprintf("198.51.100.%d", len(answers)+1))
			form := url.Values{"address": {address}}
			if path == "/signup" {
				form = x.signupForm("vergadering", address)
			}
			answers[kind] = x.post(path, form).is(200).without(address)
		}
		for kind, answer := range answers {
			if diff := cmp.Diff(answers["unknown"].header, answer.header); diff != "" {
				s.t.Errorf("%s: the headers tell %s from unknown:\n%s", path, kind, diff)
			}
			if diff := cmp.Diff(answers["unknown"].body, answer.body); diff != "" {
				s.t.Errorf("%s: the page tells %s from unknown:\n%s", path, kind, diff)
			}
		}
	}

	// What each finds in the mailbox, where only its owner looks.
	subjects := []string{s.letter(kinds["subscribed"]).subject, s.letter(kinds["subscribed"]).subject}
	slices.Sort(subjects)
	if diff := cmp.Diff([]string{"U was al aangemeld voor Wat de vergadering besloot", "Uw link naar uw gegevens"}, subjects); diff != "" {
		s.t.Errorf("who is subscribed gets:\n%s", diff)
	}
	for _, kind := range []string{"unknown", "pending"} {
		if l := s.letter(kinds[kind]); !strings.HasPrefix(l.subject, "Bevestig uw aanmelding") {
			s.t.Errorf("who is %s gets %q", kind, l.subject)
		}
	}
	s.letter("iemand@xn--bcher-kva.example")
	if n := s.relay.unread(kinds["suppressed"]); n != 0 {
		s.t.Errorf("who must not be mailed gets %d mails", n)
	}
}

// without replaces what differs between any two readers: their address, and when the form was made.
func (a *answer) without(address string) *answer {
	a.body = regexp.MustCompile(`name="shown" value="\d+"`).ReplaceAllString(strings.ReplaceAll(a.body, address, "ADDRESS"), "")
	a.header = a.header.Clone()
	a.header.Del("Date")
	a.header.Del("Content-Length") // follows from the address
	return a
}
