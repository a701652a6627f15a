package bench

import (
	"context"
	"slices"
	"sync"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
)

// Meter stands between a service and its store, and notes when each step of one edition was taken.
type Meter struct {
	now  func() time.Time
	want int
	done chan struct{} // closed when as many deliveries as are wanted have ended
	// Opened is told where the pages are, before the service runs.
	opened chan string

	mu           sync.Mutex
	began        time.Time     // of the release
	cpu          time.Duration // of this process at that moment
	released     time.Time
	fannedOut    time.Time
	first, last  time.Time // outcomes recorded
	sent, failed int       // deliveries that have ended
	early        int       // of those, before the fan-out had ended
	deliveries   int64     // made
	claims       []time.Duration
	records      []time.Duration
	cpuEnd       time.Duration
	others       map[int64]bool // claims that belong to no edition: confirmations
	confirmed    int            // of those, sent
}

// NewMeter makes a meter for an edition with a number of deliveries.
func NewMeter(want int, now func() time.Time) *Meter {
	return &Meter{want: want, now: now, done: make(chan struct{}), opened: make(chan string, 1), others: map[int64]bool{}}
}

// Opened says where the service's pages are.
func (m *Meter) Opened(pages string) { m.opened <- pages }

// Confirmed is how much mail that belongs to no edition was sent.
func (m *Meter) Confirmed() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.confirmed
}

// Digests measures what the digester asks of the store.
func (m *Meter) Digests(s digest.Store) digest.Store { return &meteredDigests{s, m} }

// Deliveries measures what the delivery worker asks of the store.
func (m *Meter) Deliveries(s delivery.Store) delivery.Store { return &meteredDeliveries{s, m} }

// Sent is how many deliveries have ended.
func (m *Meter) Sent() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent + m.failed
}

type meteredDigests struct {
	digest.Store
	meter *Meter
}

func (d *meteredDigests) Release(ctx context.Context, e *newsletter.Edition) (*newsletter.Release, error) {
	m := d.meter
	m.mu.Lock()
	if m.began.IsZero() {
		m.began, m.cpu = m.now(), ownCPU()
	}
	m.mu.Unlock()
	return d.Store.Release(ctx, e)
}

func (d *meteredDigests) ReleaseEdition(ctx context.Context, e *newsletter.Edition, variants []newsletter.Variant, assignments []newsletter.Assignment, now time.Time) (bool, error) {
	released, err := d.Store.ReleaseEdition(ctx, e, variants, assignments, now)
	m := d.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	if released {
		m.released = m.now()
	}
	return released, err
}

func (d *meteredDigests) FanOut(ctx context.Context, editionID int64, limit int, life time.Duration, now time.Time) (newsletter.FanOut, error) {
	out, err := d.Store.FanOut(ctx, editionID, limit, life, now)
	m := d.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deliveries += out.Deliveries
	if (out.Done || m.deliveries >= int64(m.want)) && m.fannedOut.IsZero() {
		m.fannedOut = m.now()
	}
	return out, err
}

type meteredDeliveries struct {
	delivery.Store
	meter *Meter
}

func (d *meteredDeliveries) ClaimEdition(ctx context.Context, editionID int64, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
	m := d.meter
	began := m.now()
	claims, err := d.Store.ClaimEdition(ctx, editionID, worker, lease, now, limit)
	if len(claims) > 0 {
		m.mu.Lock()
		m.claims = append(m.claims, m.now().Sub(began))
		m.mu.Unlock()
	}
	return claims, err
}

func (d *meteredDeliveries) ClaimOther(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
	claims, err := d.Store.ClaimOther(ctx, worker, lease, now, limit)
	m := d.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range claims {
		m.others[claims[i].ID] = true
	}
	return claims, err
}

func (d *meteredDeliveries) HandOver(ctx context.Context, outcomes []newsletter.Outcome, next []newsletter.Held, repeat bool, now time.Time) ([]int64, error) {
	m := d.meter
	began := m.now()
	granted, err := d.Store.HandOver(ctx, outcomes, next, repeat, now)
	if err == nil && len(outcomes) > 0 {
		m.count(outcomes, m.now().Sub(began))
	}
	return granted, err
}

// count takes note of outcomes that were recorded.
func (m *Meter) count(outcomes []newsletter.Outcome, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.others[outcomes[0].ID] { // a commit is of one lane
		for i := range outcomes {
			if outcomes[i].State == newsletter.DeliverySent {
				m.confirmed++
			}
		}
		return
	}
	m.last = m.now()
	if m.first.IsZero() {
		m.first = m.last
	}
	m.records = append(m.records, took)
	for i := range outcomes {
		switch outcomes[i].State {
		case newsletter.DeliverySent:
			m.sent++
		case newsletter.DeliveryPending, newsletter.DeliveryUncertain: // it comes back
		default:
			m.failed++
		}
	}
	ended := m.sent + m.failed
	if m.fannedOut.IsZero() {
		m.early = ended
	}
	if ended >= m.want && m.cpuEnd == 0 {
		m.cpuEnd = ownCPU()
		close(m.done)
	}
}

// quantile of durations, which are sorted by it; 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))]
}
