package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func importCases() []Case {
	return []Case{
		{"an import says what would happen, and then does it", []string{"CreateImport", "PlanImport", "StartImport", "WorkImport", "DueImport", "Import", "Imports", "ImportRows", "ImportReport"}, testImport},
		{"E16 an import changes nobody, and brings back nobody", []string{"WorkImport"}, testImportKeepsAway},
		{"an import goes on where it was, and each line counts once", []string{"WorkImport", "CancelImport"}, testImportResumes},
		{"an import invites at its pace", []string{"WorkImport"}, testImportInvites},
		{"E13 an erasure finds the rows of files", []string{"Erase", "ForgetImports"}, testImportErasure},
	}
}

// Plan is an import's plan: an address, a name, on paper.
func (w *World) Plan() newsletter.ImportPlan {
	return newsletter.ImportPlan{Columns: []newsletter.ImportField{newsletter.ImportAddress, newsletter.ImportName},
		Ground: newsletter.GroundPaper, Source: "presentielijst", Words: "Ja, stuur mij nieuws.",
		ConsentedAt: newsletter.At(Start.AddDate(0, -1, 0)), Language: newsletter.Dutch, ScheduleID: w.Weekly.ID, AllTopics: true}
}

// Upload stores a file with these addresses, from line 2 on.
func (w *World) Upload(plan newsletter.ImportPlan, addresses ...newsletter.Address) *newsletter.Import {
	w.t.Helper()
	im := &newsletter.Import{ListID: w.List.ID, FileName: "leden.csv", Head: newsletter.Strings{"E-mail", "Naam"}, Encoding: "UTF-8", Separator: ";", Plan: plan}
	var rows []newsletter.ImportRow
	for i, a := range addresses {
		rows = append(rows, newsletter.ImportRow{Line: int64(i + 2), Cells: newsletter.Strings{string(a), "Naam " + str(int64(i))}})
	}
	w.check(w.s.CreateImport(w.t.Context(), im, rows, By, Start))
	return im
}

// work lets a worker handle at most so many lines, and returns the import as it is then.
func (w *World) work(id newsletter.PublicID, limit int, now time.Time) *newsletter.Import {
	w.t.Helper()
	im, err := w.s.DueImport(w.t.Context(), now)
	w.check(err)
	if im.PublicID != id {
		w.t.Fatalf("due is %s", im.PublicID)
	}
	w.check(w.s.WorkImport(w.t.Context(), im, w.lines(im, limit), now, LinkLife, w.Hashes, Worker, now))
	im, err = w.s.Import(w.t.Context(), id)
	w.check(err)
	return im
}

// lines reads the next rows as roster.Reading does.
func (w *World) lines(im *newsletter.Import, limit int) (lines []newsletter.ImportLine) {
	w.t.Helper()
	rows, err := w.s.ImportRows(w.t.Context(), im.ID, im.Cursor, limit)
	w.check(err)
	for _, row := range rows {
		line := newsletter.ImportLine{Line: row.Line, Admission: newsletter.Admission{Name: row.Cells[1], Language: im.Plan.Language, Choice: w.All(),
			Ground: im.Plan.Ground, Source: im.Plan.Source, ConsentedAt: im.Plan.ConsentedAt, WordingHash: im.Plan.WordingHash}}
		if line.Address, err = newsletter.ParseAddress(row.Cells[0]); err != nil {
			line.Refusal = "address_without_at"
		}
		lines = append(lines, line)
	}
	return lines
}

// rehearse does the dry run, and begins the run.
func (w *World) rehearse(im *newsletter.Import, plan newsletter.ImportPlan) *newsletter.Import {
	w.t.Helper()
	w.check(w.s.PlanImport(w.t.Context(), im.PublicID, plan, By, Start))
	checked := w.work(im.PublicID, 1000, Start)
	if checked.State != newsletter.ImportChecked {
		w.t.Fatalf("%s after the dry run", checked.State)
	}
	w.check(w.s.StartImport(w.t.Context(), im.PublicID, By, Start))
	return checked
}

