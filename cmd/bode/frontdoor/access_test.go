package frontdoor_test

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// access sees all that is held, takes it along, moves to another address and back, and goes without
// a trace (STANDARDS E10 to E13).
func access(s *site) {
	eva, moved := s.person("eva.zonderling"), s.person("eva.verhuisd")
	x := s.stranger("")
	preferences := x.join("energie", eva)

	r := s.reader()
	link := s.accessLink(r, eva)
	x.get(link).is(200) // a scanner: the link is still good
	r.visit(link, 200)
	r.press(mainButton, 200)
	r.sees("Wat wij van u bewaren", eva, "Energie van onderop", "Ik wil de nieuwsbrieven van Stichting Noord")
	x.post(link, nil).is(410, "Deze link is al gebruikt")
	s.export(r, eva)

	// The new address confirms, the old one takes it back.
	r.Fill("#address", moved)
	r.press(`form[action="/access/address"] button`, 200)
	r.sees("Kijk in de mailbox van uw nieuwe adres", moved)
	confirm := s.letter(moved).link("/x/")
	r.visit(confirm, 200)
	if d := s.dossier(eva); d.Subscriber.Address.String() != eva {
		s.t.Errorf("it moved before it was confirmed, to %s", d.Subscriber.Address)
	}
	r.press(mainButton, 200)
	r.sees("Uw adres is gewijzigd")
	if d := s.dossier(moved); d.Subscriber.Address.String() != moved || len(d.Subscriptions) != 1 {
		s.t.Errorf("after the move: %+v", d)
	}
	r.visit(s.letter(eva).link("/z/"), 200)
	r.press(mainButton, 200)
	r.sees("De wijziging is ongedaan gemaakt")
	if d := s.dossier(eva); d.Subscriber.Address.String() != eva {
		s.t.Errorf("after the undo the address is %s", d.Subscriber.Address)
	}

	// Erasure.
	for _, address := range []string{eva, moved} {
		if !s.engine.holds(s.t, address) {
			s.t.Fatalf("before the erasure %s is nowhere: the test looks at the wrong thing", address)
		}
	}
	s.forgetLimits(eva)
	r.visit(s.accessLink(r, eva), 200)
	r.press(mainButton, 200)
	s.secrets.add(r.value("input[name=ticket]"))
	r.press(`form[action="/access/erase"] button`, 200)
	r.sees("Al uw gegevens wissen?", eva)
	r.press("button.grave", 200)
	r.sees("Uw gegevens zijn gewist")
	exported, said := s.program.exits(s.t, 0, "subscriber", "export")
	places := map[string][]byte{"the database": s.engine.everything(s.t), "the log": []byte(s.program.log.String()), "the list of who was erased": s.fileOf("bode.erased"),
		"an export": []byte(exported), "what it said": []byte(said)}
	for place, bytes := range places {
		for _, address := range []string{eva, moved} {
			for _, trace := range storetest.Traces(bytes, address) {
				s.t.Errorf("%s holds %s (E13)", place, trace)
			}
		}
	}
	r.visit(preferences, 404)
	x.ask("POST", strings.Replace(preferences, "/v/", "/u/", 1), urlencoded, oneClickForm).is(403) // the wrong link for that
}

// accessLink asks for a fresh link on a public page, and returns it from the mail.
func (s *site) accessLink(r *reader, address string) string {
	s.t.Helper()
	r.visit("/access", 200)
	r.Fill("#address", address)
	r.press(`form[action="/access"] button`, 200)
	r.sees("Kijk in uw mailbox", address)
	return s.letter(address).link("/a/")
}

// export downloads the file, which must hold what the operator sees, and nothing that the type of it
// doesn't name.
func (s *site) export(r *reader, address string) {
	s.t.Helper()
	ticket := r.value("input[name=ticket]")
	s.secrets.add(ticket)
	file := s.stranger("").post("/access/export", url.Values{"ticket": {ticket}}).is(200)
	if disposition := file.header.Get("Content-Disposition"); !strings.HasPrefix(disposition, "attachment") || file.header.Get("Content-Type") != "application/json" {
		s.t.Errorf("the file is %s, %s", file.header.Get("Content-Type"), disposition)
	}
	var got newsletter.Dossier
	strict := json.NewDecoder(strings.NewReader(file.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&got); err != nil {
		s.t.Fatalf("the file can't be read: %v\n%s", err, file.body)
	}
	if diff := cmp.Diff(s.dossier(address), got); diff != "" {
		s.t.Errorf("the person gets other data than the operator:\n%s", diff)
	}
	if len(got.Consents) < 2 || len(got.Deliveries) < 2 || got.Consents[0].Evidence == nil {
		s.t.Errorf("the file lacks consents or mails:\n%s", file.body)
	}
}
