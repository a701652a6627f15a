package public

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

func TestICS_OneEvent(t *testing.T) {
	start := time.Date(2026, 12, 3, 18, 30, 0, 0, time.UTC)
	p := &newsletter.Post{PublicID: newsletter.PublicID{1}, Title: "Werksessie: loting; hoe, en waarom?", Summary: "Een avond.\nMet soep.",
		Place: `Provinciehuis, "Groningen" \ zaal 2`, StartsAt: newsletter.At(start), EndsAt: newsletter.At(start.Add(2 * time.Hour)), ChangedAt: newsletter.At(start)}
	got := calendar(p, "nieuws.example", "Broedplaats", "https://nieuws.example/p/x")
	for _, line := range []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:" + p.PublicID.String() + "@nieuws.example",
		"DTSTART:20261203T183000Z", "DTEND:20261203T203000Z", `SUMMARY:Werksessie: loting\; hoe\, en waarom?`,
		`LOCATION:Provinciehuis\, "Groningen" \\ zaal 2`, "URL:https://nieuws.example/p/x", "END:VEVENT", "END:VCALENDAR",
	} {
		if !strings.Contains(got, line+"\r\n") {
			t.Errorf("there is no line %q in\n%s", line, got)
		}
	}
}

func FuzzICS(f *testing.F) {
	f.Add("Titel", "Plaats", "https://bron.example/1")
	f.Add("a\r\nBEGIN:VALARM", "\xff\x00", "https://bron.example/\nATTENDEE:x")
	f.Add(strings.Repeat("é", 200), strings.Repeat("🎉", 40), "")
	f.Fuzz(func(t *testing.T, title, place, link string) {
		p := &newsletter.Post{Title: title, Place: place, Summary: title, StartsAt: newsletter.At(time.Unix(1, 0)), ChangedAt: newsletter.At(time.Unix(1, 0))}
		names := "BEGIN VERSION PRODID METHOD BEGIN UID DTSTAMP DTSTART SUMMARY LOCATION DESCRIPTION URL END END "
		seen := ""
		for _, line := range strings.Split(strings.TrimSuffix(calendar(p, "h", "o", link), "\r\n"), "\r\n") {
			if len(line) > foldAt || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\x00") {
				t.Fatalf("the line %q", line)
			}
			if !strings.HasPrefix(line, " ") {
				name, _, _ := strings.Cut(line, ":")
				seen += name + " "
			}
		}
		for _, optional := range []string{"LOCATION ", "DESCRIPTION "} {
			if !strings.Contains(seen, optional) {
				names = strings.Replace(names, optional, "", 1)
			}
		}
		if seen != names {
			t.Fatalf("the file has %q", seen)
		}
	})
}
