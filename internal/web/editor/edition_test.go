package editor_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// review is an edition of the daily schedule that waits for approval, of three posts and two readers.
func (b *bench) review() *newsletter.Edition {
	b.t.Helper()
	b.world.Reader("jan", b.world.Daily)
	b.world.Reader("raad", b.world.Daily, b.world.Council)
	b.world.Post("Over de raad", b.now.Add(-3*time.Hour), b.world.Council)
	b.world.Post("Over bewoners", b.now.Add(-2*time.Hour), b.world.Residents)
	b.world.Post("Voor allen", b.now.Add(-time.Hour))
	slots := newsletter.Slots{Schedule: b.world.Daily, Make: newsletter.At(b.world.Daily.NextAt.Time), NextAt: newsletter.At(b.world.Daily.NextAt.AddDate(0, 0, 1))}
	made, err := b.store.MakeEditions(b.t.Context(), &slots, b.now)
	if err != nil || len(made) != 1 {
		b.t.Fatal(made, err)
	}
	e, err := b.store.ReviewEdition(b.t.Context(), made[0].PublicID, storetest.By, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

// digester sends editions on their way, as the program does.
func (b *bench) digester() *digest.Digester {
	return &digest.Digester{Store: b.store, Composer: composerOf(b.t, b.URL.String()), Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler)}
}

// stored reads an edition again.
func (b *bench) stored(e *newsletter.Edition) *newsletter.Edition {
	b.t.Helper()
	now, err := b.store.Edition(b.t.Context(), e.PublicID)
	if err != nil {
		b.t.Fatal(err)
	}
	return now
}

// has fails for texts that a page should hold and doesn't.
func has(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("the page doesn't say %q", text)
		}
	}
}

func hasNot(t *testing.T, page string, not ...string) {
	t.Helper()
	for _, text := range not {
		if strings.Contains(page, text) {
			t.Errorf("the page says %q", text)
		}
	}
}

// field is the value of a hidden field.
func field(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no field %s", name)
	}
	return m[1]
}

func TestEdition_ShowsExactlyWhatLeaves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.review()
		path := "/desk/editions/" + e.PublicID.String()
		has(t, b.get("/desk/"), "Wacht op goedkeuring", path)
		has(t, b.get("/desk/editions?state=in_review"), path, "dinsdag 3 november 2026, 08.00 uur")
		hasNot(t, b.get("/desk/editions?state=sent"), path)
		page := b.get(path)
		has(t, page, "2 lezers", "in 2 versies", "3 berichten", "dinsdag 3 november 2026, 08.00 uur", "over 1 dag", "Europe/Amsterdam", "Nalopen en goedkeuren")
		if first, second := strings.Index(page, "Voor allen"), strings.Index(page, ">Over bewoners<"); first < 0 || second < first {
			t.Error("the posts aren't in the order of the mail")
		}

		mail := b.get(path + "/mail")
		has(t, mail, "3 berichten", "2 berichten", "sandbox", path+"/frame")
		var variants []string
		for _, m := range regexp.MustCompile(`mail\?variant=([0-9a-f]{32})&amp;view=wide`).FindAllStringSubmatch(mail, -1) {
			variants = append(variants, m[1])
		}
		if len(variants) < 2 {
			t.Fatalf("variants: %q", variants)
		}
		for i, want := range [][2]string{{"Over bewoners", "Over de raad"}, {"Over de raad", ""}} {
			_, _, frame := b.ask(http.MethodGet, path+"/frame?view=dark&variant="+variants[i], nil)
			has(t, frame, want[0], want[1], "@media all{")
			hasNot(t, frame, "prefers-color-scheme:dark")
			text := b.get(path + "/mail?view=text&variant=" + variants[i])
			has(t, text, want[0], "Voor allen")
		}
		hasNot(t, b.get(path+"/mail?view=text&variant="+variants[1]), "Over bewoners\n")
		has(t, b.get(path+"/mail?view=headers"), "List-Unsubscribe-Post", "Subject:")

		// Nothing of a mail runs in its frame, and no other site shows it in one of its own.
		r := httpGet(b, path+"/frame")
		if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'self'") {
			t.Errorf("the frame's policy is %q", policy)
		}
	})
}

