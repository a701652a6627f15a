package declaration_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/cmd/bode/declaration"
	"bode.example/internal/newsletter"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func defaults(t testing.TB) declaration.Defaults {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return declaration.Defaults{
		SenderName: "Stichting Voorbeeld", SenderAddress: "nieuws@example.nl", ReplyTo: "redactie@example.nl",
		Language: newsletter.Dutch, Zone: zone, Domain: "nieuws.example.nl", Now: now,
		Next: func(cron, _ string, after time.Time) (time.Time, error) {
			if cron == "whenever" {
				return time.Time{}, errors.New(`"whenever" has one field; a cron line has five`)
			}
			return after.Add(time.Hour), nil
		},
	}
}

const small = `[[list]]
name = "raad"
title.nl = "De raad"
[[list.schedule]]
name = "week"
title.nl = "Wekelijks"
cron = "0 8 * * 1"
`

func TestReadFillsInDefaults(t *testing.T) {
	f, err := declaration.Read("f.toml", []byte(small), defaults(t))
	if err != nil {
		t.Fatal(err)
	}
	want := newsletter.Declaration{Lists: []newsletter.DeclaredList{{
		List: newsletter.List{Name: "raad", Language: "nl", Texts: newsletter.Texts{"nl": {Title: "De raad"}},
			SenderName: "Stichting Voorbeeld", SenderAddress: "nieuws@example.nl", ReplyTo: "redactie@example.nl"},
		DefaultListID: "raad.nieuws.example.nl",
		Schedules: []newsletter.DeclaredSchedule{{Schedule: newsletter.Schedule{Name: "week", Texts: newsletter.Texts{"nl": {Title: "Wekelijks"}},
			Cron: "0 8 * * 1", Zone: "Europe/Amsterdam", Review: "automatic", Unapproved: "hold", Empty: "skip",
			Grace: newsletter.Duration(12 * time.Hour), NextAt: newsletter.At(now.Add(time.Hour))}}},
	}}}
	if diff := cmp.Diff(want, f.Declaration); diff != "" {
		t.Error(diff)
	}
	if got := f.Place("schedule", "raad", "week"); got != "f.toml:5" {
		t.Errorf("the schedule is at %q", got)
	}
}

func TestReadEverything(t *testing.T) {
	text, err := os.ReadFile("testdata/whole.toml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := declaration.Read("whole.toml", text, defaults(t))
	if err != nil {
		t.Fatal(err)
	}
	want := newsletter.Declaration{Lists: []newsletter.DeclaredList{{
		List: newsletter.List{Name: "raad", State: "paused", Language: "en", ListID: "raad.example.org", SenderName: "Raad", SenderAddress: "raad@example.org", ReplyTo: "vraag@example.org",
			Texts: newsletter.Texts{"nl": {Title: "De raad", Description: "Over de raad."}, "en": {Title: "The council", Description: "About it."}}},
		DefaultListID: "raad.nieuws.example.nl",
		Topics: []newsletter.Topic{
			{Name: "geld", Texts: newsletter.Texts{"nl": {Title: "Geld"}, "en": {Title: "Money"}}},
			{Name: "zorg", Texts: newsletter.Texts{"en": {Title: "Care"}}}},
		Feeds: []newsletter.Feed{{Name: "site", URL: "http://10.0.0.1/feed", Internal: true, Interval: newsletter.Duration(time.Hour),
			ImportSince: newsletter.At(time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)), Mapping: newsletter.Mapping{"Euro & Cent": "geld"}}},
		Schedules: []newsletter.DeclaredSchedule{{Replaces: []string{"maand"}, Schedule: newsletter.Schedule{Name: "week", State: "active",
			Texts: newsletter.Texts{"en": {Title: "Weekly"}}, Cron: "0 8 * * 1", Zone: "Europe/Paris", Review: "approval", Unapproved: "send", Empty: "send",
			Lead: newsletter.Duration(48 * time.Hour), Grace: newsletter.Duration(time.Hour), NextAt: newsletter.At(now.Add(time.Hour))}}},
	}}}
	if diff := cmp.Diff(want, f.Declaration); diff != "" {
		t.Error(diff)
	}
}

