package frontdoor_test

import (
	"fmt"
	"strings"

	"time"

	"github.com/pquerna/otp/totp"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/webtest"
	"bode.example/mailer/mailertest"
)

// boardReaders are the readers of the list that this journey sends to. The relay takes their mail slowly, so that
// there is something to look at.
const boardReaders = 80

// atTheDesk: somebody is taken on, gets the proof of an edition that waits for approval, comes by its link through
// sign-in to the edition, approves it, and watches it go out, to the last line of its record.
func atTheDesk(s *site) {
	ida := s.person("ida")
	s.program.run(s.t, "staff", "invite", ida, "--name", "Ida Bakker", "--role", "editor", "--list", "bestuur")
	e := &editorAtWork{reader: s.deskReader(), address: ida, pictures: "frontdoor/" + s.engine.name + "/"}
	e.takenOn(s.letter(ida))
	e.leaves()

	// It is Ida who is reminded, the lead time has begun, and an approval counts at once: the database says so.
	s.post("bestuur", "Wie beslist er mee?")
	s.engine.do(s.t, `INSERT INTO schedule_reminder (schedule_id, staff_id) SELECT c.id, m.id FROM schedule AS c JOIN list AS l ON l.id = c.list_id, staff AS m
		WHERE l.name = 'bestuur' AND m.address_key = $1`, ida)
	s.engine.do(s.t, `INSERT INTO approval_rule (list_id, four_eyes, hold_us) SELECT id, (1 = 0), 0 FROM list WHERE name = 'bestuur'`)
	s.engine.do(s.t, `UPDATE schedule SET lead_us = $1 WHERE list_id = (SELECT id FROM list WHERE name = 'bestuur')`, (8 * 24 * time.Hour).Microseconds())
	proof := s.letter(ida)
	proof.has("Wie beslist er mee?", "Wat erover te vertellen is.", "Deze editie wacht op goedkeuring", "Nieuws van het bestuur")
	if !strings.HasPrefix(proof.subject, "Ter goedkeuring: ") {
		s.t.Errorf("the subject of the proof is %q", proof.subject)
	}
	link := proof.link("/desk/editions/")

	// Half of the time is over: once more, and only once. What the relay gets next shows that it was one mail.
	id := strings.TrimPrefix(link, s.url+"/desk/editions/")
	s.engine.do(s.t, `UPDATE edition SET remind_at = 1 WHERE public_id = $1`, id)
	again := s.letter(ida)
	if !strings.HasPrefix(again.subject, "Nog niet goedgekeurd: ") || again.link("/desk/editions/") != link {
		s.t.Errorf("the second reminder is %q", again.subject)
	}

	e.comesBack(link)
	e.approves(link)
	s.relay.slow(func(c mailertest.Command) {
		if c.Step == mailertest.RCPT && strings.HasPrefix(c.To, "bestuurder") {
			<-time.After(300 * time.Millisecond)
		}
	})
	defer s.relay.slow(nil)
	s.engine.do(s.t, `UPDATE edition SET scheduled_for = $2 WHERE public_id = $1`, id, newsletter.At(time.Now()))
	e.watches(link)
	s.relay.slow(nil)
	s.left(id)
	e.reads(link)
}

