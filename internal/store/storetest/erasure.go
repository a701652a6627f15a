package storetest

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/migrations"
)

func erasureCases() []Case {
	return []Case{
		{"E13 an erasure leaves the address nowhere", []string{"Erase", "TruncateLog"}, testErase},
		{"E13 who only signed up can be erased", []string{"Erase"}, testEraseSignup},
	}
}

// Everything returns all bytes that the database holds: the file and its log, or a dump.
func Everything(t testing.TB, s *store.Store) []byte {
	t.Helper()
	if s.Engine() == migrations.Postgres {
		name, _ := names.Load(s)
		return dump(t, name.(string))
	}
	files, err := filepath.Glob(s.Name() + "*")
	if err != nil {
		t.Fatal(err)
	}
	// Another process reads them: were this one to open and close a file of the database, it would lose
	// the locks that SQLite holds on it (fcntl), and the next to close it would take the log away.
	all, err := exec.CommandContext(t.Context(), "cat", files...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// dump runs the newest pg_dump of the machine.
func dump(t testing.TB, url string) []byte {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if path, lookErr := exec.LookPath("pg_dump"); lookErr == nil {
		found = append(found, path)
	}
	if err != nil || len(found) == 0 {
		t.Fatalf("pg_dump is not installed: install postgresql-client (%v)", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	command := exec.CommandContext(ctx, found[0], "--inserts", "--dbname", url)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", found[0], err, stderr.String())
	}
	return out
}

// Holds reports whether the database holds a text anywhere, in whatever case.
func Holds(t testing.TB, s *store.Store, text string) bool {
	t.Helper()
	return bytes.Contains(bytes.ToLower(Everything(t, s)), []byte(strings.ToLower(text)))
}

func testErase(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	// A life in every table: an address left behind, mail of every kind, requests of every kind.
	sub := w.Join("Eerste.Adres@elders.example", Start, w.Some(w.Council), w.second())
	w.check(s.SaveSettings(t.Context(), sub.PublicID, newsletter.SettingsForm{Name: "Zonderlinge Naam", Language: newsletter.Dutch, Layout: newsletter.Standard,
		Wishes: []newsletter.Wish{{Choice: w.All()}}}, newsletter.Person(sub.PublicID), Start))
	w.check(w.move(w.wish("Eerste.Adres@elders.example", jan, Start), Start))
	w.wish(jan, "nooit@elders.example", Start.Add(time.Hour))
	w.Decide(w.SignUp("JAN.JANSEN@voorbeeld.nl", Start.Add(time.Hour), w.Some(w.Residents)), Start.Add(time.Hour))
	w.SignUp(jan, Start.Add(2*time.Hour), w.All())
	asked := w.ask(jan, Start.Add(time.Hour))
	w.ask(jan, Start.Add(2*time.Hour))
	if _, err := s.DecideAccessLink(t.Context(), asked.ID, Worker, Start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	other := w.Join("piet@voorbeeld.nl", Start, w.All())
	w.wish("piet@voorbeeld.nl", "jan.jansen@voorbeeld.nl", Start.Add(3*time.Hour)) // by a slip of the pen
	before := Tables(t, s)
	for _, there := range []string{string(jan), "eerste.adres", "nooit@", "zonderlinge", "piet@"} {
		if !Holds(t, s, there) {
			t.Fatalf("before the erasure %q is nowhere: the test looks at the wrong thing", there)
		}
	}

	result, err := s.Erase(t.Context(), "jan.jansen@voorbeeld.nl", w.Hash, By, Start.Add(4*time.Hour))
	if err != nil || len(result.Lists) != 2 || result.Deliveries == 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	w.check(s.TruncateLog(t.Context()))
	for _, gone := range []string{"jan.jansen", "eerste.adres", "nooit@", "zonderlinge"} {
		if Holds(t, s, gone) {
			t.Errorf("%q is still in the database", gone)
		}
	}
	after := Tables(t, s)
	if after["subscriber"] != "1" || after["subscription"] != "1" || after["signup"] != "1" || after["access_link"] != "0" || after["address_change"] != "0" ||
		after["delivery"] != before["delivery"] || after["suppression"] != "2" || after["consent_evidence"] != "2" {
		t.Errorf("%v", after)
	}
	if got := Query(t, s, `SELECT DISTINCT reason FROM suppression`); !cmp.Equal(got, [][]string{{"erased"}}) {
		t.Errorf("%v", got)
	}
	open := Query(t, s, `SELECT COUNT(*) FROM delivery WHERE state NOT IN ('cancelled') AND subscriber_id IS NULL AND subscription_id IS NULL`)
	if open[0][0] != "0" {
		t.Errorf("%s mails without a person still wait", open[0][0])
	}
	entries := ledger(t, s)
	last := entries[len(entries)-2:]
	if diff := cmp.Diff([][]string{{"withdrawn", "erasure", ""}, {"withdrawn", "erasure", ""}}, last); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Subscription(t.Context(), other.PublicID); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if _, err := s.Subscription(t.Context(), sub.PublicID); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Errorf("audit broken at %d, %v", broken, err)
	}
	// Who was erased may come back, by their own double opt-in.
	w.Join(jan, Start.Add(5*time.Hour), w.All())
	if got := Query(t, s, `SELECT COUNT(*) FROM suppression`); got[0][0] != "1" {
		t.Errorf("%s suppressions, want that of the first address", got[0][0])
	}
}

func testEraseSignup(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Decide(w.SignUp(jan, Start, w.All()), Start)
	if _, err := s.Erase(t.Context(), jan, w.Hash, By, Start); err != nil {
		t.Fatal(err)
	}
	if Holds(t, s, string(jan)) {
		t.Error("the address is still in the database")
	}
	if states := Query(t, s, `SELECT state FROM delivery`); !cmp.Equal(states, [][]string{{"cancelled"}}) {
		t.Errorf("%v", states)
	}
}
