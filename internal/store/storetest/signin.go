package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func signInCases() []Case {
	return []Case{
		{"D4 asking to sign in is one row for everyone", []string{"AskSignIn", "UndecidedSignIns", "DecideSignIn", "SignIn", "SignInByID"}, testAskSignIn},
		{"D5 a sign-in link opens once", []string{"UseSignIn", "IssueSignIn", "ForgetSignIns"}, testUseSignIn},
		{"E18 refused links are noted, within bounds", []string{"RefuseSignIn"}, testRefuseSignIn},
		{"a code may be tried a few times", []string{"TrySignIn"}, testTrySignIn},
		{"the first admin is who answers the mail", []string{"IssueFirst", "NameFirst", "Staffed"}, testFirstAdmin},
		{"a test mail says how it went", []string{"SendTestMail", "LastTestMail", "ForgetSignIns"}, testTestMail},
		{"the gate stops links that open nothing", []string{"HandOver"}, testSignInGate},
	}
}

// askSignIn asks at the desk's door, from a browser with a nonce.
func (w *World) askSignIn(address newsletter.Address, nonce string, now time.Time, quotas ...newsletter.Quota) *newsletter.SignIn {
	w.t.Helper()
	key := address.Key()
	l := &newsletter.SignIn{AddressKey: &key, NonceHash: nonce, Language: newsletter.Dutch, Network: "192.0.2.0/24",
		ExpiresAt: newsletter.At(now.Add(newsletter.SignInLife))}
	w.check(w.s.AskSignIn(w.t.Context(), l, quotas, Worker, now))
	return l
}

func testAskSignIn(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire("Anna@voorbeeld.nl", "Anna", newsletter.RoleEditor)
	before := Tables(t, s)
	known, unknown := w.askSignIn(anna, "one", Start), w.askSignIn(bas, "two", Start)
	if grown := difference(before, Tables(t, s)); !cmp.Equal(grown, map[string]int{"sign_in": 2}) {
		t.Errorf("what asking leaves: %v", grown)
	}
	if open, err := s.UndecidedSignIns(t.Context(), 10); err != nil || len(open) != 2 || open[0].ID != known.ID {
		t.Errorf("%v, %v", open, err)
	}
	for l, want := range map[*newsletter.SignIn]bool{known: true, unknown: false} {
		if sent, err := s.DecideSignIn(t.Context(), l.ID, Worker, Start); err != nil || sent != want {
			t.Errorf("sent: %v, want %v, %v", sent, want, err)
		}
		got, err := s.SignIn(t.Context(), l.PublicID)
		if err != nil || got.AddressKey != nil || got.Network != "" || got.DecidedAt.IsZero() {
			t.Errorf("once decided: %+v, %v", got, err)
		}
		if again, err := s.DecideSignIn(t.Context(), l.ID, Worker, Start); err != nil || again {
			t.Errorf("decided twice: %v, %v", again, err)
		}
	}
	l, to, err := s.SignInByID(t.Context(), known.ID)
	if err != nil || to == nil || to.PublicID != m.PublicID || l.PublicID != known.PublicID {
		t.Errorf("%+v, %+v, %v", l, to, err)
	}
	if _, to, err := s.SignInByID(t.Context(), unknown.ID); err != nil || to != nil {
		t.Errorf("a stranger's: %+v, %v", to, err)
	}
	if mails := Query(t, s, `SELECT address, ref FROM delivery WHERE template = 'sign_in'`); !cmp.Equal(mails, [][]string{{"Anna@voorbeeld.nl", str(known.ID)}}) {
		t.Errorf("%v", mails)
	}
	quota := newsletter.Quota{Counter: "sign_in_address", Key: "k", Limits: []newsletter.Limit{{Most: 1, Per: time.Hour}}, Reason: "limit_address"}
	w.askSignIn(anna, "three", Start, quota)
	key := anna.Key()
	full := &newsletter.SignIn{AddressKey: &key, NonceHash: "four", Language: newsletter.Dutch, ExpiresAt: newsletter.At(Start.Add(time.Hour))}
	if err := s.AskSignIn(t.Context(), full, []newsletter.Quota{quota}, Worker, Start); !newsletter.Is(err, newsletter.TooMany) {
		t.Errorf("over the limit: %v", err)
	}
}