func TestEdition_WordsAndPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.review()
		path := "/desk/editions/" + e.PublicID.String()
		none := url.Values{"was-subject": {""}, "was-preheader": {""}, "was-introduction": {""}}
		words := func(subject, introduction string, was url.Values) url.Values {
			form := url.Values{"subject": {subject}, "preheader": {""}, "introduction": {introduction}}
			for k, v := range was {
				form[k] = v
			}
			return form
		}
		has(t, b.post(path+"/words", words(" Wie beslist mee? ", "Dag!\r\nTot ziens.", none)), "De woorden zijn opgeslagen", "<h1>Wie beslist mee?</h1>")
		if got := b.stored(e); got.Subject != "Wie beslist mee?" || got.Introduction != "Dag!\nTot ziens." {
			t.Errorf("%+v", got)
		}
		// Whoever reads in another language gets these words too, and the editor is told.
		hasNot(t, b.get(path), "koos. Schrijf")
		b.world.Do(`UPDATE subscriber SET language = 'en' WHERE id = (SELECT MIN(id) FROM subscriber)`)
		b.now = b.now.Add(2 * time.Minute) // what was counted before is too old
		has(t, b.get(path), "ook in die van 1 lezer die een andere taal koos")
		// The hint names what Bode would make, and not what was just saved.
		has(t, b.get(path), "het onderwerp dat Bode maakt: “Over ")
		hasNot(t, b.get(path), "het onderwerp dat Bode maakt: “Wie beslist")
		// A colleague's words are not overwritten, and what was typed is not lost.
		status, _, page := b.ask(http.MethodPost, path+"/words", words("Ik was later", "Hallo", none))
		if status != http.StatusUnprocessableEntity || b.stored(e).Subject != "Wie beslist mee?" {
			t.Errorf("%d, %s", status, b.stored(e).Subject)
		}
		has(t, page, "Een collega veranderde deze woorden", "Ik was later", "Hallo")
		was := url.Values{"was-subject": {"Wie beslist mee?"}, "was-preheader": {""}, "was-introduction": {"Dag!\r\nTot ziens."}}
		status, _, page = b.ask(http.MethodPost, path+"/words", words(strings.Repeat("a", 151), "x", was))
		if status != http.StatusUnprocessableEntity {
			t.Errorf("a long subject: %d", status)
		}
		has(t, page, "151 tekens", `id="subject-fault"`)

		posts, err := s.EditionPosts(t.Context(), b.stored(e), b.now)
		if err != nil {
			t.Fatal(err)
		}
		order := func() (titles []string) {
			now, err := s.EditionPosts(t.Context(), b.stored(e), b.now)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range now {
				titles = append(titles, p.Title+" "+string(p.Disposition))
			}
			return titles
		}
		first, last := posts[0].PublicID.String(), posts[2].PublicID.String()
		has(t, b.post(path+"/posts", url.Values{"do": {"down:" + first}}), "nieuwe volgorde")
		if got := order(); got[0] != "Over bewoners in" || got[1] != "Voor allen in" {
			t.Errorf("moved down: %q", got)
		}
		b.post(path+"/posts", url.Values{"do": {"up:" + last}})
		b.post(path+"/posts", url.Values{"do": {"left_out:" + last}})
		has(t, b.post(path+"/posts", url.Values{"do": {"pushed:" + first}}), "gaat mee met de volgende")
		if got := strings.Join(order(), ", "); got != "Over bewoners in, Over de raad left_out, Voor allen pushed" {
			t.Error(got)
		}
		b.post(path+"/posts", url.Values{"do": {"in:" + last}})
		b.post(path+"/posts", url.Values{"order": {first + "," + last}})
		if got := strings.Join(order(), ", "); got != "Voor allen pushed, Over de raad in, Over bewoners in" {
			t.Error(got)
		}
		// Words that were typed are kept by whatever button of the page is pressed.
		typed := url.Values{"subject": {"Wie beslist mee?"}, "preheader": {""}, "introduction": {"Nog niet opgeslagen."}, "do": {"up:" + last}}
		for k, v := range was {
			typed[k] = v
		}
		b.post(path+"/posts", typed)
		if got := b.stored(e).Introduction; got != "Nog niet opgeslagen." {
			t.Errorf("what was typed beside a button is %q", got)
		}
		b.post(path+"/posts", url.Values{"do": {"down:" + last}})
		for _, form := range []url.Values{{"do": {"delete:" + first}}, {"do": {"up:x"}}, {"order": {"x"}}, {}} {
			if status, _, _ := b.ask(http.MethodPost, path+"/posts", form); status < 400 || status >= 500 {
				t.Errorf("%v: %d", form, status)
			}
		}
	})
}

