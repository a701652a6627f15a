package newsletter_test

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// The picture in docs/states.md and the table are one.
func TestRequestStatesAreThosePictured(t *testing.T) {
	all := []newsletter.RequestState{newsletter.RequestReceived, newsletter.RequestIdentityAsked, newsletter.RequestVerified,
		newsletter.RequestInProgress, newsletter.RequestFulfilled, newsletter.RequestRefused, newsletter.RequestLapsed}
	drawn := picture(t, "## Request about data")
	for _, from := range all {
		for _, to := range all {
			if from.CanBecome(to) != drawn[string(from)+" --> "+string(to)] {
				t.Errorf("%s → %s: the table says %v, docs/states.md says otherwise", from, to, from.CanBecome(to))
			}
		}
		if from.Ended() != drawn[string(from)+" --> [*]"] {
			t.Errorf("%s: ended %v, docs/states.md says otherwise", from, from.Ended())
		}
	}
}

func arrived(t *testing.T, kind newsletter.RequestKind) *newsletter.DataRequest {
	t.Helper()
	address := newsletter.Address("jan@voorbeeld.nl")
	r := &newsletter.DataRequest{ID: 7, Kind: kind, Language: newsletter.Dutch, ReceivedOn: day(t, "2026-11-02"), Address: &address,
		CreatedAt: newsletter.At(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC))}
	if err := r.Arrive(day(t, "2026-11-03")); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestE7_StepsOfARequest(t *testing.T) {
	now := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	step := func(r *newsletter.DataRequest, s newsletter.RequestStep, today string) error {
		t.Helper()
		return s.Apply(r, day(t, today), now)
	}
	want := func(err error, reason string) {
		t.Helper()
		e, ok := err.(*newsletter.Error)
		if !ok || e.Reason != reason {
			t.Errorf("%v, want %s", err, reason)
		}
	}
	r := arrived(t, newsletter.RequestErasure)
	if r.Reference() != "2026-0007" || r.DueOn.String() != "2026-12-02" {
		t.Errorf("%s is due on %s", r.Reference(), r.DueOn)
	}
	want(step(r, newsletter.FulfilRequest{Result: newsletter.ResultDone}, "2026-11-03"), "request_unidentified")
	want(step(r, newsletter.BeginRequest{}, "2026-11-03"), "request_unidentified")
	if err := step(r, newsletter.AskIdentity{}, "2026-11-03"); err != nil || !r.Clock().Stands() {
		t.Fatal(err)
	}
	want(step(r, newsletter.ShowIdentity{How: newsletter.ShownByOfficer}, "2026-11-05"), "request_why")
	if err := step(r, newsletter.ShowIdentity{How: newsletter.ShownByLink}, "2026-11-05"); err != nil || r.StrictOn.String() != "2026-12-04" {
		t.Fatalf("%v, due on %v", err, r.StrictOn)
	}
	want(step(r, newsletter.ExtendRequest{Reason: " "}, "2026-11-06"), "request_reason")
	want(step(r, newsletter.ExtendRequest{Reason: "veel"}, "2026-12-05"), "request_extend_late")
	if err := step(r, newsletter.ExtendRequest{Reason: "veel"}, "2026-12-04"); err != nil || r.StrictOn.String() != "2027-02-04" {
		t.Fatalf("%v, due on %v", err, r.StrictOn)
	}
	want(step(r, newsletter.ExtendRequest{Reason: "meer"}, "2026-12-04"), "request_extended")
	want(step(r, newsletter.FulfilRequest{Result: "misschien"}, "2026-12-04"), "request_result")
	if err := step(r, newsletter.FulfilRequest{Result: newsletter.ResultDone}, "2026-12-04"); err != nil || r.ClosedAt.IsZero() {
		t.Fatal(err)
	}
	want(step(r, newsletter.RefuseRequest{Reason: "toch niet"}, "2026-12-04"), "request_ended")

	r = arrived(t, newsletter.RequestObjection)
	want(step(r, newsletter.RefuseRequest{Reason: "nee"}, "2026-11-03"), "request_absolute")
	if err := step(r, newsletter.FulfilRequest{Result: newsletter.ResultDone}, "2026-11-03"); err != nil {
		t.Errorf("who wants no mail need not prove who they are: %v", err)
	}
	r = arrived(t, newsletter.RequestAccess)
	if err := step(r, newsletter.AskIdentity{}, "2026-11-03"); err != nil {
		t.Fatal(err)
	}
	want(step(r, newsletter.LapseRequest{}, "2026-11-04"), "request_state")
	late := now.Add(newsletter.IdentityLife)
	want(newsletter.ShowIdentity{How: newsletter.ShownByLink}.Apply(r, day(t, "2026-11-10"), late), "request_link_expired")
	if err := (newsletter.LapseRequest{}).Apply(r, day(t, "2026-11-10"), late); err != nil {
		t.Error(err)
	}
}