func testRefuseSignIn(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	l, err := s.IssueSignIn(t.Context(), w.Hire(anna, "Anna", newsletter.RoleEditor).PublicID, newsletter.SignInIssued, By, Start)
	w.check(err)
	quota := []newsletter.Quota{{Counter: "refused", Key: "192.0.2.0/24", Limits: []newsletter.Limit{{Most: 2, Per: time.Hour}}, Reason: "code_limit"}}
	for range 5 {
		w.check(s.RefuseSignIn(t.Context(), l.PublicID, "sign_in_elsewhere", quota, Worker, Start))
	}
	trail, err := s.AuditTrail(t.Context(), "sign_in", l.PublicID.String())
	w.check(err)
	if last := trail[len(trail)-1]; len(trail) != 2 || last.Action != "sign_in.refuse" || last.Detail != `{"reason":"sign_in_elsewhere"}` {
		t.Errorf("%+v", trail)
	}
}

func testUseSignIn(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleEditor)
	session := func() *newsletter.Session {
		return &newsletter.Session{ExpiresAt: newsletter.At(Start.Add(12 * time.Hour))}
	}
	use := func(l *newsletter.SignIn, token string, now time.Time) error {
		return s.UseSignIn(t.Context(), l.PublicID, session(), token, now)
	}
	l := w.askSignIn(anna, "nonce", Start)
	if err := use(l, "a", Start); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("before it was decided on: %v", err)
	}
	_, err := s.DecideSignIn(t.Context(), l.ID, Worker, Start)
	w.check(err)
	if err := use(l, "a", Start.Add(newsletter.SignInLife)); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("too late: %v", err)
	}
	w.check(use(l, "a", Start))
	if err := use(l, "b", Start); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("twice: %v", err)
	}
	got, err := s.Session(t.Context(), "a")
	if err != nil || got.Staff.PublicID != m.PublicID || got.Whole() || !got.Staff.SignedIn.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	older, err := s.IssueSignIn(t.Context(), m.PublicID, newsletter.SignInIssued, By, Start)
	w.check(err)
	newer, err := s.IssueSignIn(t.Context(), m.PublicID, newsletter.SignInIssued, By, Start)
	w.check(err)
	if err := use(older, "c", Start); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("one that a newer link has ended: %v", err)
	}
	w.check(use(newer, "d", Start))

	if n, err := s.ForgetSignIns(t.Context(), Worker, Start.Add(time.Hour)); err != nil || n != 3 {
		t.Errorf("forgotten: %d, %v", n, err)
	}
	if mails := Query(t, s, `SELECT template, state, address FROM delivery ORDER BY id`); !cmp.Equal(mails,
		[][]string{{"staff_invitation", "pending", string(anna)}, {"sign_in", "expired", "NULL"}}) {
		t.Errorf("%v", mails)
	}
}

func testTrySignIn(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Hire(anna, "Anna", newsletter.RoleEditor)
	w.askSignIn(anna, "nonce", Start)
	latest := w.askSignIn(bas, "nonce", Start)
	for n := 1; n <= newsletter.SignInTries+1; n++ {
		if l, err := s.TrySignIn(t.Context(), "nonce", nil, Start); err != nil || l.ID != latest.ID || l.Tries != n {
			t.Errorf("try %d: %+v, %v", n, l, err)
		}
	}
	for _, none := range []string{"", "other"} {
		if _, err := s.TrySignIn(t.Context(), none, nil, Start); !newsletter.Is(err, newsletter.NotFound) {
			t.Errorf("another browser's, %q: %v", none, err)
		}
	}
}

