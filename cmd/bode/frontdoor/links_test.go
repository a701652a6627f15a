package frontdoor_test

import (
	"net/url"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// links opens what mails link to in all ways that must change nothing, and all ways that must not work.
func links(s *site) {
	frits, gerda, hans := s.person("frits"), s.person("gerda"), s.person("hans")
	x := s.stranger("198.51.100.77")
	live := map[string]string{"/v/": x.join("wonen", frits)}

	// A link of each kind, none of them pressed.
	x.post("/signup", x.signupForm("zorg", hans)).is(200)
	live["/c/"] = s.letter(hans).link("/c/")
	x.post("/access", url.Values{"address": {frits}}).is(200)
	live["/a/"] = s.letter(frits).link("/a/")
	x.join("wonen", gerda)
	x.post("/access", url.Values{"address": {gerda}}).is(200)
	used := s.letter(gerda).link("/a/")
	for _, to := range []string{"gerda.een", "gerda.twee"} {
		if to == "gerda.twee" {
			s.forgetLimits(gerda)
			x.post("/access", url.Values{"address": {gerda}}).is(200)
			used = s.letter(gerda).link("/a/")
		}
		ticket := x.post(used, nil).is(200).form("/access/address").Get("ticket")
		s.secrets.add(ticket)
		x.post("/access/address", url.Values{"ticket": {ticket}, "address": {s.person(to)}}).is(200)
		live["/x/"] = s.letter(s.person(to)).link("/x/")
		if to == "gerda.een" {
			x.post(live["/x/"], nil).is(200)
			live["/z/"] = s.letter(gerda).link("/z/")
			gerda = s.person(to)
		}
	}
	id := s.dossier(frits).Subscriptions[0].Subscription.PublicID
	ring, err := token.NewRing(s.secret("bode.secret"))
	if err != nil {
		s.t.Fatal(err)
	}
	live["/w/"] = s.url + "/w/" + ring.Sign(token.Why, id, time.Time{})
	live["/u/"] = s.url + "/u/" + ring.Sign(token.Unsubscribe, id, time.Time{})

	s.lookAt(x, live)
	s.forged(x, live, used, ring, hans)
}

// lookAt opens every link as scanners and browsers do, and compares the whole database (STANDARDS B5).
func (s *site) lookAt(x *stranger, live map[string]string) {
	s.t.Helper()
	eventually(s.t, "the program to have nothing to do", func() bool {
		return s.engine.ask(s.t, `SELECT COUNT(*) FROM delivery WHERE ended_at IS NULL`) == "0" &&
			s.engine.ask(s.t, `SELECT COUNT(*) FROM edition WHERE ended_at IS NULL`) == "0"
	})
	before := s.engine.content(s.t)
	for _, link := range live {
		x.get(link).is(200)
		x.ask("HEAD", link, "", "").is(200)
		x.ask("OPTIONS", link, "", "").is(204)
		x.ask("GET", link, "", "", "Sec-Purpose", "prefetch;prerender", "Purpose", "prefetch", "X-Moz", "prefetch").is(200)
		x.ask("GET", link+"?do=all&"+oneClickForm, urlencoded, oneClickForm).is(200)
		x.ask("PUT", link, urlencoded, oneClickForm).is(405)
		x.ask("DELETE", link, "", "").is(405)
	}
	after := s.engine.content(s.t)
	for _, theirs := range []string{"setting", "claim"} { // the newest time that was seen; what workers have done with
		delete(before, theirs)
		delete(after, theirs)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		s.t.Errorf("looking has changed something:\n%s", diff)
	}
	// And the test would see it: one press does change something.
	x.ask("POST", live["/u/"], urlencoded, oneClickForm).is(200)
	if cmp.Equal(after["subscription"], s.engine.content(s.t)["subscription"]) {
		s.t.Error("a press changes nothing that the test sees")
	}
}

// forged opens links that don't work (STANDARDS D5). Their pages are as accessible as any.
func (s *site) forged(x *stranger, live map[string]string, used string, ring *token.Ring, hans string) {
	s.t.Helper()
	r := s.reader()
	for prefix, link := range live {
		broken := link[:len(link)-8] + "AAAAAAAA"
		wrong := live["/w/"]
		if prefix == "/w/" {
			wrong = live["/v/"]
		}
		for _, bad := range []string{broken, link[:len(link)-1], s.url + prefix + "x", s.url + prefix + strings.TrimPrefix(wrong, s.url)[3:]} {
			x.get(bad).is(403)
			if prefix != "/w/" {
				x.post(bad, nil).is(403)
			}
		}
	}
	r.visit(live["/v/"]+"A", 403)
	r.sees("Deze link")
	r.visit(used, 410)
	r.sees("Deze link is al gebruikt", "E-mailadres")
	x.post(used, nil).is(410)

	// Days go by: what was not confirmed has expired, and the page has a fresh form.
	s.engine.do(s.t, `UPDATE signup SET expires_at = 1 WHERE address = $1`, hans)
	s.engine.do(s.t, `UPDATE access_link SET expires_at = 1 WHERE used_at IS NULL`)
	x.post(live["/c/"], nil).is(410)
	r.visit(live["/c/"], 410)
	r.sees("Deze link werkt niet meer", "Aanmelden voor onze nieuwsbrieven")
	r.Fill("#address", s.person("hans.opnieuw"))
	r.signUpFails("Kruis minstens één nieuwsbrief aan.")
	r.visit(live["/a/"], 410)
	x.post(s.url+"/c/"+ring.Sign(token.Confirm, newsletter.NewPublicID(), time.Now().Add(-time.Hour)), nil).is(410)
	if d := s.dossier(hans); d.Subscriber.Address != "" {
		s.t.Errorf("an expired link has subscribed: %+v", d)
	}
}
