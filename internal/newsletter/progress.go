package newsletter

import "time"

// ProgressQuery asks how the deliveries of an edition stand.
type ProgressQuery struct {
	EditionID int64
	From      Time     // where the first bucket begins
	Width     Duration // of a bucket
	Lately    Time     // what ended after it is counted apart
}

// ProgressCount is how many deliveries of an edition are alike.
type ProgressCount struct {
	State    DeliveryState `db:"state"`
	Deferred bool          `db:"deferred"` // pending, and refused for a while before
	Bucket   int64         `db:"bucket"`   // when they ended, counted from From in Widths; -1: not yet
	Count    int64         `db:"count"`
	Lately   int64         `db:"lately"`
}

// DomainTrouble is how many deliveries of an edition to a domain did not simply arrive.
type DomainTrouble struct {
	Domain    string `db:"domain"`
	Failed    int64  `db:"failed"` // refused for good, or too long
	Deferred  int64  `db:"deferred"`
	Uncertain int64  `db:"uncertain"`
}

// Progress is how far an edition is, at one moment.
type Progress struct {
	At        Time
	Total     int64
	Sent      int64
	Waiting   int64 // their turn has not come yet
	OnTheWay  int64 // being handed over
	Deferred  int64 // refused for a while; tried again
	Failed    int64 // refused for good, or for too long
	Uncertain int64
	Stopped   int64 // cancelled, or suppressed: they left, or must not be mailed
	// PerMinute is how many deliveries ended in the last minute.
	PerMinute int64
	From      Time
	Width     Duration
	Buckets   []ProgressBucket // without gaps; the last one is the newest
	Troubles  []DomainTrouble  // the worst first
}

// ProgressBucket is what ended in a stretch of time.
type ProgressBucket struct{ Sent, Failed int64 }

// widths are how long a bucket may be, so that a plot has some dozens of them.
var widths = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// mostBuckets is how many a plot has room for.
const mostBuckets = 48

// BucketWidth is how long the buckets of a plot of so much time are.
func BucketWidth(span time.Duration) Duration {
	for _, w := range widths {
		if span <= mostBuckets*w {
			return Duration(w)
		}
	}
	days := span/(mostBuckets*24*time.Hour) + 1
	return Duration(days * 24 * time.Hour)
}

// NewProgress adds up what was counted.
func NewProgress(q ProgressQuery, counts []ProgressCount, at Time) *Progress {
	p := &Progress{At: at, From: q.From, Width: q.Width}
	for i := range counts {
		c := &counts[i]
		p.Total += c.Count
		p.PerMinute += c.Lately
		switch {
		case c.State == DeliverySent:
			p.Sent += c.Count
			p.bucket(c.Bucket).Sent += c.Count
		case c.State == DeliveryFailed, c.State == DeliveryExpired:
			p.Failed += c.Count
			p.bucket(c.Bucket).Failed += c.Count
		case c.State == DeliveryUncertain:
			p.Uncertain += c.Count
		case c.State == DeliverySuppressed, c.State == DeliveryCancelled:
			p.Stopped += c.Count
		case c.State == DeliveryHandingOver:
			p.OnTheWay += c.Count
		case c.Deferred:
			p.Deferred += c.Count
		default:
			p.Waiting += c.Count
		}
	}
	return p
}

// bucket returns a bucket; those before it come to be. What the clocks of two machines disagree about counts
// in the first.
func (p *Progress) bucket(n int64) *ProgressBucket {
	n = min(max(n, 0), 10*mostBuckets)
	for int64(len(p.Buckets)) <= n {
		p.Buckets = append(p.Buckets, ProgressBucket{})
	}
	return &p.Buckets[n]
}

// Open is how many have not ended, and will be tried.
func (p *Progress) Open() int64 { return p.Waiting + p.OnTheWay + p.Deferred }

// Percent is how much of all has been sent or has ended otherwise.
func (p *Progress) Percent() int64 {
	if p.Total == 0 {
		return 0
	}
	return 100 * (p.Total - p.Open()) / p.Total
}

// Left is how long what waits will take at the pace of the last minute; 0: that can't be said.
func (p *Progress) Left() time.Duration {
	if p.PerMinute == 0 || p.Waiting == 0 {
		return 0
	}
	return time.Duration(float64(p.Waiting) / float64(p.PerMinute) * float64(time.Minute))
}
