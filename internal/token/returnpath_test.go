package token_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

func returnPath(t testing.TB, r *token.Ring, mailbox newsletter.Address) *token.ReturnPath {
	t.Helper()
	p, err := token.NewReturnPath(r, mailbox)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestC12_ReturnPath(t *testing.T) {
	old := token.NewSecret()
	p := returnPath(t, ring(t, old), "bounce@lists.example.org")
	expires := now.AddDate(0, 0, 30)
	for _, delivery := range []int64{1, 42, math.MaxInt64} {
		sender := p.Address(delivery, expires)
		for what, got := range map[string]string{"as sent": sender, "in capitals": strings.ToUpper(sender)} {
			if d, err := p.Parse(got, now); err != nil || d != delivery {
				t.Errorf("%s: got %d, %v; want %d", what, d, err, delivery)
			}
		}
		rotated := returnPath(t, ring(t, token.NewSecret(), old), "bounce@lists.example.org")
		if d, err := rotated.Parse(sender, now); err != nil || d != delivery {
			t.Errorf("after rotation: got %d, %v; want %d", d, err, delivery)
		}
		if again := p.Address(delivery, expires.Add(time.Minute)); again != sender {
			t.Errorf("another sender on a retry: %s, then %s", sender, again)
		}
	}
}

func TestA10_ReturnPathFitsTheEnvelope(t *testing.T) {
	r := ring(t, token.NewSecret())
	p := returnPath(t, r, "fifteen.letters@example.org")
	local, domain, _ := strings.Cut(p.Address(math.MaxInt64, now), "@")
	if len(local) > 64 || domain != "example.org" {
		t.Errorf("local part of %d octets at %s", len(local), domain)
	}
	if _, err := newsletter.ParseAddress(local + "@" + domain); err != nil {
		t.Errorf("is no address: %v", err)
	}
	_, err := token.NewReturnPath(r, "seventeen.letters@example.org")
	wantCode(t, err, newsletter.Invalid, "no room for the token")
}

func TestC12_ReturnPathExpires(t *testing.T) {
	p := returnPath(t, ring(t, token.NewSecret()), "bounce@example.org")
	sender := p.Address(7, now)
	if _, err := p.Parse(sender, time.Date(2026, 11, 23, 23, 59, 59, 0, time.UTC)); err != nil {
		t.Errorf("on its last day: %v", err)
	}
	d, err := p.Parse(sender, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	wantCode(t, err, newsletter.Expired, "the day after")
	if d != 7 {
		t.Errorf("the expired sender names delivery %d, want 7", d)
	}
}

func TestC12_ForgedReturnPaths(t *testing.T) {
	p := returnPath(t, ring(t, token.NewSecret()), "bounce@example.org")
	good := p.Address(7, now)
	at := strings.Index(good, "@")
	for i := range at {
		changed := []byte(good)
		if changed[i]++; changed[i] == 'z'+1 {
			changed[i] = 'a'
		}
		_, err := p.Parse(string(changed), now)
		wantCode(t, err, newsletter.Forbidden, string(changed))
	}
	for _, bad := range []string{"", "@", "bounce@example.org", "bounce+@example.org", "jan@example.org",
		strings.Replace(good, "example.org", "example.net", 1), "<" + good + ">", good + "@example.org", good[:at-1] + good[at:]} {
		_, err := p.Parse(bad, now)
		wantCode(t, err, newsletter.Forbidden, bad)
	}
	_, err := returnPath(t, ring(t, token.NewSecret()), "bounce@example.org").Parse(good, now)
	wantCode(t, err, newsletter.Forbidden, "another's ring")
}

func TestReturnPathHidesTheRow(t *testing.T) {
	p := returnPath(t, ring(t, token.NewSecret()), "bounce@example.org")
	a, b := p.Address(1, now), p.Address(2, now)
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	// mailbox, key id and day are the same; of the 38 characters of the rest about one in 32 is.
	if same > len("bounce+@example.org")+10+10 {
		t.Errorf("%s and %s of neighbouring rows are too much alike", a, b)
	}
}

func FuzzReturnPath(f *testing.F) {
	p := returnPath(f, ring(f, secret(f, 7)), "bounce@example.org")
	f.Add(p.Address(1, now))
	f.Add(strings.ToUpper(p.Address(2, now)))
	f.Add("bounce+@example.org")
	f.Add("bounce+" + strings.Repeat("a", 48) + "@example.org")
	f.Fuzz(func(t *testing.T, address string) {
		if d, err := p.Parse(address, now); err == nil && !strings.EqualFold(address, p.Address(d, now)) {
			t.Errorf("accepts %q, which we did not make", address)
		}
	})
}

func TestB7_LeaveAddressNamesItsSubscription(t *testing.T) {
	old := token.NewSecret()
	leave := func(r *token.Ring, mailbox newsletter.Address) *token.LeavePath {
		t.Helper()
		p, err := token.NewLeavePath(r, mailbox)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := leave(ring(t, old), "afmelden@lists.example.org")
	address := p.Address(42)
	for what, got := range map[string]string{"as sent": address, "in capitals": strings.ToUpper(address)} {
		if n, err := p.Parse(got); err != nil || n != 42 {
			t.Errorf("%s: got %d, %v", what, n, err)
		}
	}
	if n, err := leave(ring(t, token.NewSecret(), old), "afmelden@lists.example.org").Parse(address); err != nil || n != 42 {
		t.Errorf("after rotation: %d, %v", n, err)
	}
	// The tokens of bounces and of leaving are made alike, and yet one is no use as the other.
	bounces := returnPath(t, ring(t, old), "afmelden@lists.example.org")
	_, err := bounces.Parse(address, now)
	wantCode(t, err, newsletter.Forbidden, "a leave address taken for a sender")
	_, err = p.Parse(bounces.Address(42, now.AddDate(1, 0, 0)))
	wantCode(t, err, newsletter.Forbidden, "a sender taken for a leave address")
	_, err = p.Parse("afmelden@lists.example.org")
	wantCode(t, err, newsletter.Forbidden, "no token")
	if _, err := token.NewLeavePath(ring(t, old), "seventeen.letters@example.org"); !newsletter.Is(err, newsletter.Invalid) {
		t.Error(err)
	}
}