// board writes the readers of "bestuur" into the database, before the program starts: its desk counts readers once a
// minute, and who comes in by no door is not told of.
func (s *site) board() {
	s.t.Helper()
	s.secrets.add("@bestuur.example")
	tx, err := s.engine.db.BeginTx(s.t.Context(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	id := func(query string, args ...any) (id int64) {
		s.t.Helper()
		if err := tx.QueryRowContext(s.t.Context(), query+` RETURNING id`, args...).Scan(&id); err != nil {
			s.t.Fatalf("%s: %v", query, err)
		}
		return id
	}
	reading := id(`INSERT INTO reading (list_id, through_seq, told_seq, away_from, away_to, owed_posts)
		SELECT id, last_seq, last_seq, 0, 0, '[]' FROM list WHERE name = 'bestuur'`)
	for i := range boardReaders {
		subscriber := id(`INSERT INTO subscriber (public_id, address, address_key, language, layout, subject, created_at, changed_at)
			VALUES ($1, $2, $2, 'nl', 'standard', $3, 1, 1)`, newsletter.NewPublicID(), fmt.Sprintf("bestuurder%02d@bestuur.example", i), newsletter.NewPublicID())
		id(`INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, reading_id, state, active_since, created_at, changed_at)
			SELECT $1, CAST($2 AS BIGINT), c.list_id, c.id, CAST($3 AS BIGINT), 'active', 1, 1, 1
			FROM schedule AS c JOIN list AS l ON l.id = c.list_id WHERE l.name = 'bestuur'`, newsletter.NewPublicID(), subscriber, reading)
	}
	if err := tx.Commit(); err != nil {
		s.t.Fatal(err)
	}
}

// editorAtWork is a reader who is on the staff.
type editorAtWork struct {
	*reader
	address  string
	secret   string // of the authenticator
	pictures string
}

// deskReader opens a window for the desk: its pages have scripts.
func (s *site) deskReader() *reader {
	s.t.Helper()
	r := s.reader()
	r.scripts = true
	return r
}

// look keeps a picture of the page, on a phone and wide.
func (e *editorAtWork) look(name string) {
	e.t.Helper()
	e.Picture(e.pictures + name + "-phone")
	e.View(1280, webtest.Light)
	e.CheckWidth()
	e.Picture(e.pictures + name + "-wide")
	e.View(320, webtest.Light)
}

// takenOn follows an invitation and sets up an authenticator.
func (e *editorAtWork) takenOn(invitation *letter) {
	e.t.Helper()
	e.visit(invitation.link("/desk/sign-in/link/"), 200)
	e.press("main button", 200)
	e.press(`form[action="/desk/sign-in/enrol"] button`, 200)
	e.secret = strings.ReplaceAll(e.Text("code.secret"), " ", "")
	e.Fill("#code", e.code(0))
	e.press("main button", 200)
	e.sees("Bewaar je herstelcodes")
	e.press("main button", 200)
	e.sees("Vandaag")
}

// code is what the authenticator shows, or will.
func (e *editorAtWork) code(later time.Duration) string {
	e.t.Helper()
	code, err := totp.GenerateCode(e.secret, time.Now().Add(later))
	if err != nil {
		e.t.Fatal(err)
	}
	return code
}

// leaves signs out.
func (e *editorAtWork) leaves() {
	e.t.Helper()
	e.press(".desk-who button", 200)
	e.sees("Inloggen")
}

// comesBack follows the link of a proof, and signs in on the way: with the link of the mail, and a second factor that
// was not used before.
func (e *editorAtWork) comesBack(link string) {
	e.t.Helper()
	e.visit(link, 200)
	e.sees("Inloggen")
	e.Fill("#address", e.address)
	e.press("main form button", 200)
	mail := e.site.letter(e.address)
	e.visit(mail.link("/desk/sign-in/link/"), 200)
	e.press("main button", 200)
	e.sees("Nog één stap")
	e.Fill("#code", e.code(30*time.Second))
	e.press("main button", 200)
	if at := e.Address(); at != link {
		e.t.Fatalf("after signing in they are at %s", at)
	}
	e.sees("Wie beslist er mee?")
}

// approves goes from Today to the edition, and approves it.
func (e *editorAtWork) approves(link string) {
	e.t.Helper()
	e.visit("/desk/", 200)
	e.sees("Wacht op goedkeuring", "Bestuurlijk")
	e.look("today")
	path := strings.TrimPrefix(link, e.site.url)
	e.press(`main a[href="`+path+`"]`, 200)
	e.sees(fmt.Sprintf("%d lezers", boardReaders), "1 bericht")
	e.look("edition-in-review")
	e.press(`main a[href^="`+path+`/approve"]`, 200)
	e.sees("Klopt alles?")
	e.press(`form[action$="/approve"] button.button`, 200)
	e.sees("Goedgekeurd")
}

// watches sees the numbers move, on a page that nobody loads again.
func (e *editorAtWork) watches(link string) {
	e.t.Helper()
	eventually(e.t, "the edition to be on its way", func() bool { return len(e.site.relay.toBoard()) > 0 })
	e.visit(link+"/progress", 200)
	webtest.Script[any](e.Page, `window.sameDocument = true`)
	percent := func() int { return webtest.Script[int](e.Page, `Number(document.querySelector("progress").value)`) }
	last, moved := percent(), 0
	eventually(e.t, "the numbers to move", func() bool {
		now := percent()
		if now < last {
			e.t.Errorf("it went back from %d %% to %d %%", last, now)
		}
		if now > last {
			last = now
			moved++
			if moved == 1 {
				e.look("running-send")
			}
		}
		return moved >= 2 || now == 100
	})
	if !webtest.Script[bool](e.Page, `window.sameDocument === true`) {
		e.t.Error("the page was loaded again")
	}
	if moved < 2 {
		e.t.Errorf("the numbers moved %d times: it went too fast to show anything", moved)
	}
}

// reads looks at the record, and takes it along as a file.
func (e *editorAtWork) reads(link string) {
	e.t.Helper()
	e.visit(link+"/recipients", 200)
	e.sees("Verzonden")
	e.look("record")
	file := webtest.Script[string](e.Page, `(() => {
		const ask = new XMLHttpRequest()
		ask.open("GET", document.querySelector('a[href*="recipients.csv"]').href, false)
		ask.send()
		return ask.responseText
	})()`)
	if n := strings.Count(file, "@bestuur.example"); n != boardReaders {
		e.t.Errorf("the file has %d lines with an address, want %d:\n%.500s", n, boardReaders, file)
	}
}

// toBoard is what came for the readers of "bestuur".
func (r *relay) toBoard() (all []mailertest.Received) {
	for _, m := range r.Messages() {
		if strings.HasPrefix(m.To, "bestuurder") {
			all = append(all, m)
		}
	}
	return all
}
