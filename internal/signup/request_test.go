package signup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// recorder notes what a request asks of the store, with everything but the address; whatever it
// doesn't know how to pass on is nil and ends the test.
type recorder struct {
	signup.Store
	to    *store.Store
	calls []string
}

func (r *recorder) List(ctx context.Context, id int64) (*newsletter.List, error) {
	r.calls = append(r.calls, "List")
	return r.to.List(ctx, id)
}

func (r *recorder) Topics(ctx context.Context, id int64) ([]newsletter.Topic, error) {
	r.calls = append(r.calls, "Topics")
	return r.to.Topics(ctx, id)
}

func (r *recorder) Schedules(ctx context.Context, id int64) ([]newsletter.Schedule, error) {
	r.calls = append(r.calls, "Schedules")
	return r.to.Schedules(ctx, id)
}

func (r *recorder) LatestWording(ctx context.Context, purpose string, language newsletter.Language) (*newsletter.Wording, error) {
	r.calls = append(r.calls, "LatestWording")
	return r.to.LatestWording(ctx, purpose, language)
}

func (r *recorder) WordingByHash(ctx context.Context, hash string) (*newsletter.Wording, error) {
	r.calls = append(r.calls, "WordingByHash")
	return r.to.WordingByHash(ctx, hash)
}

func (r *recorder) SignupClosed(ctx context.Context) (newsletter.Time, error) {
	r.calls = append(r.calls, "SignupClosed")
	return r.to.SignupClosed(ctx)
}

func (r *recorder) CreateSignup(ctx context.Context, u *newsletter.Signup, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	r.calls = append(r.calls, "CreateSignup")
	return r.to.CreateSignup(ctx, u, quotas, by, now)
}

func (r *recorder) CreateAccessLink(ctx context.Context, l *newsletter.AccessLink, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	r.calls = append(r.calls, "CreateAccessLink")
	return r.to.CreateAccessLink(ctx, l, quotas, by, now)
}

// everyState makes one address of every kind that there is.
func (d *desk) everyState() []newsletter.Address {
	d.t.Helper()
	w, all, start := d.w, d.w.All(), d.now
	states := []newsletter.Address{"new@voorbeeld.nl", "undecided@voorbeeld.nl", "pending@voorbeeld.nl", "active@voorbeeld.nl", "other.choices@voorbeeld.nl",
		"paused@voorbeeld.nl", "left@voorbeeld.nl", "complaint@voorbeeld.nl", "objection@voorbeeld.nl", "hard_bounce@voorbeeld.nl", "erased@voorbeeld.nl",
		"restricted@voorbeeld.nl", "no-such-domain@nowhere.invalid"}
	w.SignUp("undecided@voorbeeld.nl", start, all)
	w.Decide(w.SignUp("pending@voorbeeld.nl", start, all), start)
	for _, a := range []newsletter.Address{"active@voorbeeld.nl", "complaint@voorbeeld.nl", "objection@voorbeeld.nl", "hard_bounce@voorbeeld.nl", "erased@voorbeeld.nl", "restricted@voorbeeld.nl"} {
		w.Join(a, start, all)
	}
	w.Join("other.choices@voorbeeld.nl", start, w.Some(w.Council))
	paused := w.Join("paused@voorbeeld.nl", start, all)
	d.check(d.store.SaveSettings(d.t.Context(), paused.PublicID, newsletter.SettingsForm{Language: newsletter.Dutch, Layout: newsletter.Standard,
		Wishes: []newsletter.Wish{{Choice: all, Paused: true}}}, storetest.Worker, start))
	left := w.Join("left@voorbeeld.nl", start, all)
	d.check(d.store.Unsubscribe(d.t.Context(), left.PublicID, false, newsletter.ChannelPage, storetest.Worker, start))
	for _, reason := range []newsletter.SuppressionReason{newsletter.SuppressedComplaint, newsletter.SuppressedObjection, newsletter.SuppressedBounce} {
		a := newsletter.Address(string(reason) + "@voorbeeld.nl")
		d.check(d.store.Suppress(d.t.Context(), a, w.Hash(a), reason, time.Time{}, storetest.Worker, start))
	}
	_, err := d.store.Erase(d.t.Context(), "erased@voorbeeld.nl", w.Hash, storetest.Worker, start)
	d.check(err)
	w.Do(`UPDATE subscriber SET restricted_at = 1 WHERE address_key = 'restricted@voorbeeld.nl'`)
	return states
}