func testImport(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join("piet@voorbeeld.nl", Start, w.All())
	im := w.Upload(w.Plan(), "Anna@voorbeeld.nl", "geen adres", "anna@Voorbeeld.nl", "piet@voorbeeld.nl", "els@voorbeeld.nl")
	if _, err := s.DueImport(t.Context(), Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("due before it is planned: %v", err)
	}
	if err := s.StartImport(t.Context(), im.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("run before a dry run: %v", err)
	}
	before := Tables(t, s)
	checked := w.rehearse(im, w.Plan())
	want := newsletter.ImportTally{Added: 2, Known: 1, Duplicates: 1, Refused: 1}
	if checked.Tally != want || checked.Handled != 5 || checked.Lines != 5 || checked.List != w.List.Name {
		t.Errorf("the dry run: %+v", checked)
	}
	if grown := difference(before, Tables(t, s)); grown["subscriber"]+grown["consent"]+grown["signup"] != 0 {
		t.Errorf("the dry run did something: %v", grown)
	}
	done := w.work(im.PublicID, 1000, Start.Add(time.Hour))
	if done.State != newsletter.ImportDone || done.Tally != want || !done.EndedAt.Equal(Start.Add(time.Hour)) {
		t.Errorf("the run: %+v", done)
	}
	records, err := s.ImportReport(t.Context(), im.ID, "", 0, 100)
	w.check(err)
	if diff := cmp.Diff([]newsletter.ImportRecord{{Line: 2, Outcome: newsletter.LineAdded}, {Line: 3, Outcome: newsletter.LineRefused, Reason: "address_without_at"},
		{Line: 4, Outcome: newsletter.LineRefused, Reason: newsletter.ReasonDuplicate}, {Line: 5, Outcome: newsletter.LineUntouched}, {Line: 6, Outcome: newsletter.LineAdded}}, records); diff != "" {
		t.Error(diff)
	}
	if refused, err := s.ImportReport(t.Context(), im.ID, newsletter.LineRefused, 3, 100); err != nil || len(refused) != 1 || refused[0].Line != 4 {
		t.Errorf("%+v, %v", refused, err)
	}
	w.admitted(im, done)
	if all, err := s.Imports(t.Context(), []int64{w.List.ID}, 0, 10); err != nil || len(all) != 1 || all[0].PublicID != im.PublicID {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := s.Imports(t.Context(), []int64{}, 0, 10); err != nil || len(all) != 0 {
		t.Errorf("of no list: %+v, %v", all, err)
	}
	if all, err := s.Imports(t.Context(), nil, im.ID, 10); err != nil || len(all) != 0 {
		t.Errorf("before the first: %+v, %v", all, err)
	}
}

// admitted checks who joined, and what shows their consent.
func (w *World) admitted(im, done *newsletter.Import) {
	w.t.Helper()
	p, err := w.s.SubscriberByAddress(w.t.Context(), "anna@voorbeeld.nl")
	w.check(err)
	if p.Address != "Anna@voorbeeld.nl" || p.Name != "Naam 0" {
		w.t.Errorf("%+v", p)
	}
	entries := Query(w.t, w.s, `SELECT action, channel, at, wording_hash, e.address, e.ground, e.source FROM consent AS c
		JOIN consent_evidence AS e ON e.consent_seq = c.seq WHERE c.subject = '`+p.Subject.String()+`'`)
	want := []string{"requested", "import", fmt.Sprint(done.Plan.ConsentedAt.UnixMicro()), done.Plan.WordingHash, "Anna@voorbeeld.nl", "paper", "presentielijst (import " + im.PublicID.String() + ")"}
	if !cmp.Equal(entries, [][]string{want}) {
		w.t.Errorf("the ledger: %v", entries)
	}
	if words, err := w.s.WordingByHash(w.t.Context(), done.Plan.WordingHash); err != nil || words.Text != "Ja, stuur mij nieuws." {
		w.t.Errorf("%+v, %v", words, err)
	}
	if broken, err := w.s.VerifyConsent(w.t.Context()); err != nil || broken != 0 {
		w.t.Errorf("broken at %d, %v", broken, err)
	}
	for _, row := range Query(w.t, w.s, `SELECT cells, address_key FROM import_row`) {
		if row[0]+row[1] != "" {
			w.t.Errorf("a row is kept: %v", row)
		}
	}
	trail, err := w.s.AuditTrail(w.t.Context(), "import", im.PublicID.String())
	var actions []string
	for _, e := range trail {
		actions = append(actions, e.Action)
	}
	if err != nil || !cmp.Equal(actions, []string{"import.create", "import.plan", "import.start"}) {
		w.t.Errorf("%v, %v", actions, err)
	}
}

func testImportKeepsAway(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	left := w.Join("weg@voorbeeld.nl", Start, w.All())
	w.check(s.Unsubscribe(t.Context(), left.PublicID, false, newsletter.ChannelPage, Worker, Start))
	paused := w.Join("rust@voorbeeld.nl", Start, w.Some(w.Council))
	w.check(s.SaveSettings(t.Context(), paused.PublicID, newsletter.SettingsForm{Name: "Eigen Naam", Language: newsletter.English, Layout: newsletter.Large,
		Wishes: []newsletter.Wish{{Choice: w.Some(w.Council), Paused: true}}}, newsletter.Person(paused.PublicID), Start))
	elsewhere := w.Join("elders@voorbeeld.nl", Start, w.second())
	for address, reason := range map[newsletter.Address]newsletter.SuppressionReason{
		"klacht@voorbeeld.nl": newsletter.SuppressedComplaint, "stuk@voorbeeld.nl": newsletter.SuppressedBounce, "bezwaar@voorbeeld.nl": newsletter.SuppressedObjection} {
		w.check(s.Suppress(t.Context(), address, w.Hash(address), reason, time.Time{}, Worker, Start))
	}
	w.check(s.Suppress(t.Context(), "toen@voorbeeld.nl", w.Hash("toen@voorbeeld.nl"), newsletter.SuppressedBounce, Start.Add(time.Minute), Worker, Start))
	_, err := s.Erase(t.Context(), "gewist@voorbeeld.nl", w.Hash, By, Start)
	w.check(err)
	people := func() [][]string {
		return Query(t, s, `SELECT p.address, p.name, p.language, p.layout, s.state, s.topic_set_id FROM subscriber AS p
			JOIN subscription AS s ON s.subscriber_id = p.id WHERE s.list_id = `+str(w.List.ID)+` AND p.address NOT LIKE 'elders%' AND p.address NOT LIKE 'toen%' ORDER BY p.id`)
	}
	before := people()
	for _, invite := range []bool{true, false} {
		plan := w.Plan()
		plan.Invite, plan.PerHour = invite, 1000
		im := w.Upload(plan, "weg@voorbeeld.nl", "rust@voorbeeld.nl", "klacht@voorbeeld.nl", "stuk@voorbeeld.nl", "bezwaar@voorbeeld.nl", "gewist@voorbeeld.nl",
			"elders@voorbeeld.nl", "toen@voorbeeld.nl")
		w.rehearse(im, plan)
		done := w.work(im.PublicID, 1000, Start.Add(time.Hour))
		want := newsletter.ImportTally{Added: 2, Known: 1, Left: 1, KeptAway: 4}
		if invite {
			want.Added, want.Invited = 0, 2
		}
		if done.State != newsletter.ImportDone {
			t.Fatal(done.State)
		}
		// In the dry run the bounce was still in force; at the run it no longer is.
		if done.Tally != want {
			t.Errorf("invite %v: %+v", invite, done.Tally)
		}
		if after := people(); !cmp.Equal(before, after) {
			t.Errorf("somebody was changed: %s", cmp.Diff(before, after))
		}
		records, err := s.ImportReport(t.Context(), im.ID, newsletter.LineUntouched, 0, 100)
		if err != nil || len(records) != 6 {
			t.Errorf("%v, %v", records, err)
		}
		for _, r := range records {
			if r.Reason != "" {
				t.Errorf("the report tells of line %d why: %s", r.Line, r.Reason)
			}
		}
	}
	if got, err := s.Subscription(t.Context(), elsewhere.PublicID); err != nil || got.ListID == w.List.ID || got.State != newsletter.SubscriptionActive {
		t.Errorf("%+v, %v", got, err)
	}
}

func testImportResumes(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var addresses []newsletter.Address
	for n := range 10 {
		addresses = append(addresses, newsletter.Address("lid"+str(int64(n))+"@voorbeeld.nl"))
	}
	im := w.Upload(w.Plan(), append(addresses, addresses[2])...)
	w.rehearse(im, w.Plan())
	half := w.work(im.PublicID, 4, Start)
	if half.State != newsletter.ImportRunning || half.Handled != 4 || half.Tally.Added != 4 {
		t.Errorf("%+v", half)
	}
	// One that looked before and comes late changes nothing.
	stale := *half
	stale.Cursor = 0
	if err := s.WorkImport(t.Context(), &stale, []newsletter.ImportLine{{Line: 2, Refusal: "late"}}, Start, LinkLife, w.Hashes, Worker, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("%v, want Conflict", err)
	}
	w.work(im.PublicID, 4, Start)
	done := w.work(im.PublicID, 4, Start)
	if want := (newsletter.ImportTally{Added: 10, Duplicates: 1}); done.State != newsletter.ImportDone || done.Tally != want || done.Handled != 11 {
		t.Errorf("%+v", done)
	}
	if err := s.CancelImport(t.Context(), im.PublicID, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("cancelled after its end: %v", err)
	}
	other := w.Upload(w.Plan(), "x@voorbeeld.nl", "y@voorbeeld.nl", "z@voorbeeld.nl")
	w.rehearse(other, w.Plan())
	w.work(other.PublicID, 1, Start)
	w.check(s.CancelImport(t.Context(), other.PublicID, By, Start))
	if _, err := s.DueImport(t.Context(), Start.AddDate(1, 0, 0)); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("due after its end: %v", err)
	}
	if left := Query(t, s, `SELECT line, cells, address_key, outcome FROM import_row WHERE import_id = `+str(other.ID)); !cmp.Equal(left, [][]string{{"2", "", "", "added"}}) {
		t.Errorf("%v", left)
	}
	if n, err := s.CountSubscribers(t.Context()); err != nil || n != 11 {
		t.Errorf("%d people, %v", n, err)
	}
}

