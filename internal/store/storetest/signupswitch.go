package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/store"
)

func testSignupSwitch(t *testing.T, s *store.Store) {
	closed := func(want time.Time) {
		t.Helper()
		if since, err := s.SignupClosed(t.Context()); err != nil || since.IsZero() != want.IsZero() || !want.IsZero() && !since.Equal(want) {
			t.Errorf("closed since %v, %v; want %v", since, err, want)
		}
	}
	press := func(did bool, err error) bool {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return did
	}
	closed(time.Time{})
	if press(s.OpenSignup(t.Context(), By, Start)) {
		t.Error("what was open was opened")
	}
	if !press(s.CloseSignup(t.Context(), By, Start)) || press(s.CloseSignup(t.Context(), By, Start.Add(time.Hour))) {
		t.Error("closing twice is closing once")
	}
	closed(Start)
	if !press(s.OpenSignup(t.Context(), By, Start.Add(2*time.Hour))) {
		t.Error("it was not opened")
	}
	closed(time.Time{})
	trail, err := s.AuditTrail(t.Context(), "setting", "signup_closed")
	var actions []string
	for _, e := range trail {
		actions = append(actions, e.Action)
	}
	if diff := cmp.Diff([]string{"signup.close", "signup.open"}, actions); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
}