// rows tells what the database holds, in counts.
func (d *desk) rows() map[string]string { return storetest.Tables(d.t, d.store) }

func TestD4_RequestsAreTheSameForEveryAddress(t *testing.T) {
	requests := map[string]func(d *desk, address string) error{
		"sign-up": func(d *desk, a string) error { return d.send(a) },
		"access": func(d *desk, a string) error {
			return d.RequestAccess(d.t.Context(), newsletter.AccessForm{Address: a, Language: newsletter.Dutch, Client: newsletter.Client{Network: "192.0.2.7/32"}}, d.now)
		},
	}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				states := d.everyState()
				r := &recorder{to: d.store}
				d.open(r, d.secret)
				// The first of all also makes the counters of the network and of all together.
				d.check(request(d, "eerste@voorbeeld.nl"))
				var calls []string
				var grown map[string]int
				for _, a := range states {
					r.calls = nil
					before, outbox := d.rows(), storetest.Query(t, d.store, `SELECT id, state FROM delivery ORDER BY id`)
					if err := request(d, string(a)); err != nil {
						t.Fatalf("%s: %v", a, err)
					}
					delta := map[string]int{}
					for table, n := range d.rows() {
						if n != before[table] {
							delta[table]++
						}
					}
					if calls == nil {
						calls, grown = r.calls, delta
					}
					if diff := cmp.Diff(calls, r.calls); diff != "" {
						t.Errorf("%s asks other things of the store: %s", a, diff)
					}
					if diff := cmp.Diff(grown, delta); diff != "" || len(delta) == 0 || delta["delivery"] != 0 {
						t.Errorf("%s changes %v: %s", a, delta, diff)
					}
					if diff := cmp.Diff(outbox, storetest.Query(t, d.store, `SELECT id, state FROM delivery ORDER BY id`)); diff != "" {
						t.Errorf("%s: the outbox changed: %s", a, diff)
					}
				}
				// And one limit for all: what it answers says nothing about the address.
				var refused error
				for _, a := range states {
					err := request(d, string(a))
					if !newsletter.Is(err, newsletter.TooMany) {
						t.Errorf("%s again at once: %v", a, err)
					}
					if refused == nil {
						refused = err
					}
					if diff := cmp.Diff(refused.(*newsletter.Error).Args, err.(*newsletter.Error).Args); diff != "" || refused.Error() != err.Error() {
						t.Errorf("%s is refused otherwise: %v, %v", a, err, refused)
					}
				}
			})
		})
	}
}

func TestD1_WhichMail(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		states := d.everyState()
		d.mails()
		want := map[newsletter.Address]string{"active@voorbeeld.nl": newsletter.TemplateAlreadySubscribed,
			"complaint@voorbeeld.nl": "", "objection@voorbeeld.nl": "", "hard_bounce@voorbeeld.nl": "", "restricted@voorbeeld.nl": ""}
		// The world and the service have suppression keys of their own; the world wrote the hashes.
		for _, reason := range []newsletter.SuppressionReason{newsletter.SuppressedComplaint, newsletter.SuppressedObjection, newsletter.SuppressedBounce} {
			a := newsletter.Address("fresh." + string(reason) + "@voorbeeld.nl")
			d.suppress(a, reason)
			states, want[a] = append(states, a), ""
		}
		for _, a := range states {
			d.check(d.send(string(a)))
			template, listed := want[a]
			if !listed {
				template = newsletter.TemplateConfirmation
			}
			got := ""
			if mails := d.mails(); len(mails) == 1 {
				got = mails[0].template
			} else if len(mails) > 1 {
				t.Errorf("%s gets %v", a, mails)
			}
			if got != template {
				t.Errorf("%s gets %q, want %q", a, got, template)
			}
		}
	})
}

// suppress writes the hash that the service itself would write.
func (d *desk) suppress(a newsletter.Address, reason newsletter.SuppressionReason) {
	d.t.Helper()
	d.check(d.store.Suppress(d.t.Context(), a, d.hashes().Current(a), reason, time.Time{}, storetest.Worker, d.now))
}