func testImportInvites(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	plan := w.Plan()
	plan.Invite, plan.PerHour = true, 60
	im := w.Upload(plan, jan, "els@voorbeeld.nl")
	w.rehearse(im, plan)
	due, err := s.DueImport(t.Context(), Start)
	w.check(err)
	next := Start.Add(time.Minute)
	w.check(s.WorkImport(t.Context(), due, w.lines(due, 1), next, LinkLife, w.Hashes, Worker, Start))
	if _, err := s.DueImport(t.Context(), next.Add(-time.Second)); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("due before its time: %v", err)
	}
	if n, err := s.CountSubscribers(t.Context()); err != nil || n != 0 {
		t.Errorf("%d people who confirmed nothing, %v", n, err)
	}
	undecided, err := s.UndecidedSignups(t.Context(), 10)
	if err != nil || len(undecided) != 1 || undecided[0].Address != jan || undecided[0].Channel != newsletter.ChannelInvitation || undecided[0].WordingHash != w.Words.Hash {
		t.Fatalf("%+v, %v", undecided, err)
	}
	if d := w.Decide(&undecided[0], Start); d != newsletter.SignupConfirm {
		t.Error(d)
	}
	w.Confirm(&undecided[0], Start.Add(time.Hour))
	if entries := Query(t, s, `SELECT action, channel FROM consent ORDER BY seq`); !cmp.Equal(entries, [][]string{{"requested", "invitation"}, {"confirmed", "link"}}) {
		t.Errorf("%v", entries)
	}
}

