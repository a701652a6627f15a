package frontdoor_test

import (
	"strings"
)

// joining goes from the form to the digest, and changes its mind once about topics and pace.
func joining(s *site) {
	anna := s.person("anna")
	s.program.exits(s.t, 4, "subscriber", "show", anna)

	// The form, the page that follows, the mail.
	r := s.reader()
	r.visit("/l/raad", 200)
	r.Fill("#address", anna)
	r.Fill("#name", "Anna de Vries")
	r.Tick("#pace-raad-wekelijks")
	r.signUp()
	r.sees("Kijk in uw mailbox", anna, "nieuws@noord.example", "Bevestig uw aanmelding voor De nieuwe rol van de raad")
	confirmation := s.letter(anna)
	if confirmation.subject != "Bevestig uw aanmelding voor De nieuwe rol van de raad" {
		s.t.Errorf("the subject is %q, and the page said otherwise", confirmation.subject)
	}
	confirmation.lacks("Anna") // D1: nothing that a stranger typed

	// Impatience meets a limit, which keeps what was typed (D3).
	r.press(".buttons form button", 429)
	r.sees("Fout:", "Voor dit adres is kort geleden ook al een aanvraag gedaan.")
	if kept := r.value("#address") + ", " + r.value("#name"); kept != anna+", Anna de Vries" {
		s.t.Errorf("the limit page keeps %q", kept)
	}

	// A scanner opens the link: nothing happens. Then Anna does.
	link := confirmation.link("/c/")
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		s.stranger("").ask(method, link, "", "", "Sec-Purpose", "prefetch")
	}
	if d := s.dossier(anna); d.Subscriber.Address != "" || len(d.Subscriptions) != 0 || len(d.Signups) != 1 {
		s.t.Errorf("before the button: %+v", d)
	}
	r.visit(link, 200)
	r.sees("Bevestig uw aanmelding", anna, "De nieuwe rol van de raad", "Alle onderwerpen")
	r.press(mainButton, 200)
	r.sees("U bent aangemeld")
	if d := s.dossier(anna); d.Subscriber.Address.String() != anna || len(d.Subscriptions) != 1 || d.Subscriptions[0].Schedule != "Wekelijks" || !d.Subscriptions[0].AllTopics {
		s.t.Errorf("after the button: %+v", d)
	}
	r.visit(link, 200)
	r.sees("U bent al aangemeld")

	// Preferences, from the welcome mail.
	welcome := s.letter(anna)
	welcome.has("Beste Anna de Vries,")
	preferences := welcome.link("/v/")
	r.visit(preferences, 200)
	r.Tick("#topics-raad-some")
	r.Tick("#topic-raad-raad")
	r.Tick("#pace-raad-maandelijks")
	r.press(mainButton, 200)
	r.sees("Uw voorkeuren zijn bewaard")
	if d := s.dossier(anna); len(d.Subscriptions) != 1 || d.Subscriptions[0].Schedule != "Maandelijks" || strings.Join(d.Subscriptions[0].TopicNames, " ") != "Gemeenteraad" {
		s.t.Errorf("after the change: %+v", d.Subscriptions)
	}

	s.digest(r, anna)
}

// digest brings posts by the feed, and looks at the digest that Anna gets of them.
func (s *site) digest(r *reader, anna string) {
	eventually(s.t, "the feed's first posts", func() bool {
		return strings.Contains(s.program.run(s.t, "post", "list", "raad"), "voor de eerste keer")
	})
	s.source.publish("Loting vult de raad aan", "Gemeenteraad")
	s.source.publish("Inwoners beheren hun dorpshuis", "Inwoners")
	s.source.publish("Werkconferentie voor iedereen")
	s.program.run(s.t, "feed", "wake", "raad", "website")
	eventually(s.t, "the feed's new posts", func() bool {
		return strings.Contains(s.program.run(s.t, "post", "list", "raad"), "Werkconferentie")
	})
	feeds := s.program.run(s.t, "feed", "list", "raad")
	for _, state := range []string{"website  ok", "kapot    failing"} {
		if !strings.Contains(feeds, state) {
			s.t.Errorf("the broken feed and the good one:\n%s", feeds)
		}
	}

	s.edition("raad", "maandelijks")
	l := s.letter(anna)
	l.has("Beste Anna de Vries,", "Loting vult de raad aan", "Werkconferentie voor iedereen", s.source.URL+"/artikel/")
	l.lacks("dorpshuis", "voor de eerste keer")
	if got := l.header.Get("List-Id"); !strings.HasSuffix(got, "<raad."+s.host+">") {
		s.t.Errorf("List-Id: %s (B8)", got)
	}
	if got := l.header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		s.t.Errorf("List-Unsubscribe-Post: %s (B1)", got)
	}
	if got := l.header.Get("List-Unsubscribe"); got != "<"+l.link("/u/")+">" || !strings.HasPrefix(got, "<https://") {
		s.t.Errorf("List-Unsubscribe: %s (B1)", got)
	}
	r.visit(l.link("/e/"), 200)
	r.sees("Loting vult de raad aan")
	r.visit(l.link("/w/"), 200)
	r.sees("Waarom krijg ik deze mail?", "Ik wil de nieuwsbrieven van Stichting Noord")
	for _, page := range []string{"/", "/l/raad/posts", "/contact", "/privacy", "/accessibility", "/sitemap", "/access"} {
		r.visit(page, 200)
	}
	r.visit("/bestaat/niet", 404)
}
