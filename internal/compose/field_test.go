package compose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// everyLetter calls check with every sample letter, as digests and notices are compiled.
func everyLetter(t *testing.T, check func(t *testing.T, letter *mailer.Letter, values []string)) {
	c := composer(t)
	for _, lang := range newsletter.Languages() {
		for i, d := range sampleDigests(lang, newsletter.Standard) {
			t.Run(fmt.Sprintf("digest%d/%s", i+1, lang), func(t *testing.T) {
				rendered, err := c.Digest(d)
				if err != nil {
					t.Fatal(err)
				}
				values, err := samplePersonal.Values(rendered.Letter.Fields())
				if err != nil {
					t.Fatal(err)
				}
				check(t, rendered.Letter, values)
			})
		}
		for i, m := range sampleMessages(lang) {
			t.Run(fmt.Sprintf("%s%d/%s", m.Template(), i+1, lang), func(t *testing.T) {
				draft, err := c.Notice(lang, newsletter.Standard, m)
				if err != nil {
					t.Fatal(err)
				}
				letter, err := draft.Compile(nil)
				if err != nil {
					t.Fatal(err)
				}
				check(t, letter, nil)
			})
		}
	}
}

// fields returns the names of a message's header fields, in lower case, with how often each stands there.
func fields(raw []byte) map[string]int {
	names := map[string]int{}
	header, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	for line := range strings.SplitSeq(header, "\r\n") {
		if name, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			names[strings.ToLower(name)]++
		}
	}
	return names
}

func TestA2_OneOfEachFieldAndOneRecipient(t *testing.T) {
	everyLetter(t, func(t *testing.T, letter *mailer.Letter, values []string) {
		for _, to := range []string{"jan@lezer.example", "ann@lezer.example"} {
			raw, err := letter.Append(nil, &mailer.Recipient{To: mailer.Address{Addr: to}, MessageID: "1@noorderkring.example",
				Date: time.Date(2026, 11, 23, 8, 0, 0, 0, sampleZone()), Values: values})
			if err != nil {
				t.Fatal(err)
			}
			names := fields(raw)
			for _, name := range []string{"from", "to", "date", "message-id", "subject", "mime-version"} {
				if names[name] != 1 {
					t.Errorf("there are %d fields %s", names[name], name)
				}
			}
			for _, name := range []string{"bcc", "cc", "sender"} {
				if names[name] != 0 {
					t.Errorf("there is a field %s", name)
				}
			}
			all, err := readMail(t, raw).header.AddressList("To")
			if err != nil || len(all) != 1 || all[0].Address != to {
				t.Errorf("to %v, %v; want %s alone", all, err, to)
			}
		}
	})
}

// The date is that of the writing, in the zone's offset of that moment: before, in and after the hour that
// comes twice when summer ends.
func TestA3_TheDateHasANumericZoneAndTheRightDay(t *testing.T) {
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	moments := map[string]string{
		"2026-03-29T00:59:00Z": "Sun, 29 Mar 2026 01:59:00 +0100",
		"2026-03-29T01:00:00Z": "Sun, 29 Mar 2026 03:00:00 +0200",
		"2026-10-25T00:30:00Z": "Sun, 25 Oct 2026 02:30:00 +0200",
		"2026-10-25T01:30:00Z": "Sun, 25 Oct 2026 02:30:00 +0100",
		"2026-12-31T23:30:00Z": "Fri, 01 Jan 2027 00:30:00 +0100",
	}
	everyLetter(t, func(t *testing.T, letter *mailer.Letter, values []string) {
		for moment, want := range moments {
			at, err := time.Parse(time.RFC3339, moment)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := letter.Append(nil, &mailer.Recipient{To: mailer.Address{Addr: "jan@lezer.example"}, MessageID: "1@noorderkring.example",
				Date: at.In(amsterdam), Values: values})
			if err != nil {
				t.Fatal(err)
			}
			if got := readMail(t, raw).header.Get("Date"); got != want {
				t.Errorf("%s is written %q, want %q", moment, got, want)
			}
		}
	})
}
