package frontdoor_test

import (
	"strings"
	"sync"
	"testing"

	"bode.example/mailer/mailertest"
)

// The account at the relay.
const relayUser, relayPassword = "bode", "geheim-van-de-relay"

// relay is the mail server that takes the program's mail, and the mailboxes behind it.
type relay struct {
	*mailertest.Server
	t testing.TB // of the site

	mu     sync.Mutex
	before func(mailertest.Command)
	answer func(mailertest.Command) string
	opened map[string]int // how many letters of a mailbox were read
}

// nobody is the local part of mailboxes that the relay refuses, naming the address as servers do.
const nobody = "bestaat-niet"

func newRelay(t testing.TB) *relay {
	t.Helper()
	r := &relay{t: t, opened: map[string]int{}}
	r.Server = mailertest.New(t, mailertest.Script{
		StartTLS: true, User: relayUser, Password: relayPassword,
		Before: func(c mailertest.Command) {
			r.mu.Lock()
			before := r.before
			r.mu.Unlock()
			if before != nil {
				before(c)
			}
		},
		Answer: func(c mailertest.Command) string {
			r.mu.Lock()
			answer := r.answer
			r.mu.Unlock()
			if answer != nil {
				return answer(c)
			}
			if c.Step == mailertest.RCPT && strings.HasPrefix(c.To, nobody) {
				return "550 5.1.1 <" + c.To + ">: there is no such mailbox"
			}
			return ""
		},
	})
	return r
}

// slow sets what happens before each reply; nil: nothing.
func (r *relay) slow(before func(mailertest.Command)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = before
}

// says sets what the relay answers where it would not answer as usual; nil: as usual.
func (r *relay) says(answer func(mailertest.Command) string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// to returns what came for a mailbox, in the order in which it came.
func (r *relay) to(address string) (all []mailertest.Received) {
	for _, m := range r.Messages() {
		if strings.EqualFold(m.To, address) {
			all = append(all, m)
		}
	}
	return all
}

// next waits for the first message of a mailbox that the test has not read yet.
func (r *relay) next(t testing.TB, address string) mailertest.Received {
	t.Helper()
	r.mu.Lock()
	seen := r.opened[address]
	r.opened[address]++
	r.mu.Unlock()
	eventually(t, "a letter to "+address, func() bool { return len(r.to(address)) > seen })
	return r.to(address)[seen]
}

// unread is how many messages of a mailbox the test has not read.
func (r *relay) unread(address string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.to(address)) - r.opened[address]
}