func TestD2_SigningUpAgainWhilePending(t *testing.T) {
	d := sqlite(t)
	d.check(d.send("jan@voorbeeld.nl", d.w.Some(d.w.Council)))
	first := d.mail(newsletter.TemplateConfirmation)
	d.now = d.now.Add(9 * time.Minute)
	d.want(d.send("JAN@voorbeeld.nl"), newsletter.TooMany, "limit_address")
	d.now = d.now.Add(time.Minute)
	d.check(d.send("jan@voorbeeld.nl", d.w.Some(d.w.Residents)))
	second := d.mail(newsletter.TemplateConfirmation)
	if first.link == second.link {
		t.Fatal("two mails with one link")
	}
	// Each link confirms what its own mail lists, in whatever order they are pressed.
	for _, m := range []struct {
		mail
		topic int64
	}{{second, d.w.Residents.ID}, {first, d.w.Council.ID}} {
		c, err := d.Confirm(t.Context(), m.link, newsletter.Client{}, d.now)
		if err != nil || len(c.Standing) != 1 || !cmp.Equal(c.Standing[0].Topics, newsletter.NewIDs(m.topic)) {
			t.Errorf("%+v, %v", c, err)
		}
	}
	d.now = d.now.Add(10 * time.Minute)
	d.check(d.send("jan@voorbeeld.nl"))
	d.now = d.now.Add(10 * time.Minute)
	d.want(d.send("jan@voorbeeld.nl"), newsletter.TooMany, "limit_address_hours")
}

func TestD3_ThirtyPeopleJoinInOneMeeting(t *testing.T) {
	d := sqlite(t)
	for n := range 30 {
		d.now = d.now.Add(4 * time.Second)
		d.check(d.send(address(n)))
	}
	if mails := d.mails(); len(mails) != 30 {
		t.Errorf("%d mails", len(mails))
	}
	// Who mistyped tries again, from the same town hall.
	for n := range 30 {
		d.check(d.send(address(100 + n)))
	}
}

func TestD3_LimitsOfNetworkAndAll(t *testing.T) {
	d := sqlite(t)
	d.limits = signup.Limits{NetworkPerHour: 3, TotalPerHour: 5}
	d.open(d.store, d.secret)
	from := func(n int, network string) error {
		form := d.form(address(n))
		form.Client.Network = network
		return d.Request(t.Context(), form, d.now)
	}
	for n := range 3 {
		d.check(from(n, "192.0.2.7/32"))
	}
	before := d.rows()
	d.want(from(3, "192.0.2.7/32"), newsletter.TooMany, "limit_network")
	if diff := cmp.Diff(before, d.rows()); diff != "" {
		t.Errorf("what was refused left something behind: %s", diff)
	}
	d.check(from(3, "2001:db8:1:2::/64"))
	d.check(from(4, "192.0.2.8/32"))
	for range 3 {
		d.want(from(5, "198.51.100.1/32"), newsletter.TooMany, "limit_total")
	}
	if n := strings.Count(d.logged.String(), "level=ERROR"); n != 1 || strings.Contains(d.logged.String(), "@") {
		t.Errorf("the operator was told %d times: %s", n, d.logged.String())
	}
	d.now = d.now.Add(time.Hour)
	d.check(from(5, "192.0.2.7/32"))
}