func TestReadReportsEveryFault(t *testing.T) {
	text, err := os.ReadFile("testdata/faults.toml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, err = declaration.Read("faults.toml", text, defaults(t))
	if err == nil {
		t.Fatal("no fault was found")
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestReadWithoutASender(t *testing.T) {
	none := defaults(t)
	none.SenderName, none.SenderAddress = "", ""
	_, err := declaration.Read("f.toml", []byte(small), none)
	const want = `f.toml:1: list.sender_name: is not set here, nor is sender.name in the configuration
f.toml:1: list.sender_address: is not set here, nor is sender.address in the configuration`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// STANDARDS C1: the signature's domain is the sender's, or one above it.
func TestC1_SendersThatNobodySignsFor(t *testing.T) {
	d := defaults(t)
	d.SignedBy = "example.nl"
	for sender, fault := range map[string]bool{"a@example.nl": false, "a@nieuws.Example.nl": false, "a@voorbeeld.nl": true, "a@geenexample.nl": true} {
		_, err := declaration.Read("f.toml", []byte(strings.Replace(small, "[[list]]", "[[list]]\nsender_address = \""+sender+"\"", 1)), d)
		if got := err != nil && strings.Contains(err.Error(), "f.toml:2: list.sender_address: "); got != fault {
			t.Errorf("%s: %v", sender, err)
		}
	}
	d.SignedBy = ""
	if _, err := declaration.Read("f.toml", []byte(strings.Replace(small, "[[list]]", "[[list]]\nsender_address = \"a@voorbeeld.nl\"", 1)), d); err != nil {
		t.Error(err)
	}
}

func TestReadNothing(t *testing.T) {
	if _, err := declaration.Read("f.toml", nil, defaults(t)); err == nil || !strings.Contains(err.Error(), "begin one with [[list]]") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/whole.toml", "testdata/faults.toml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	d := defaults(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := declaration.Read("f.toml", text, d)
		if err != nil {
			return
		}
		for _, l := range file.Lists {
			if l.Name == "" || l.Texts[l.Language].Title == "" || len(l.Schedules) == 0 {
				t.Errorf("a list that can't be was read without a fault: %+v", l)
			}
		}
	})
}

// Every key that a file may hold is in the example, and each line that is commented out can be used.
func TestTheExampleExplainsEveryKey(t *testing.T) {
	read := func(text string) error {
		_, err := declaration.Read("lists.toml", []byte(text), defaults(t))
		return err
	}
	if err := read(declaration.Example); err != nil {
		t.Error(err)
	}
	if err := read(regexp.MustCompile(`(?m)^#([a-z])`).ReplaceAllString(declaration.Example, "$1")); err != nil {
		t.Errorf("with all keys: %v", err)
	}
	err := read("[[list]]\nzzzzzzzzzzzz = 1\n[[list.topic]]\nzzzzzzzzzzzz = 1\n[[list.feed]]\nzzzzzzzzzzzz = 1\n[[list.schedule]]\nzzzzzzzzzzzz = 1\n")
	known := regexp.MustCompile(`the keys here are ([a-z_, ]+)`).FindAllStringSubmatch(err.Error(), -1)
	if len(known) != 4 {
		t.Fatalf("%d of 4 tables say which keys there are: %v", len(known), err)
	}
	for _, table := range known {
		for key := range strings.SplitSeq(table[1], ", ") {
			if !regexp.MustCompile(`(?m)^#?(` + key + `(\.nl)? =|\[\[list\.` + key + `\]\])`).MatchString(declaration.Example) {
				t.Errorf("the example does not explain %s", key)
			}
		}
	}
}
