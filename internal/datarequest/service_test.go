package datarequest_test

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/templates"
)

const jan = newsletter.Address("Jan.Jansen@voorbeeld.nl")

// desk is the privacy desk over a real store, with a clock that the test moves.
type desk struct {
	*datarequest.Service
	t     testing.TB
	w     *storetest.World
	store *store.Store
	links *token.Ring
	now   time.Time
}

func each(t *testing.T, test func(*testing.T, *desk)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newDesk(t, s, datarequest.Config{})) })
}

func newDesk(t testing.TB, s *store.Store, config datarequest.Config) *desk {
	t.Helper()
	set, err := templates.Load("")
	check(t, err)
	d := &desk{t: t, w: storetest.NewWorld(t, s), store: s, now: storetest.Start}
	d.links, err = token.NewRing(token.NewSecret())
	check(t, err)
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	check(t, err)
	counting, err := token.NewHashes(token.Limit, token.NewSecret())
	check(t, err)
	config.Zone, err = time.LoadLocation("Europe/Amsterdam")
	check(t, err)
	config.Organisation, config.Site = "Stichting Noorderkring", "https://nieuws.example"
	config.Controller = datarequest.Controller{Name: "Stichting Noorderkring", Email: "info@nieuws.example"}
	config.Recipients = []string{"relay.example"}
	config.Retention = func(newsletter.Language) []datarequest.Term {
		return []datarequest.Term{{What: "Mails", Kept: "90 dagen"}}
	}
	d.Service = datarequest.New(datarequest.Parts{Store: s, Links: d.links, Hashes: hashes, Counting: counting, Texts: set.Texts(), Log: slog.New(slog.DiscardHandler)}, config)
	return d
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) enter(kind newsletter.RequestKind, address newsletter.Address) *newsletter.DataRequest {
	d.t.Helper()
	r, err := d.Enter(d.t.Context(), datarequest.Entry{Kind: kind, Channel: newsletter.ArrivedLetter, ReceivedOn: d.Today(d.now), Language: newsletter.Dutch,
		Address: string(address), Name: "Jan", Receipt: true}, storetest.By, d.now)
	check(d.t, err)
	return r
}

// last is the newest letter of a request.
func (d *desk) last(r *newsletter.DataRequest) newsletter.RequestLetter {
	d.t.Helper()
	f, err := d.store.Request(d.t.Context(), r.ID, storetest.By, d.now)
	check(d.t, err)
	if len(f.Letters) == 0 {
		d.t.Fatalf("no letter about %s", r.Reference())
	}
	return f.Letters[len(f.Letters)-1]
}

func (d *desk) says(r *newsletter.DataRequest, words ...string) {
	d.t.Helper()
	l := d.last(r)
	for _, w := range words {
		if !strings.Contains(l.Subject+"\n"+l.Body, w) {
			d.t.Errorf("the letter %s does not say %q:\n%s\n%s", l.Kind, w, l.Subject, l.Body)
		}
	}
}

// Each kind of request, from its arrival to the letter that closes it.
func TestE7_EveryKindFromArrivalToItsLetter(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for kind, words := range map[newsletter.RequestKind]string{
			newsletter.RequestAccess: "Alles staat voor u klaar", newsletter.RequestPortability: "die u kunt meenemen", newsletter.RequestRectification: "te verbeteren",
			newsletter.RequestErasure: "Dit is de laatste mail", newsletter.RequestRestriction: "wijzigen niets", newsletter.RequestObjection: "voor al onze lijsten",
			newsletter.RequestWithdrawal: "uw toestemming in", newsletter.RequestOther: "Omdat het zo is.",
		} {
			address := newsletter.Address(string(kind) + "@voorbeeld.nl")
			d.w.Join(address, d.now, d.w.All())
			r := d.enter(kind, address)
			d.says(r, r.Reference(), "woensdag 2 december 2026")
			if kind.NeedsIdentity() {
				if _, err := d.CarryOut(t.Context(), r.PublicID, nil, storetest.By, d.now); !newsletter.Is(err, newsletter.Conflict) {
					t.Errorf("%s of who knows whom: %v", kind, err)
				}
				_, err := d.Verify(t.Context(), r.PublicID, "kwam langs", storetest.By, d.now)
				check(t, err)
			}
			_, err := d.Begin(t.Context(), r.PublicID, storetest.By, d.now)
			check(t, err)
			done, err := d.CarryOut(t.Context(), r.PublicID, &datarequest.Answer{Words: "Omdat het zo is."}, storetest.By, d.now)
			if err != nil || done.State != newsletter.RequestFulfilled {
				t.Fatalf("%s: %+v, %v", kind, done, err)
			}
			d.says(r, words, r.Reference())
		}
		if left := storetest.Query(t, d.store, `SELECT COUNT(*) FROM delivery WHERE template = 'request_letter' AND state = 'pending'`); left[0][0] != "15" {
			t.Errorf("%s letters wait; the receipt of who was erased does not", left[0][0])
		}
	})
}