func TestFormFaults(t *testing.T) {
	d := sqlite(t)
	paused := d.list("stil", newsletter.ListPaused)
	archived := d.list("weg", newsletter.ListArchived)
	change := map[string]struct {
		change func(f *newsletter.SignupForm)
		code   newsletter.Code
		reason string
		field  string
	}{
		"no address":         {func(f *newsletter.SignupForm) { f.Address = " " }, newsletter.Invalid, "address_empty", "address"},
		"two at signs":       {func(f *newsletter.SignupForm) { f.Address = "a@b@c.nl" }, newsletter.Invalid, "address_two_ats", "address"},
		"a long address":     {func(f *newsletter.SignupForm) { f.Address = strings.Repeat("a", 290) + "@voorbeeld.nl" }, newsletter.Invalid, "address_too_long", "address"},
		"control characters": {func(f *newsletter.SignupForm) { f.Address = "jan\r\nBcc: x@voorbeeld.nl" }, newsletter.Invalid, "address_characters", "address"},
		"a name of lines":    {func(f *newsletter.SignupForm) { f.Name = "Jan\x1b[31m" }, newsletter.Invalid, "name_characters", "name"},
		"a long name":        {func(f *newsletter.SignupForm) { f.Name = strings.Repeat("é", 101) }, newsletter.Invalid, "name_too_long", "name"},
		"no language":        {func(f *newsletter.SignupForm) { f.Language = "" }, newsletter.Invalid, "language_unknown", "language"},
		"no list":            {func(f *newsletter.SignupForm) { f.Choices = nil }, newsletter.Invalid, "list_missing", "list"},
		"an unknown list":    {func(f *newsletter.SignupForm) { f.Choices[0].ListID = 99 }, newsletter.Invalid, "list_unknown", "list"},
		"a list twice":       {func(f *newsletter.SignupForm) { f.Choices = append(f.Choices, f.Choices[0]) }, newsletter.Invalid, "list_unknown", "list"},
		"an archived list":   {func(f *newsletter.SignupForm) { f.Choices[0].ListID = archived }, newsletter.Invalid, "list_unknown", "list"},
		"a paused list":      {func(f *newsletter.SignupForm) { f.Choices[0].ListID = paused }, newsletter.Unavailable, "signup_closed", ""},
		"another pace":       {func(f *newsletter.SignupForm) { f.Choices[0].ScheduleID = 99 }, newsletter.Invalid, "pace_unknown", "pace"},
		"no topic":           {func(f *newsletter.SignupForm) { f.Choices[0].AllTopics = false }, newsletter.Invalid, "topics_missing", "topics"},
		"another topic": {func(f *newsletter.SignupForm) {
			f.Choices[0].AllTopics, f.Choices[0].Topics = false, newsletter.IDs{99}
		},
			newsletter.Invalid, "topic_unknown", "topics"},
		"the honeypot":     {func(f *newsletter.SignupForm) { f.Trap = "https://spam.example" }, newsletter.Invalid, "signup_trap", "website"},
		"a robot's pace":   {func(f *newsletter.SignupForm) { f.ShownAt = newsletter.At(d.now.Add(-time.Second)) }, newsletter.Invalid, "signup_too_fast", ""},
		"no time at all":   {func(f *newsletter.SignupForm) { f.ShownAt = newsletter.Time{} }, newsletter.Invalid, "signup_too_fast", ""},
		"unknown words":    {func(f *newsletter.SignupForm) { f.WordingHash = "x" }, newsletter.Invalid, "signup_words", ""},
		"words of zeros":   {func(f *newsletter.SignupForm) { f.WordingHash = "\x00" }, newsletter.Invalid, "signup_words", ""},
		"the wrong words":  {func(f *newsletter.SignupForm) { f.PrivacyHash = f.WordingHash }, newsletter.Invalid, "signup_words", ""},
		"without a switch": {func(*newsletter.SignupForm) {}, "", "", ""},
	}
	for name, c := range change {
		form := d.form("jan@voorbeeld.nl")
		c.change(&form)
		before := d.rows()
		err := d.Request(t.Context(), form, d.now)
		if c.code == "" {
			d.check(err)
			continue
		}
		d.want(err, c.code, c.reason)
		if e := firstOf(err); e != nil && e.Field != c.field {
			t.Errorf("%s: field %q, want %q", name, e.Field, c.field)
		}
		if diff := cmp.Diff(before, d.rows()); diff != "" {
			t.Errorf("%s left something behind: %s", name, diff)
		}
	}
}

func TestFormFaultsComeTogether(t *testing.T) {
	d := sqlite(t)
	form := d.form("jan", d.w.Some())
	form.Name, form.Language = strings.Repeat("a", 200), "xx"
	err := d.Request(t.Context(), form, d.now)
	fields := ""
	for _, e := range unjoined(err) {
		fields += e.Field + " "
	}
	if fields != "address name language topics " {
		t.Errorf("faults of %q: %v", fields, err)
	}
}

