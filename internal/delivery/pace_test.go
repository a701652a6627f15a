package delivery

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// STANDARDS C7: who is told to slow down halves the speed, and recovers slowly.
func TestC7_SlowDownAndRecover(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var p pace
	for range 1000 { // a hundred a second, for ten seconds
		now = now.Add(10 * time.Millisecond)
		p.took(now)
	}
	if n, _ := p.room(now); n < 1_000_000 {
		t.Errorf("a limit of %d before anybody asked for one", n)
	}
	p.slow(now)
	p.slow(now.Add(time.Second)) // what was under way says the same
	if rate := measure(&p, &now, 10*time.Second); rate < 45 || rate > 55 {
		t.Errorf("%.0f a second after the first warning at 100", rate)
	}
	p.slow(now)
	if rate := measure(&p, &now, 10*time.Second); rate < 22 || rate > 28 {
		t.Errorf("%.0f a second after the second", rate)
	}
	if rate := measure(&p, &now, 30*time.Second); rate > 40 {
		t.Errorf("%.0f a second half a minute later", rate)
	}
	now = now.Add(10 * time.Minute)
	if n, _ := p.room(now); n < 1_000_000 {
		t.Errorf("still limited to %d after ten quiet minutes", n)
	}
}

// measure takes what there is room for and returns how much that was a second.
func measure(p *pace, now *time.Time, d time.Duration) float64 {
	sent := 0
	for end := now.Add(d); now.Before(end); {
		n, wait := p.room(*now)
		n = min(n, 64)
		p.went(n, *now)
		sent += n
		*now = now.Add(max(wait, time.Millisecond))
	}
	return float64(sent) / d.Seconds()
}

func TestC11_LimitsOfADomain(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	u := newUses(Limits{"traag.example": {PerSecond: 10}, "*": {AtOnce: 3}})
	var waiting []*job
	for range 200 {
		for _, domain := range []string{"traag.example", "vrij.example"} {
			waiting = append(waiting, &job{claim: newsletter.Claim{Delivery: newsletter.Delivery{Domain: domain}}})
		}
	}
	slow, most := 0, 0
	for end := now.Add(10 * time.Second); now.Before(end); now = now.Add(20 * time.Millisecond) {
		picked := u.pick(nil, waiting, 64, now)
		free := 0
		for _, j := range picked {
			u.went(j.claim.Domain, now)
			if j.claim.Domain == "traag.example" {
				slow++
			} else {
				free++
			}
		}
		most = max(most, free)
		for _, j := range picked {
			u.came(j.claim.Domain)
		}
	}
	if slow < 98 || slow > 103 || most != 3 {
		t.Errorf("%d in ten seconds at 10 a second; %d at once where 3 may", slow, most)
	}
	u.forget(now.Add(time.Minute))
	if len(u.of) != 0 {
		t.Errorf("%d domains are remembered that have all their limit", len(u.of))
	}
	ids, due := u.excess(append(waiting, waiting...))
	if len(ids["traag.example"]) != 400-batch/4 || due["traag.example"] < putBackFor || len(ids["vrij.example"]) != 400-batch/4 {
		t.Errorf("put back %d, %d; for %v", len(ids["traag.example"]), len(ids["vrij.example"]), due)
	}
}