func TestE7_ARefusalNamesTheWayToCourt(t *testing.T) {
	for public, words := range map[bool]string{false: "de rechtbank vragen", true: "bezwaar tegen maken bij Stichting Noorderkring"} {
		storetest.Each(t, func(t *testing.T, s *store.Store) {
			d := newDesk(t, s, datarequest.Config{PublicBody: public})
			r := d.enter(newsletter.RequestRestriction, jan)
			if _, err := d.Refuse(t.Context(), r.PublicID, " ", nil, storetest.By, d.now); !newsletter.Is(err, newsletter.Invalid) {
				t.Errorf("without a reason: %v", err)
			}
			_, err := d.Refuse(t.Context(), r.PublicID, "Er is geen grond voor.", nil, storetest.By, d.now)
			check(t, err)
			d.says(r, "Er is geen grond voor.", "Autoriteit Persoonsgegevens", "Binnen zes weken", words)
			other := d.enter(newsletter.RequestOther, jan) // UAVG 34 and 35 are about GDPR 15 to 22
			_, err = d.Refuse(t.Context(), other.PublicID, "Het gaat niet over gegevens.", nil, storetest.By, d.now)
			check(t, err)
			if body := d.last(other).Body; !strings.Contains(body, "Autoriteit Persoonsgegevens") || strings.Contains(body, "zes weken") {
				t.Errorf("what fits none of the rights: %s", body)
			}
		})
	}
}

func TestE8_ExtendingTellsThePersonInTime(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		r := d.enter(newsletter.RequestAccess, jan)
		extended, err := d.Extend(t.Context(), r.PublicID, "Er zijn veel mails.", nil, storetest.By, d.now.AddDate(0, 0, 20))
		if err != nil || extended.StrictOn.String() != "2027-02-02" {
			t.Fatalf("%+v, %v", extended, err)
		}
		d.says(r, "Er zijn veel mails.", "dinsdag 2 februari 2027")
		if l := d.last(r); l.Kind != newsletter.LetterExtension || l.QueuedAt.IsZero() || l.Delivery != "pending" {
			t.Errorf("%+v", l)
		}
		late := d.enter(newsletter.RequestAccess, "piet@voorbeeld.nl")
		if _, err := d.Extend(t.Context(), late.PublicID, "Er zijn veel mails.", nil, storetest.By, d.now.AddDate(0, 1, 1)); !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("after the first month: %v", err)
		}
		if l := d.last(late); l.Kind != newsletter.LetterReceipt {
			t.Errorf("a letter about what was not done: %+v", l)
		}
	})
}

func TestE7_WhatIsWrittenDownWrongIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		good := datarequest.Entry{Kind: newsletter.RequestAccess, Channel: newsletter.ArrivedPhone, ReceivedOn: d.Today(d.now), Language: newsletter.Dutch}
		for what, spoil := range map[string]func(*datarequest.Entry){
			"kind":      func(e *datarequest.Entry) { e.Kind = "wat" },
			"channel":   func(e *datarequest.Entry) { e.Channel = newsletter.ArrivedSelfService },
			"address":   func(e *datarequest.Entry) { e.Address = "jan@" },
			"tomorrow":  func(e *datarequest.Entry) { e.ReceivedOn++ },
			"no day":    func(e *datarequest.Entry) { e.ReceivedOn = 0 },
			"elsewhere": func(e *datarequest.Entry) { e.ReplyAddress = "zaakwaarnemer@voorbeeld.nl" }, // how is it known that it reaches the person?
			"on paper":  func(e *datarequest.Entry) { e.Postal = "Brink 14\n9401 HS Assen" },
			"no window": func(e *datarequest.Entry) {
				e.ReplyWhy, e.Postal = "staat in de brief", strings.Repeat("regel\n", 7)
			},
			"a whole book": func(e *datarequest.Entry) { e.Wish = strings.Repeat("a", 2001) },
		} {
			e := good
			spoil(&e)
			if _, err := d.Enter(t.Context(), e, storetest.By, d.now); !newsletter.Is(err, newsletter.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		// Somebody who has no address for us gets their answer on paper.
		r, err := d.Enter(t.Context(), good, storetest.By, d.now)
		check(t, err)
		if _, err := d.Refuse(t.Context(), r.PublicID, "Wij weten niet wie u bent.", nil, storetest.By, d.now); err != nil {
			t.Fatal(err)
		}
		if l := d.last(r); !l.QueuedAt.IsZero() || l.Delivery != "" {
			t.Errorf("%+v", l)
		}
	})
}

func TestE12_LettersSayNothingWrong(t *testing.T) {
	d := newDesk(t, storetest.SQLite(t), datarequest.Config{})
	leftover := regexp.MustCompile(`<no value>|\{\{|%!|  `)
	for _, lang := range newsletter.Languages() {
		for _, kind := range newsletter.LetterKinds() {
			r := &newsletter.DataRequest{ID: 7, Kind: newsletter.RequestAccess, Language: lang, ReceivedOn: d.Today(d.now), DueOn: d.Today(d.now) + 30, CreatedAt: newsletter.At(d.now)}
			for _, on := range []string{"jan@voorbeeld.nl", ""} { // by mail, and on paper
				r.Address = nil
				if on != "" {
					address := newsletter.Address(on)
					r.Address = &address
				}
				l, err := d.Draft(r, kind, "Reden.", d.now)
				if err != nil || l.Subject == "" || len(l.Body) < 60 || leftover.MatchString(l.Subject+l.Body) {
					t.Errorf("%s in %s: %v\n%s\n%s", kind, lang, err, l.Subject, l.Body)
				}
				if on == "" && regexp.MustCompile(`(?i)\b(deze mail|this mail|de link|the link|hieronder|below)\b`).MatchString(l.Body) && kind != newsletter.LetterRestrictionEnds {
					t.Errorf("%s in %s speaks of a mail, on paper:\n%s", kind, lang, l.Body)
				}
			}
		}
	}
}

// The worker reminds, lapses and lets go, and goes on after trouble.
func TestWorkerTidies(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		check(t, d.Ask(t.Context(), newsletter.RequestForm{Kind: newsletter.RequestAccess, Address: string(jan), Language: newsletter.Dutch}, d.now))
		check(t, d.Decide(t.Context(), d.now))
		r := d.enter(newsletter.RequestErasure, "piet@voorbeeld.nl")
		officers := []newsletter.Officer{{Address: "privacy@voorbeeld.nl", Language: newsletter.Dutch}}
		d.now = r.DueOn.In(time.UTC).Add(-14 * 24 * time.Hour).Add(12 * time.Hour)
		for range 2 {
			check(t, d.Tidy(t.Context(), officers, d.now))
		}
		if got := storetest.Query(t, d.store, `SELECT address FROM delivery WHERE template = 'request_reminder'`); !cmp.Equal(got, [][]string{{"privacy@voorbeeld.nl"}}) {
			t.Errorf("%v", got)
		}
		if got := storetest.Query(t, d.store, `SELECT state FROM data_request ORDER BY id`); !cmp.Equal(got, [][]string{{"lapsed"}, {"received"}}) {
			t.Errorf("%v", got)
		}
		w := &datarequest.Worker{Service: d.Service, Now: func() time.Time { return d.now }, Officers: func(context.Context) ([]newsletter.Officer, error) { return officers, nil }}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w.Run(ctx)
	})
}
