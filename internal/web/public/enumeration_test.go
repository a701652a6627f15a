package public_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// Whose address it is that somebody types into a form.
const unknown = "nieuw@voorbeeld.nl"

// kindsOfAddress makes everybody there can be, and returns their addresses.
func (it *site) kindsOfAddress(t testing.TB) map[string]newsletter.Address {
	t.Helper()
	kinds := map[string]newsletter.Address{
		"subscribed": "bekend@voorbeeld.nl", "pending": "wacht@voorbeeld.nl", "not yet decided": "vers@voorbeeld.nl", "paused": "pauze@voorbeeld.nl", "left": "weg@voorbeeld.nl",
		"complained": "klacht@voorbeeld.nl", "bounced": "stuk@voorbeeld.nl", "objected": "bezwaar@voorbeeld.nl", "erased": "gewist@voorbeeld.nl", "suppressed and unknown": "nooit@voorbeeld.nl",
		"restricted": "beperkt@voorbeeld.nl", "a domain that there is none of": "jan@bestaat-niet.invalid",
	}
	for _, kind := range []string{"subscribed", "paused", "left", "complained", "bounced", "objected", "erased", "restricted"} {
		it.join(t, string(kinds[kind]))
	}
	id := func(kind string) string {
		return it.rows(t, `SELECT id FROM subscriber WHERE address = '`+string(kinds[kind])+`'`)[0][0]
	}
	it.world.Do(`UPDATE subscription SET state = 'paused' WHERE subscriber_id = ` + id("paused"))
	it.world.Do(`UPDATE subscription SET state = 'unsubscribed' WHERE subscriber_id = ` + id("left"))
	it.world.Do(`UPDATE subscriber SET restricted_at = 1 WHERE id = ` + id("restricted"))
	for kind, reason := range map[string]newsletter.SuppressionReason{"complained": newsletter.SuppressedComplaint, "bounced": newsletter.SuppressedBounce,
		"objected": newsletter.SuppressedObjection, "suppressed and unknown": newsletter.SuppressedBounce} {
		if err := it.store.Suppress(t.Context(), kinds[kind], it.suppression.Current(kinds[kind]), reason, time.Time{}, storetest.By, it.now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := it.store.Erase(t.Context(), kinds["erased"], it.suppression.Current, storetest.By, it.now); err != nil {
		t.Fatal(err)
	}
	it.post(t, "/signup", it.form(string(kinds["pending"]))).has(t, 200)
	it.decide(t)
	it.post(t, "/signup", it.form(string(kinds["not yet decided"]))).has(t, 200)
	it.now = it.now.Add(24 * time.Hour)
	it.world.Do(`DELETE FROM counter`) // no limit remembers any of this
	for _, path := range []string{"/signup", "/access", "/privacy/request"} {
		it.post(t, path, it.form("eerste@voorbeeld.nl")).has(t, 200) // from then on the limits of all have their rows
	}
	return kinds
}

// told is an answer without what differs by the address that was typed, and the rows it left.
func (it *site) told(t testing.TB, path, address string) (page, [][]string) {
	t.Helper()
	const counts = `SELECT (SELECT COUNT(*) FROM signup) - %[1]s, (SELECT COUNT(*) FROM signup_list) - %[2]s, (SELECT COUNT(*) FROM access_link) - %[3]s,
		(SELECT COUNT(*) FROM counter) - %[4]s, (SELECT COUNT(*) FROM delivery) - %[5]s, (SELECT COUNT(*) FROM subscriber) - %[6]s, (SELECT COUNT(*) FROM data_request) - %[7]s`
	before := it.rows(t, fmt.Sprintf(counts, "0", "0", "0", "0", "0", "0", "0"))[0]
	got := it.post(t, path, it.form(address))
	got.body = strings.ReplaceAll(got.body, address, "(adres)")
	got.header.Del("Content-Length")
	return got, it.rows(t, fmt.Sprintf(counts, before[0], before[1], before[2], before[3], before[4], before[5], before[6]))
}

// Status, headers, words and rows are the same whoever it is (STANDARDS D4).
func TestD4_TheSameAnswerForEveryone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		site, _ := newSite(t, s, signup.Config{Language: newsletter.Dutch, Domain: "nieuws.example", Limits: signup.DefaultLimits()})
		site.open()
		kinds := site.kindsOfAddress(t)
		for _, path := range []string{"/signup", "/access", "/privacy/request"} {
			first, grown := site.told(t, path, unknown)
			first.has(t, 200, "Kijk in uw mailbox")
			for kind, address := range kinds {
				got, left := site.told(t, path, string(address))
				if got.status != first.status || got.body != first.body {
					t.Errorf("%s answers who is %s otherwise:\n%s\n\nthan somebody new:\n%s", path, kind, got.main(), first.main())
				}
				if diff := cmp.Diff(first.header, got.header); diff != "" {
					t.Errorf("%s: the headers of who is %s: %s", path, kind, diff)
				}
				if diff := cmp.Diff(grown, left); diff != "" {
					t.Errorf("%s: the rows of who is %s: %s", path, kind, diff)
				}
			}
			// Also the limit on an address speaks of requests, not of people.
			limited, _ := site.told(t, path, unknown)
			limited.has(t, 429)
			for kind, address := range kinds {
				if got, _ := site.told(t, path, string(address)); got.status != 429 || got.body != limited.body {
					t.Errorf("%s: the limit of who is %s: %d\n%s", path, kind, got.status, got.main())
				}
			}
		}
	})
}

// The time that an answer takes is that of the work behind it. This test measures no time: it sees that
// the database is asked the very same, statement by statement, whoever it is (STANDARDS D4). All else
// that the handlers do knows nothing but the form.
func TestD4_TheSameWorkForEveryone(t *testing.T) {
	s, statements := storetest.Watched(t)
	site, _ := newSite(t, s, signup.Config{Language: newsletter.Dutch, Domain: "nieuws.example", Limits: signup.DefaultLimits()})
	site.open()
	kinds := site.kindsOfAddress(t)
	for path, insert := range map[string]string{"/signup": "INSERT INTO signup ", "/access": "INSERT INTO access_link ", "/privacy/request": "INSERT INTO data_request "} {
		work := func(address string) []string {
			statements.Take()
			site.post(t, path, site.form(address)).has(t, 200, "Kijk in uw mailbox")
			return statements.Take()
		}
		first := work(unknown)
		if !strings.Contains(strings.Join(first, "\n"), insert) {
			t.Fatalf("%s: the test sees %d statements, without the one that takes the form in:\n%s", path, len(first), strings.Join(first, "\n"))
		}
		for kind, address := range kinds {
			if diff := cmp.Diff(first, work(string(address))); diff != "" {
				t.Errorf("%s: the work for who is %s is not that for somebody new: %s", path, kind, diff)
			}
		}
	}
}