// What is approved is what was looked at; it is held, it can be stopped, and it leaves when the time is over.
func TestEdition_Approval(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.review()
		path := "/desk/editions/" + e.PublicID.String()
		page := b.get(path + "/approve")
		has(t, page, "Klopt alles?", "2 lezers", "Tot dat moment kun je je goedkeuring terugnemen", "Niets gevonden", ">Over de raad</li>", ">Over bewoners</li>", "Versies", "<q>Over ")
		hasNot(t, page, "5 minuten om te stoppen") // its slot comes much later
		seen := field(t, page, "seen")
		b.world.Post("Kwam erbij", b.now.Add(-time.Minute))
		status, _, page := b.ask(http.MethodPost, path+"/approve", url.Values{"seen": {seen}})
		if status != http.StatusUnprocessableEntity || b.stored(e).State != newsletter.EditionInReview {
			t.Fatalf("what nobody has seen was approved: %d", status)
		}
		has(t, page, "is veranderd nadat je keek", "4 berichten", "Erbij gekomen: “Kwam erbij”")
		hasNot(t, page, "Het onderwerp, de regel eronder")

		// Whoever goes on from a page that is old by now, is told so before they approve.
		looked := field(t, page, "seen")
		has(t, b.get(path), "/approve?seen="+looked)
		first, err := s.EditionPosts(t.Context(), e, b.now)
		if err != nil {
			t.Fatal(err)
		}
		post, err := s.Post(t.Context(), first[0].PublicID)
		if err != nil {
			t.Fatal(err)
		}
		post.Title = "Met een andere kop"
		if err := s.EditPost(t.Context(), post, storetest.By, b.now); err != nil {
			t.Fatal(err)
		}
		b.post(path+"/posts", url.Values{"do": {"left_out:" + first[1].PublicID.String()}})
		b.post(path+"/words", url.Values{"subject": {"Nieuws"}, "was-subject": {""}, "was-preheader": {""}, "was-introduction": {""}})
		page = b.get(path + "/approve?seen=" + looked)
		has(t, page, "Dit is anders dan toen je keek", "Aan “Met een andere kop” is iets veranderd", "dat is veranderd voor “"+first[1].Title+"”", "Het onderwerp, de regel eronder")
		if status, _, _ := b.ask(http.MethodPost, path+"/approve", url.Values{"seen": {looked}}); status != http.StatusUnprocessableEntity || b.stored(e).State != newsletter.EditionInReview {
			t.Fatalf("what was seen before was approved: %d", status)
		}
		if status, _, _ := b.ask(http.MethodPost, path+"/approve", url.Values{}); status != http.StatusUnprocessableEntity || b.stored(e).State != newsletter.EditionInReview {
			t.Fatalf("approved by who has looked at nothing: %d", status)
		}
		hasNot(t, b.get(path+"/approve?seen="+field(t, page, "seen")), "Dit is anders dan")
		page = b.post(path+"/approve", url.Values{"seen": {field(t, page, "seen")}})
		has(t, page, "Goedgekeurd", "Stop: neem de goedkeuring terug", "dinsdag 3 november 2026")
		if got := b.stored(e); got.State != newsletter.EditionApproved || got.HeldUntil != newsletter.At(b.now.Add(5*time.Minute)) {
			t.Fatalf("%+v", got)
		}
		has(t, b.post(path+"/review", nil), "De goedkeuring is teruggenomen", "Nalopen en goedkeuren")
		if got := b.stored(e); got.State != newsletter.EditionInReview {
			t.Fatalf("stopped, and it is %s", got.State)
		}
		b.post(path+"/approve", url.Values{"seen": {field(t, b.get(path+"/approve"), "seen")}})
		if status, _, _ := b.ask(http.MethodPost, path+"/words", url.Values{"subject": {"x"}, "was-subject": {""}}); status != http.StatusUnprocessableEntity || b.stored(e).Subject != "Nieuws" {
			t.Errorf("the words of an approved edition were changed: %d", status)
		}
		if status, _, _ := b.ask(http.MethodPost, path+"/approve", url.Values{"seen": {"x"}}); status == http.StatusOK {
			t.Errorf("approved twice: %d", status)
		}
	})
}

