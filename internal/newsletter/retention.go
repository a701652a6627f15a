package newsletter

import "time"

// Retention is until when what is held about people may be as old as it is; what is older goes. Zero: it stays.
// Restricted people and people with an open request are exempt (GDPR art. 18(1) and (2)).
type Retention struct {
	Requests Time // closed requests, with their letters and history
	Lapsed   Time // requests of which nobody showed that they were theirs
	Mails    Time // who a mail went to: afterwards it counts, and is nobody's
	Left     Time // people who have left all lists, with their proof of consent
}

// RetentionTerms are how long each is kept.
type RetentionTerms struct{ Requests, Lapsed, Mails, Left time.Duration }

// At is what the terms mean at a time.
func (t RetentionTerms) At(now time.Time) Retention {
	before := func(d time.Duration) Time {
		if d <= 0 {
			return Time{}
		}
		return At(now.Add(-d))
	}
	return Retention{Requests: before(t.Requests), Lapsed: before(t.Lapsed), Mails: before(t.Mails), Left: before(t.Left)}
}

// RetentionReport counts what went, or would go.
type RetentionReport struct {
	Requests int64 `json:"requests"`
	Lapsed   int64 `json:"lapsed"`
	Mails    int64 `json:"mails"`
	Left     int64 `json:"left"`
	// MoreMails says of a plan that there are more mails than it counted.
	MoreMails bool `json:"more_mails,omitempty"`
}

// RetentionCounts is how many mails a plan counts: beyond that it makes nobody wiser, and takes its time.
const RetentionCounts = 50_000

// Empty reports whether nothing went.
func (r RetentionReport) Empty() bool { return r == RetentionReport{} }

// Plus adds two reports.
func (r RetentionReport) Plus(o RetentionReport) RetentionReport {
	return RetentionReport{r.Requests + o.Requests, r.Lapsed + o.Lapsed, r.Mails + o.Mails, r.Left + o.Left, r.MoreMails || o.MoreMails}
}

// RetentionRun is what went on a day.
type RetentionRun struct {
	On   Day             `json:"on"`
	Went RetentionReport `json:"went"`
}

// RetentionTerm is how long something is kept, for those who look after it.
type RetentionTerm struct {
	Key     string // of its text: "retention_" + Key
	Setting string // where it is set; empty: it isn't
	Kept    time.Duration
	Daily   bool // carried out once a day, and so can be planned; the others go within the hour
}

// Days is the term in whole days.
func (t RetentionTerm) Days() int { return int(t.Kept / (24 * time.Hour)) }