func testImportErasure(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	unmatched := w.Plan()
	unmatched.Columns = []newsletter.ImportField{"", ""}
	w.Upload(unmatched, "Jan.Jansen@voorbeeld.nl", "els@voorbeeld.nl", "els.jan.jansen@voorbeeld.nl", "Jan <JAN.JANSEN@voorbeeld.nl>",
		"https://elders.example/?wie=Jan.Jansen%40voorbeeld.nl&x=1", "jan.jansen&#64;voorbeeld.nl")
	planned := w.Upload(w.Plan(), "JAN.jansen@voorbeeld.nl", "els@voorbeeld.nl")
	w.rehearse(planned, w.Plan())
	if !Holds(t, s, "jan.jansen@") {
		t.Fatal("the test looks at the wrong thing")
	}
	// In an access package a person sees their own rows, and nobody else's.
	held, err := s.Dossier(t.Context(), "jan.jansen@voorbeeld.nl", w.Hashes("jan.jansen@voorbeeld.nl"), By, Start)
	if err != nil || len(held.Imports) != 5 || held.Imports[0].Cells[0] != (newsletter.WaitingCell{Column: "E-mail", Value: "Jan.Jansen@voorbeeld.nl"}) {
		t.Errorf("%+v, %v", held, err)
	}
	_, err = s.Erase(t.Context(), "jan.jansen@voorbeeld.nl", w.Hash, By, Start)
	w.check(err)
	w.check(s.TruncateLog(t.Context()))
	// A domain as people write it is the same address.
	w.Upload(unmatched, "Ontvanger <Jan@BÜCHER.example>")
	_, err = s.Erase(t.Context(), "jan@xn--bcher-kva.example", w.Hash, By, Start)
	w.check(err)
	w.check(s.TruncateLog(t.Context()))
	if n := Query(t, s, `SELECT COUNT(*) FROM import_row WHERE cells LIKE '%CHER.example%'`)[0][0]; n != "0" {
		t.Error("a row with an internationalised domain stays")
	}
	left := Everything(t, s)
	for _, trace := range Traces(bytes.ReplaceAll(bytes.ToLower(left), []byte("els.jan.jansen@"), nil), "jan.jansen@voorbeeld.nl") {
		t.Error(trace)
	}
	if !bytes.Contains(left, []byte("els.jan.jansen@voorbeeld.nl")) {
		t.Error("somebody else is gone, whose address is longer")
	}
	done := w.work(planned.PublicID, 100, Start)
	if done.State != newsletter.ImportDone || done.Tally.Added != 1 {
		t.Errorf("%+v", done)
	}
	if n, err := s.ForgetImports(t.Context(), Start.Add(-time.Second), By, Start); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := s.ForgetImports(t.Context(), Start, By, Start.AddDate(0, 0, 7)); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	if rows := Query(t, s, `SELECT line FROM import_row WHERE import_id <> `+str(planned.ID)); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
}
