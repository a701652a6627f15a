package storetest

import (
	"errors"
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func signupCases() []Case {
	return []Case{
		{"D3 the form is closed and opened by hand", []string{"CloseSignup", "OpenSignup", "SignupClosed"}, testSignupSwitch},
		{"sign-ups are kept as they were filled in", []string{"CreateSignup", "Signup", "SignupByID", "UndecidedSignups"}, testSignups},
		{"D3 limits count requests and count no refusal", []string{"CreateSignup", "ForgetCounters"}, testQuotas},
		{"D3 two at once are counted one after the other", []string{"CreateSignup"}, testQuotaRace},
		{"D1 a decision queues one mail in its own transaction", []string{"DecideSignup", "ConfirmationDelivery"}, testDecisions},
		{"D2 pending sign-ups are erased when their link expires", []string{"ForgetSignups"}, testForgetSignups},
	}
}

const jan = newsletter.Address("Jan.Jansen@voorbeeld.nl")

func testSignups(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.Some(w.Residents, w.Council))
	got, err := s.Signup(t.Context(), u.PublicID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(u, got); diff != "" {
		t.Error(diff)
	}
	if again, err := s.SignupByID(t.Context(), u.ID); err != nil || !cmp.Equal(again, got) {
		t.Errorf("%v, %v", again, err)
	}
	if _, err := s.Signup(t.Context(), newsletter.NewPublicID()); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	all := w.SignUp("piet@voorbeeld.nl", Start, w.All())
	undecided, err := s.UndecidedSignups(t.Context(), 10)
	if err != nil || len(undecided) != 2 || undecided[0].ID != u.ID || undecided[1].ID != all.ID {
		t.Errorf("%v, %v", undecided, err)
	}
	if one, err := s.UndecidedSignups(t.Context(), 1); err != nil || len(one) != 1 {
		t.Errorf("%v, %v", one, err)
	}
	if got, err := s.SignupByID(t.Context(), all.ID); err != nil || !got.Choices[0].AllTopics || got.Choices[0].Topics != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// form is a sign-up of one address under its quotas.
func (w *World) form(s *store.Store, address newsletter.Address, now time.Time, quotas ...newsletter.Quota) error {
	return s.CreateSignup(w.t.Context(), &newsletter.Signup{Address: address, Language: newsletter.Dutch,
		ExpiresAt: newsletter.At(now.Add(LinkLife)), Choices: []newsletter.Choice{w.All()}}, quotas, Worker, now)
}

func testQuotas(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	address := newsletter.Quota{Counter: "address", Key: "a", Limits: []newsletter.Limit{{Most: 1, Per: 10 * time.Minute}, {Most: 3, Per: 24 * time.Hour}}, Reason: "limit_address"}
	network := newsletter.Quota{Counter: "network", Key: "n", Limits: []newsletter.Limit{{Most: 5, Per: time.Hour}}, Reason: "limit_network"}
	other := address
	other.Key = "b"
	steps := []struct {
		after  time.Duration
		quotas []newsletter.Quota
		reason string
		wait   int
	}{
		{0, []newsletter.Quota{network, address}, "", 0},
		{9*time.Minute + 59*time.Second, []newsletter.Quota{network, address}, "limit_address", 1},
		{9 * time.Minute, []newsletter.Quota{network, other}, "", 0}, // another address
		{10 * time.Minute, []newsletter.Quota{network, address}, "", 0},
		{20 * time.Minute, []newsletter.Quota{network, address}, "", 0},
		{30 * time.Minute, []newsletter.Quota{network, address}, "limit_address_hours", 24},
		{30 * time.Minute, []newsletter.Quota{network, other}, "", 0}, // the fifth: what was refused counted nowhere
		{45 * time.Minute, []newsletter.Quota{network, other}, "limit_network", 15},
		{24 * time.Hour, []newsletter.Quota{network, address}, "", 0},
		{24*time.Hour + 9*time.Minute, []newsletter.Quota{network, address}, "limit_address", 1},
	}
	taken := 0
	for i, step := range steps {
		err := w.form(s, jan, Start.Add(step.after), step.quotas...)
		var e *newsletter.Error
		switch {
		case step.reason == "" && err == nil:
			taken++
		case step.reason != "" && errors.As(err, &e) && e.Code == newsletter.TooMany && e.Reason == step.reason && e.Args["Count"] == step.wait:
		default:
			t.Errorf("step %d: %v (%+v), want %q after %d minutes", i, err, e, step.reason, step.wait)
		}
	}
	if got := Tables(t, s)["signup"]; got != strconv.Itoa(taken) {
		t.Errorf("%s sign-ups were taken in, want %d", got, taken)
	}
	// The other address, the network, this address: each a limit's length after it was last counted.
	for _, after := range []time.Duration{24*time.Hour + 30*time.Minute, 25 * time.Hour, 48 * time.Hour} {
		if n, err := s.ForgetCounters(t.Context(), Worker, Start.Add(after-time.Microsecond)); err != nil || n != 0 {
			t.Errorf("before %v: forgot %d counters, %v", after, n, err)
		}
		if n, err := s.ForgetCounters(t.Context(), Worker, Start.Add(after)); err != nil || n != 1 {
			t.Errorf("after %v: forgot %d counters, %v", after, n, err)
		}
	}
}

func testQuotaRace(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	quota := newsletter.Quota{Counter: "address", Key: "a", Limits: []newsletter.Limit{{Most: 1, Per: time.Minute}}, Reason: "limit_address"}
	const racers = 8
	var wg sync.WaitGroup
	results := make([]error, racers)
	for i := range racers {
		wg.Go(func() { results[i] = w.form(s, jan, Start.Add(time.Duration(i)*time.Millisecond), quota) })
	}
	wg.Wait()
	in := 0
	for _, err := range results {
		switch {
		case err == nil:
			in++
		case !newsletter.Is(err, newsletter.TooMany):
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d were taken in, want 1", in)
	}
}

// outbox tells of every delivery what it is, in order.
func outbox(t *testing.T, s *store.Store) [][]string {
	t.Helper()
	return Query(t, s, `SELECT kind, template, COALESCE(address, ''), subscriber_id IS NOT NULL OR subscription_id IS NOT NULL, state FROM delivery ORDER BY id`)
}

func testDecisions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	yes := Query(t, s, `SELECT 1 = 1`)[0][0]
	no := Query(t, s, `SELECT 1 = 0`)[0][0]
	var want [][]string
	expect := func(decision newsletter.SignupDecision, u *newsletter.Signup, rows ...[]string) {
		t.Helper()
		now := u.CreatedAt.Add(time.Second)
		if got := w.Decide(u, now); got != decision {
			t.Errorf("decided %q, want %q", got, decision)
		}
		if again := w.Decide(u, now); again != "" {
			t.Errorf("decided once more: %q", again)
		}
		want = append(want, rows...)
		if diff := cmp.Diff(want, outbox(t, s)); diff != "" {
			t.Error(diff)
		}
		got, err := s.SignupByID(t.Context(), u.ID)
		if err != nil || got.Decision != decision || got.DecidedAt.IsZero() || (got.Address == "") != (decision != newsletter.SignupConfirm) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	first := w.SignUp(jan, Start, w.All())
	expect(newsletter.SignupConfirm, first, []string{"confirmation", "confirmation", string(jan), no, "pending"})
	d, err := s.ConfirmationDelivery(t.Context(), first.PublicID)
	if err != nil || d.ID == 0 || d.CreatedAt.IsZero() {
		t.Errorf("%+v, %v", d, err)
	}
	// While it is pending, another sign-up has a mail of its own.
	second := w.SignUp(jan, Start.Add(time.Hour), w.All())
	expect(newsletter.SignupConfirm, second, []string{"confirmation", "confirmation", string(jan), no, "pending"})
	w.Confirm(first, Start.Add(2*time.Hour))
	want[0][2], want[0][3] = "", yes
	want = append(want, []string{"notice", "welcome", "", yes, "pending"})
	expect(newsletter.SignupAlready, w.SignUp("jan.jansen@voorbeeld.nl", Start.Add(3*time.Hour), w.All()), []string{"notice", "already_subscribed", "", yes, "pending"})
	expect(newsletter.SignupConfirm, w.SignUp(jan, Start.Add(4*time.Hour), w.Some(w.Council)), []string{"confirmation", "confirmation", string(jan), yes, "pending"})
	for _, reason := range []newsletter.SuppressionReason{newsletter.SuppressedComplaint, newsletter.SuppressedObjection, newsletter.SuppressedBounce} {
		address := newsletter.Address(string(reason) + "@voorbeeld.nl")
		w.check(s.Suppress(t.Context(), address, w.Hash(address), reason, time.Time{}, Worker, Start))
		expect(newsletter.SignupSilent, w.SignUp(address, Start, w.All()))
	}
	erased := newsletter.Address("erased@voorbeeld.nl")
	w.check(s.Suppress(t.Context(), erased, w.Hash(erased), newsletter.SuppressedErased, time.Time{}, Worker, Start))
	expect(newsletter.SignupConfirm, w.SignUp(erased, Start, w.All()), []string{"confirmation", "confirmation", string(erased), no, "pending"})
	if decision, err := s.DecideSignup(t.Context(), 9999, nil, Worker, Start); err != nil || decision != "" {
		t.Errorf("of one that isn't there: %q, %v", decision, err)
	}
}

func testForgetSignups(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	used, pending, undecided := w.SignUp(jan, Start, w.All()), w.SignUp("piet@voorbeeld.nl", Start, w.All()), w.SignUp("kees@voorbeeld.nl", Start, w.All())
	w.Decide(used, Start)
	w.Decide(pending, Start)
	w.Confirm(used, Start)
	end := Start.Add(LinkLife)
	if n, err := s.ForgetSignups(t.Context(), Worker, end.Add(-time.Microsecond)); err != nil || n != 0 {
		t.Errorf("too early: %d, %v", n, err)
	}
	if n, err := s.ForgetSignups(t.Context(), Worker, end); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.SignupByID(t.Context(), used.ID); err != nil {
		t.Errorf("the one that was used: %v", err)
	}
	for _, u := range []*newsletter.Signup{pending, undecided} {
		if _, err := s.SignupByID(t.Context(), u.ID); !newsletter.Is(err, newsletter.NotFound) {
			t.Error(err)
		}
	}
	got := Query(t, s, `SELECT template, COALESCE(address, ''), domain, state FROM delivery ORDER BY id`)
	want := [][]string{{"confirmation", "", "voorbeeld.nl", "pending"}, {"confirmation", "", "", "expired"}, {"welcome", "", "voorbeeld.nl", "pending"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if left := Query(t, s, `SELECT COUNT(*) FROM signup_list`); left[0][0] != "1" {
		t.Errorf("%s choices are left", left[0][0])
	}
}

// difference tells by how many rows each table grew.
func difference(before, after map[string]string) map[string]int {
	grown := map[string]int{}
	for name := range maps.Keys(after) {
		a, _ := strconv.Atoi(after[name])
		b, _ := strconv.Atoi(before[name])
		if a != b {
			grown[name] = a - b
		}
	}
	return grown
}