// A hold time that isn't among those on offer stays when the form is saved for something else.
func TestApprovalRule_KeepsTheHoldTimeThatThereIs(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	for _, hold := range []time.Duration{0, 5 * time.Minute, time.Minute, 45 * time.Second, 24 * time.Hour} {
		if err := b.store.SetApprovalRule(t.Context(), newsletter.ApprovalRule{ListID: b.world.List.ID, Hold: newsletter.Duration(hold)}, storetest.By, b.now); err != nil {
			t.Fatal(err)
		}
		page := b.get("/desk/editions/approval")
		m := regexp.MustCompile(`<option value="([^"]*)" selected>`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s is not among the choices", hold)
		}
		b.post("/desk/editions/approval", url.Values{"list": {"nieuwe-democratie"}, "four-eyes": {"yes"}, "hold": {m[1]}})
		if rule, err := b.store.ApprovalRule(t.Context(), b.world.List.ID); err != nil || rule.Hold.D() != hold {
			t.Errorf("%s became %s, %v", hold, rule.Hold.D(), err)
		}
	}
}

func TestEdition_FourEyes(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	has(t, b.post("/desk/editions/approval", url.Values{"list": {"nieuwe-democratie"}, "four-eyes": {"yes"}, "hold": {"0"}}), "Opgeslagen")
	b.signIn(newsletter.RoleEditor)
	if status, _, _ := b.ask(http.MethodPost, "/desk/editions/approval", url.Values{"list": {"nieuwe-democratie"}, "hold": {"0"}}); status != http.StatusForbidden {
		t.Errorf("an editor changed the rule: %d", status)
	}
	e := b.review()
	path := "/desk/editions/" + e.PublicID.String()
	page := b.get(path + "/approve")
	has(t, page, "Tot dat moment kun je je goedkeuring terugnemen")
	b.post(path+"/words", url.Values{"subject": {"Van mij"}, "was-subject": {""}, "was-preheader": {""}, "was-introduction": {""}})
	page = b.get(path + "/approve")
	has(t, page, "vraag een collega")
	hasNot(t, page, "Keur deze editie goed")
	own := b.token
	b.signIn(newsletter.RoleEditor) // a colleague
	colleague, seen := b.token, field(t, b.get(path+"/approve"), "seen")
	b.token = own
	if status, _, _ := b.ask(http.MethodPost, path+"/approve", url.Values{"seen": {seen}}); status != http.StatusUnprocessableEntity || b.stored(e).State != newsletter.EditionInReview {
		t.Errorf("own work approved: %d", status)
	}
	b.token = colleague
	has(t, b.post(path+"/approve", url.Values{"seen": {field(t, b.get(path+"/approve"), "seen")}}), "Goedgekeurd")
	if got := b.stored(e); got.State != newsletter.EditionApproved || !got.HeldUntil.IsZero() {
		t.Errorf("%+v", got)
	}
}

// What is severe refuses an approval; an admin may say why it leaves all the same.
func TestEdition_SevereFindings(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	e := b.review()
	path := "/desk/editions/" + e.PublicID.String()
	b.links["https://weg.example/"] = newsletter.LinkGone
	b.post(path+"/words", url.Values{"subject": {""}, "introduction": {"Lees [het verslag van de werksessie](https://weg.example/)."}, "was-subject": {""}, "was-preheader": {""}, "was-introduction": {""}})
	b.signIn(newsletter.RoleEditor)
	page := b.get(path + "/approve")
	has(t, page, "Moet eerst anders", "Zo kan deze editie niet weg")
	hasNot(t, page, "Keur deze editie goed")
	b.signIn(newsletter.RoleAdmin)
	page = b.get(path + "/approve")
	seen := field(t, page, "seen")
	if status, _, _ := b.ask(http.MethodPost, path+"/approve", url.Values{"seen": {seen}}); status != http.StatusUnprocessableEntity {
		t.Errorf("approved without a reason: %d", status)
	}
	b.post(path+"/approve", url.Values{"seen": {seen}, "despite": {"De bron is vanavond terug."}})
	if got := b.stored(e); got.State != newsletter.EditionApproved {
		t.Errorf("%s", got.State)
	}
}