func TestE5_ClosedWithoutContactOrPrivacyStatement(t *testing.T) {
	d := sqlite(t)
	terms := func() string {
		t.Helper()
		terms, err := d.Terms(t.Context(), newsletter.Dutch, d.now)
		d.check(err)
		if terms.Closed == "" && (terms.Wording.Text == "" || terms.Privacy.Text == "" || terms.LinkDays != 7) {
			t.Errorf("open, with %+v", terms)
		}
		return terms.Closed
	}
	for purpose, closed := range map[string]string{newsletter.WordingContact: "contact", newsletter.WordingPrivacy: "privacy"} {
		if got := terms(); got != "" {
			t.Fatalf("closed: %s", got)
		}
		d.w.Wording(purpose, "")
		if got := terms(); got != closed {
			t.Errorf("without %s: closed %q", purpose, got)
		}
		d.want(d.send("jan@voorbeeld.nl"), newsletter.Unavailable, "signup_closed")
		d.w.Wording(purpose, "Weer terug.")
	}
	d.check(d.Publish(t.Context(), []newsletter.Wording{{Purpose: newsletter.WordingPrivacy, Language: newsletter.English, Text: "We keep your address."}}, storetest.By, d.now))
	english, err := d.Terms(t.Context(), newsletter.English, d.now)
	if err != nil || english.Privacy.Text != "We keep your address." || english.Wording.Hash != d.w.Words.Hash {
		t.Errorf("%+v, %v; want the English statement and, as there are none, the Dutch words", english, err)
	}
}

func TestE6_WhatIsKeptOfWhereItCameFrom(t *testing.T) {
	d := sqlite(t)
	for i, c := range []struct{ network, kept string }{{"192.0.2.7/32", "192.0.2.0/24"}, {"2001:db8:1:2::/64", "2001:db8:1::/48"}, {"", ""}, {"nonsense", ""}} {
		form := d.form(address(i))
		form.Client = newsletter.Client{Network: c.network, Agent: "Té\x00st\xff" + strings.Repeat("é", 200)}
		d.check(d.Request(t.Context(), form, d.now))
		row := storetest.Query(t, d.store, `SELECT network, agent FROM signup ORDER BY id DESC LIMIT 1`)[0]
		if row[0] != c.kept || !strings.HasPrefix(row[1], "Téstéé") || len(row[1]) > 200 {
			t.Errorf("%s: kept %q and %q", c.network, row[0], row[1])
		}
	}
}

// Whatever a stranger types is taken in whole or refused with a reason, never a fault of ours, and
// nothing that would break a line is in the database.
func TestHostileForms(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for _, typed := range []struct{ address, name, agent, network string }{
			{"jan@voorbeeld.nl", "Jan", "Mozilla/5.0", "192.0.2.7/32"}, {"jan@bücher.example", "Zoë", "", "2001:db8::/64"}, {"jän@voorbeeld.nl", "\u202eevil", "\x00", "::/0"},
			{"a@b@c", "a\r\nBcc: x", strings.Repeat("x", 999), "1.2.3.4"}, {`"a b"@voorbeeld.nl`, "<b>", "\xff\xfe", "0.0.0.0/0"}, {"jan@[192.0.2.1]", strings.Repeat("ß", 101), "", ""},
			{"", "", "", ""}, {"jan@voorbeeld.nl\u200b", "'; DROP TABLE signup; --", "", "fe80::%eth0/64"}, {"o'brien@voorbeeld.nl", "'; DROP TABLE signup; --", "a\r\nb", "\x00"},
			{"jan@voorbeeld.nl\x00", "a\x00b", "", ""}, {"jan@\xff.nl", "\xff", "\xff", "\xff"}, {strings.Repeat("é", 40) + "@voorbeeld.nl", "👩‍👩‍👧", "", ""},
		} {
			form := d.form(typed.address)
			form.Name, form.Client = typed.name, newsletter.Client{Network: typed.network, Agent: typed.agent}
			before := d.rows()
			err := d.Request(t.Context(), form, d.now)
			if err != nil && !newsletter.Is(err, newsletter.Invalid) {
				t.Errorf("%q: %v", typed, err)
			}
			if after := d.rows(); (before["signup"] == after["signup"]) != (err != nil) {
				t.Errorf("%q: %v, and %s sign-ups became %s", typed, err, before["signup"], after["signup"])
			}
			if err != nil {
				continue
			}
			row := storetest.Query(t, d.store, `SELECT address || name || agent || network FROM signup ORDER BY id DESC LIMIT 1`)[0][0]
			if strings.ContainsAny(row, "\r\n\x00") {
				t.Errorf("%q is in the database", row)
			}
		}
	})
}
