package frontdoor_test

import (
	"strings"

	"bode.example/internal/newsletter"
)

// state is what has become of the one subscription of a person.
func (s *site) state(address string) newsletter.SubscriptionState {
	s.t.Helper()
	d := s.dossier(address)
	if len(d.Subscriptions) != 1 {
		s.t.Fatalf("%d subscriptions", len(d.Subscriptions))
	}
	return d.Subscriptions[0].Subscription.State
}

// The one-click POST of RFC 8058, in both forms that providers send (STANDARDS B4).
const (
	oneClickForm      = "List-Unsubscribe=One-Click"
	oneClickMultipart = "--q\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--q--\r\n"
)

// oneClick leaves by the button of a mail program, and comes back by the page.
func oneClick(s *site) {
	bea, cas := s.person("bea"), s.person("cas")
	x := s.stranger("")
	x.join("wonen", bea)
	x.join("wonen", cas)
	s.post("wonen", "Tiny houses aan de rand van het dorp")
	s.edition("wonen", "wekelijks")
	l := s.letter(bea)
	l.has("Tiny houses aan de rand van het dorp")
	s.letter(cas).has("Tiny houses aan de rand van het dorp")
	leave := strings.Trim(l.header.Get("List-Unsubscribe"), "<>")

	// Scanners look, and nothing happens (B5).
	x.get(leave).is(200, "Afmelden")
	x.ask("HEAD", leave, "", "").is(200)
	if state := s.state(bea); state != newsletter.SubscriptionActive {
		s.t.Fatalf("after a GET the subscription is %s", state)
	}
	provider := []string{"Origin", "https://mail.provider.example", "Sec-Fetch-Site", "cross-site"}
	for range 2 {
		x.ask("POST", leave, urlencoded, oneClickForm, provider...).is(200)
		x.ask("POST", leave, "multipart/form-data; boundary=q", oneClickMultipart).is(200)
	}
	if state := s.state(bea); state != newsletter.SubscriptionUnsubscribed {
		s.t.Fatalf("after one click the subscription is %s", state)
	}
	s.post("wonen", "Zestig woningen van hout")
	s.edition("wonen", "wekelijks")
	s.letter(cas).has("Zestig woningen van hout")
	if n := s.relay.unread(bea); n != 0 {
		s.t.Errorf("%d letters after leaving", n)
	}

	// It was a slip of the finger: the page takes it back.
	r := s.reader()
	r.visit(leave, 200)
	r.sees("U bent afgemeld", "Wonen in het noorden", "Per ongeluk gedrukt?")
	r.press(mainButton, 200)
	r.sees("Uw afmelding is ongedaan gemaakt")
	s.post("wonen", "Een wijk beslist mee over de markt")
	s.edition("wonen", "wekelijks")
	back := s.letter(bea)
	back.has("Een wijk beslist mee over de markt")
	back.lacks("Tiny houses")
	s.letter(cas).lacks("Tiny houses", "Zestig woningen")
}

// settings changes language and letters, pauses, and leaves by the page.
func settings(s *site) {
	dora, emil := s.person("dora"), s.person("emil")
	x := s.stranger("")
	preferences := x.join("zorg", dora)
	x.join("zorg", emil)

	r := s.reader()
	r.visit(preferences, 200)
	r.Tick("#language-en")
	r.Tick("#layout-large")
	r.press(mainButton, 200)
	r.sees("Your preferences have been saved") // the link speaks the language of the mails
	s.post("zorg", "Buren koken voor buren")
	s.edition("zorg", "wekelijks")
	l := s.letter(dora)
	l.has("Buren koken voor buren", "You get this message because you signed up for Care nearby", "Why am I getting this?", "Unsubscribe")
	if !strings.Contains(l.html, `<html lang="en"`) || !strings.Contains(l.html, "font-size:20px") {
		s.t.Errorf("this is not English in large letters:\n%s", l.html)
	}
	if l := s.letter(emil); !strings.Contains(l.html, `<html lang="nl"`) || strings.Contains(l.html, "font-size:20px") {
		s.t.Errorf("this is not Dutch in ordinary letters:\n%s", l.html)
	}

	r.visit(preferences, 200)
	r.Tick("#state-zorg-paused")
	r.press(mainButton, 200)
	s.post("zorg", "De huisarts op de fiets")
	s.edition("zorg", "wekelijks")
	s.letter(emil).has("De huisarts op de fiets")
	if n := s.relay.unread(dora); n != 0 || s.state(dora) != newsletter.SubscriptionPaused {
		s.t.Errorf("%d letters during the pause", n)
	}
	r.Tick("#state-zorg-active")
	r.press(mainButton, 200)
	s.post("zorg", "Een logeerhuis in de oude school")
	s.edition("zorg", "wekelijks")
	l = s.letter(dora)
	l.has("Een logeerhuis in de oude school", "Published while you were away", "De huisarts op de fiets")
	l.lacks("Buren koken")
	s.letter(emil).lacks("De huisarts", "Buren koken")

	// A form with a fault keeps what was typed. Reading aids lose nothing either.
	r.visit(preferences, 200)
	r.Tick("#state-zorg-paused")
	r.set("#until-zorg", "2020-01-01")
	r.press(mainButton, 422)
	r.sees("Error:")
	r.press("#aid-larger", 200)
	if until := r.value("#until-zorg"); until != "2020-01-01" {
		s.t.Errorf("the form has lost what was typed: %q", until)
	}

	r.visit(l.link("/u/"), 200)
	r.sees("Unsubscribe", "Care nearby")
	r.press(mainButton, 200)
	r.sees("You have unsubscribed")
	r.press(mainButton, 200)
	r.sees("You are back")
	if state := s.state(dora); state != newsletter.SubscriptionActive {
		s.t.Errorf("taken back, the subscription is %s", state)
	}
	r.press(mainButton, 200)
	r.sees("You have unsubscribed")
	if state := s.state(dora); state != newsletter.SubscriptionUnsubscribed {
		s.t.Errorf("left, the subscription is %s", state)
	}
}

// several joins two lists by one form and one button, and leaves both by one.
func several(s *site) {
	lotte := s.person("lotte")
	r := s.reader()
	r.visit("/", 200)
	r.Fill("#address", lotte)
	r.Tick("#list-zorg")
	r.Tick("#list-energie")
	r.signUp()
	r.sees("Kijk in uw mailbox", "Bevestig uw aanmelding bij Stichting Noord")
	confirmation := s.letter(lotte)
	confirmation.has("Zorg dichtbij", "Energie van onderop")
	confirmation.lacks("Wonen in het noorden")
	r.visit(confirmation.link("/c/"), 200)
	r.press(mainButton, 200)
	welcome := s.letter(lotte)
	leave := welcome.links("/u/")
	if len(leave) != 2 || len(s.dossier(lotte).Subscriptions) != 2 {
		s.t.Fatalf("%d links to leave two lists:\n%s", len(leave), welcome.text)
	}
	r.visit(leave[0], 200)
	r.press(`button[value="all"]`, 200)
	r.sees("U bent afgemeld")
	for _, subscription := range s.dossier(lotte).Subscriptions {
		if state := subscription.Subscription.State; state != newsletter.SubscriptionUnsubscribed {
			s.t.Errorf("%s is %s", subscription.ListName, state)
		}
	}
	r.visit(leave[1], 200)
	r.sees("U bent afgemeld")
	r.visit(confirmation.link("/c/"), 200)
	r.sees("U hebt zich met deze link aangemeld en daarna weer afgemeld")
}