func TestEdition_WhoGetsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		daily := b.world.Some(b.world.Council)
		daily.ScheduleID = b.world.Daily.ID
		b.world.Join("els@voorbeeld.nl", b.now, daily)
		e := b.review()
		path := "/desk/editions/" + e.PublicID.String() + "/reader"
		ask := func(address string) string {
			t.Helper()
			status, _, page := b.ask(http.MethodPost, path, url.Values{"address": {address}})
			if status != http.StatusOK {
				t.Fatalf("%s: %d", address, status)
			}
			return page
		}
		has(t, ask("Els@voorbeeld.nl"), "Krijgt deze editie", "De nieuwe rol van de raad", "<li>Over de raad</li>", "<li>Voor allen</li>")
		hasNot(t, ask("els@voorbeeld.nl"), "<li>Over bewoners</li>")
		has(t, ask("niemand@voorbeeld.nl"), "Krijgt deze editie niet", "Niemand is met dit adres aangemeld")
		if status, _, page := b.ask(http.MethodPost, path, url.Values{"address": {"els"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `id="address-fault"`) {
			t.Errorf("%d", status)
		}
		if looks := storetest.Query(t, s, `SELECT COUNT(*) FROM audit_entry WHERE action = 'subscriber.look'`); looks[0][0] != "3" {
			t.Errorf("%s looks are in the log", looks[0][0])
		}
	})
}

func TestEdition_ExtraPauseResumeCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.review()
		has(t, b.get("/desk/editions/new"), "Dagelijks", "Wekelijks")
		if status, _, _ := b.ask(http.MethodPost, "/desk/editions/new", url.Values{"schedule": {"999"}}); status != http.StatusNotFound {
			t.Errorf("a schedule that isn't there: %d", status)
		}
		status, next, _ := b.ask(http.MethodPost, "/desk/editions/new", url.Values{"schedule": {storetest.Query(t, s, `SELECT id FROM schedule WHERE name = 'dagelijks'`)[0][0]}})
		if status != http.StatusSeeOther {
			t.Fatal(status)
		}
		path, _, _ := strings.Cut(next, "?")
		has(t, b.get(next), "Er gaat niets weg tot je die goedkeurt", "Zodra je deze editie goedkeurt", "extra")
		b.post("/desk/editions/approval", url.Values{"list": {"nieuwe-democratie"}, "hold": {"0"}})
		page := b.get(path + "/approve")
		has(t, page, "De mail gaat dan meteen weg")
		b.post(path+"/approve", url.Values{"seen": {field(t, page, "seen")}})
		id, err := newsletter.ParsePublicID(path[strings.LastIndex(path, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		e := &newsletter.Edition{PublicID: id}
		if err := b.digester().Tick(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
		if got := b.stored(e); got.State != newsletter.EditionSending {
			t.Fatalf("it is %s", got.State)
		}
		has(t, b.get(path), "Pauzeer het verzenden", "2 lezers")
		has(t, b.get(path+"/mail"), "zoals ze zijn verstuurd")
		has(t, b.post(path+"/pause", nil), "Het verzenden is gepauzeerd", "Hervat het verzenden")
		has(t, b.get(path+"/resume"), "Niemand krijgt deze mail twee keer")
		has(t, b.post(path+"/resume", nil), "Het verzenden gaat verder")
		has(t, b.get(path+"/cancel"), "niet ongedaan te maken")
		has(t, b.post(path+"/cancel", nil), "De editie is geannuleerd")
		if status, location, _ := b.ask(http.MethodGet, path+"/cancel", nil); status != http.StatusSeeOther || !strings.Contains(location, "edition_elsewhere") {
			t.Errorf("cancelled twice: %d %s", status, location)
		}
		if status, _, _ := b.ask(http.MethodPost, path+"/resume", nil); status != http.StatusConflict {
			t.Errorf("resumed after the end: %d", status)
		}
	})
}

// What is of another list is not found, by any route.
func TestEdition_OfAnotherListIsNotFound(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	e := b.review()
	b.token = b.people.SignIn(newsletter.Staff{ID: 9, PublicID: newsletter.NewPublicID(), Roles: []newsletter.Role{newsletter.RoleEditor}, Lists: []int64{b.world.List.ID + 1}})
	tried := 0
	for _, route := range b.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		if !strings.HasPrefix(pattern, "/desk/editions/{id}") {
			continue
		}
		tried++
		if status, _, _ := b.ask(method, strings.ReplaceAll(pattern, "{id}", e.PublicID.String()), nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", route.Pattern, status)
		}
	}
	if tried < 15 {
		t.Errorf("only %d routes tried", tried)
	}
	hasNot(t, b.get("/desk/editions"), e.PublicID.String())
}