func testFirstAdmin(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	older, err := s.IssueFirst(t.Context(), newsletter.Dutch, By, Start)
	w.check(err)
	first, err := s.IssueFirst(t.Context(), newsletter.Dutch, By, Start)
	w.check(err)
	name := func(link *newsletter.SignIn, address newsletter.Address, nonce string) (*newsletter.SignIn, error) {
		l := &newsletter.SignIn{Address: address, Name: "Anna", NonceHash: nonce, Language: newsletter.Dutch, ExpiresAt: newsletter.At(Start.Add(newsletter.SignInLife))}
		return l, s.NameFirst(t.Context(), link.PublicID, l, nil, Worker, Start)
	}
	if _, err := name(older, anna, "mine"); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("a link that a newer one has ended: %v", err)
	}
	slip, err := name(first, "ana@voorbeeld.nl", "mine")
	w.check(err)
	if _, err := name(first, bas, "other"); !newsletter.Is(err, newsletter.Used) {
		t.Errorf("from another browser: %v", err)
	}
	mended, err := name(first, anna, "mine")
	w.check(err)
	if l, err := s.TrySignIn(t.Context(), "mine", nil, Start); err != nil || l.ID != mended.ID {
		t.Errorf("the code is of %+v, %v", l, err)
	}
	use := func(l *newsletter.SignIn, token string) error {
		return s.UseSignIn(t.Context(), l.PublicID, &newsletter.Session{Factor: newsletter.FactorWaived, ExpiresAt: newsletter.At(Start.Add(time.Hour))}, token, Start)
	}
	for what, l := range map[string]*newsletter.SignIn{"the slip of the pen": slip, "the printed link itself": first} {
		if err := use(l, what); !newsletter.Is(err, newsletter.Used) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if all, err := s.AllStaff(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("staff before the mail was answered: %v, %v", all, err)
	}
	w.check(use(mended, "token"))
	if n, err := s.Session(t.Context(), "token"); err != nil || !n.Staff.Has(newsletter.RoleAdmin) || n.Staff.Address != anna {
		t.Errorf("%+v, %v", n, err)
	}
	if _, err := s.IssueFirst(t.Context(), newsletter.Dutch, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("with staff there: %v", err)
	}
	if _, err := name(first, bas, "mine"); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a second first admin: %v", err)
	}
}

func testSignInGate(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleEditor)
	l, err := s.IssueSignIn(t.Context(), m.PublicID, newsletter.SignInInvitation, By, Start)
	w.check(err)
	claims, err := s.ClaimOther(t.Context(), "test", Start.Add(time.Minute), Start, 10)
	w.check(err)
	granted, err := s.HandOver(t.Context(), nil, Held(claims), false, Start)
	w.check(err)
	if len(claims) != 2 || len(granted) != 1 || claims[len(claims)-1].Ref == nil {
		t.Fatalf("claimed %d, granted %v", len(claims), granted)
	}
	for _, c := range claims {
		if (*c.Ref == l.ID) != (c.ID == granted[0]) {
			t.Errorf("the older invitation passed the gate: %+v", c)
		}
	}
	if states := Query(t, s, `SELECT state FROM delivery WHERE template = 'staff_invitation' ORDER BY id`); !cmp.Equal(states, [][]string{{"expired"}, {"handing_over"}}) {
		t.Errorf("%v", states)
	}
}

func testTestMail(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	m := w.Hire(anna, "Anna", newsletter.RoleAdmin)
	if last, err := s.LastTestMail(t.Context(), m.ID); err != nil || last != nil {
		t.Errorf("before any: %+v, %v", last, err)
	}
	quota := newsletter.Quota{Counter: "test_mail", Key: "k", Limits: []newsletter.Limit{{Most: 2, Per: time.Hour}}, Reason: "limit_tests"}
	w.check(s.SendTestMail(t.Context(), m, []newsletter.Quota{quota}, Start))
	w.check(s.SendTestMail(t.Context(), m, []newsletter.Quota{quota}, Start.Add(time.Second)))
	if err := s.SendTestMail(t.Context(), m, []newsletter.Quota{quota}, Start.Add(time.Second)); !newsletter.Is(err, newsletter.TooMany) {
		t.Errorf("a third: %v", err)
	}
	if last, err := s.LastTestMail(t.Context(), m.ID); err != nil || last.State != newsletter.DeliveryPending || !last.CreatedAt.Equal(Start.Add(time.Second)) {
		t.Errorf("%+v, %v", last, err)
	}
	_, err := s.ForgetSignIns(t.Context(), Worker, Start.Add(2*time.Hour))
	w.check(err)
	if mails := Query(t, s, `SELECT address, state FROM delivery WHERE template = 'test_mail'`); !cmp.Equal(mails, [][]string{{"NULL", "expired"}, {"NULL", "expired"}}) {
		t.Errorf("%v", mails)
	}
}
