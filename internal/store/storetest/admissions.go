package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func admissionCases() []Case {
	return []Case{
		{"E3 who is added by hand is added with what shows their consent", []string{"AdmitSubscriber"}, testAdmit},
		{"who is added by hand while they complain is suppressed, or isn't added", []string{"AdmitSubscriber"}, testAdmitRace},
		{"who is invited by hand confirms it", []string{"InviteSubscriber"}, testInvite},
	}
}

func (w *World) admission(a newsletter.Address) *newsletter.Admission {
	return &newsletter.Admission{Address: a, Name: "Jan", Language: newsletter.Dutch, Choice: w.Some(w.Council), Ground: newsletter.GroundConfirmed,
		Source: "eigen lijst van de griffie", ConsentedAt: newsletter.At(Start.AddDate(-1, 0, 0))}
}

// refusals are the ways in which an address can be unfit; left is of somebody who left by themselves.
func (w *World) refusals() (left newsletter.Address, others map[newsletter.Address]string) {
	w.t.Helper()
	sub := w.Join("weg@voorbeeld.nl", Start, w.All())
	w.check(w.s.Unsubscribe(w.t.Context(), sub.PublicID, false, newsletter.ChannelPage, Worker, Start))
	w.Join("piet@voorbeeld.nl", Start, w.All())
	w.check(w.s.Suppress(w.t.Context(), "klacht@voorbeeld.nl", w.Hash("klacht@voorbeeld.nl"), newsletter.SuppressedComplaint, time.Time{}, Worker, Start))
	_, err := w.s.Erase(w.t.Context(), "gewist@voorbeeld.nl", w.Hash, By, Start)
	w.check(err)
	return "weg@voorbeeld.nl", map[newsletter.Address]string{"piet@voorbeeld.nl": "subscribed_already", "klacht@voorbeeld.nl": "kept_away", "gewist@voorbeeld.nl": "kept_away"}
}

func (w *World) refused(err error, reason string) {
	w.t.Helper()
	if !newsletter.Is(err, newsletter.Conflict) || reasonOf(err) != reason {
		w.t.Errorf("%v, want Conflict %s", err, reason)
	}
}

// strangePaces tries a pace that doesn't exist, that of another list, and one that is archived: the readers of
// an edition are found by their pace.
func (w *World) strangePaces(admit func(*newsletter.Admission) error) {
	w.t.Helper()
	old := w.Schedule("oud", "Vroeger", "Formerly", "0 8 1 * *", Start.AddDate(0, 1, 0))
	w.Do(`UPDATE schedule SET archived_at = $1 WHERE id = $2`, Start.UnixMicro(), old.ID)
	for what, pace := range map[string]int64{"none": 0, "another list's": w.second().ScheduleID, "an archived one": old.ID} {
		a := w.admission("vreemd@voorbeeld.nl")
		a.Choice.ScheduleID = pace
		if err := admit(a); reasonOf(err) != "pace_unknown" {
			w.t.Errorf("%s: %v", what, err)
		}
	}
}

func testAdmit(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	admit := func(a newsletter.Address) (*newsletter.Subscriber, error) {
		return s.AdmitSubscriber(t.Context(), w.admission(a), w.Hashes(a), By, Start)
	}
	p, err := admit(jan)
	w.check(err)
	if entries := Query(t, s, `SELECT c.action, c.channel, e.ground, e.source FROM consent AS c JOIN consent_evidence AS e ON e.consent_seq = c.seq ORDER BY c.seq`); !cmp.Equal(entries,
		[][]string{{"requested", "desk", "confirmed", "eigen lijst van de griffie"}, {"confirmed", "desk", "confirmed", "eigen lijst van de griffie"}}) {
		t.Errorf("%v", entries)
	}
	if trail, err := s.AuditTrail(t.Context(), "subscriber", p.PublicID.String()); err != nil || len(trail) != 1 || trail[0].Action != "subscriber.admit" {
		t.Errorf("%v, %v", trail, err)
	}
	left, others := w.refusals()
	w.strangePaces(func(a *newsletter.Admission) error {
		_, err := s.AdmitSubscriber(t.Context(), a, w.Hashes(a.Address), By, Start)
		return err
	})
	others[left], others[jan] = "left_before", "subscribed_already"
	for a, reason := range others {
		_, err := admit(a)
		w.refused(err, reason)
	}
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Errorf("broken at %d, %v", broken, err)
	}
}

// testAdmitRace has people complain about whom nobody has a row yet, while an editor adds them.
func testAdmitRace(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var wg sync.WaitGroup
	for n := range 24 {
		a := newsletter.Address("jan" + str(int64(n)) + "@voorbeeld.nl")
		wg.Go(func() {
			if _, err := s.AdmitSubscriber(t.Context(), w.admission(a), w.Hashes(a), By, Start); err != nil && reasonOf(err) != "kept_away" {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := s.Suppress(t.Context(), a, w.Hash(a), newsletter.SuppressedComplaint, time.Time{}, Worker, Start); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if free := Query(t, s, `SELECT COUNT(*) FROM subscriber WHERE suppressed_at IS NULL`); free[0][0] != "0" {
		t.Errorf("%s complained and may be mailed", free[0][0])
	}
}

func testInvite(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	left, others := w.refusals()
	invite := func(a newsletter.Address) error {
		return s.InviteSubscriber(t.Context(), w.admission(a), LinkLife, w.Hashes(a), By, Start)
	}
	w.strangePaces(func(a *newsletter.Admission) error {
		return s.InviteSubscriber(t.Context(), a, LinkLife, w.Hashes(a.Address), By, Start)
	})
	w.check(invite(jan))
	w.check(invite(left)) // they asked, and confirm it
	others[jan] = "invited_already"
	for a, reason := range others {
		w.refused(invite(a), reason)
	}
	undecided, err := s.UndecidedSignups(t.Context(), 10)
	w.check(err)
	if len(undecided) != 2 || undecided[0].Channel != newsletter.ChannelInvitation {
		t.Fatalf("%+v", undecided)
	}
	for _, u := range undecided {
		if d := w.Decide(&u, Start); d != newsletter.SignupConfirm {
			t.Error(d)
		}
		u.Choices = nil
		w.Confirm(&u, Start.Add(time.Hour))
	}
	if got := Query(t, s, `SELECT state FROM subscription ORDER BY id`); !cmp.Equal(got, [][]string{{"active"}, {"active"}, {"active"}}) {
		t.Errorf("%v", got)
	}
}

func reasonOf(err error) string {
	var e *newsletter.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}
