package newsletter

import (
	"slices"
	"time"
)

// RequestYear is what became of the requests about personal data that arrived in a year: for the yearly report of those
// who must show that they answer, and answer in time (GDPR art. 5(2) and 12(3)).
type RequestYear struct {
	Year    int              `json:"year"`
	Kinds   []RequestTally   `json:"kinds"` // all kinds, also without a request
	Total   RequestTally     `json:"total"`
	Notable []NotableRequest `json:"notable"` // late, refused or extended
}

// RequestTally counts requests of one kind, or of all.
type RequestTally struct {
	Kind     RequestKind `json:"kind,omitempty"` // empty: all
	Received int         `json:"received"`
	Open     int         `json:"open"`
	Done     int         `json:"done"`    // what was asked
	Nothing  int         `json:"nothing"` // fulfilled with the answer that nothing, or only a suppression hash, is held
	Refused  int         `json:"refused"`
	Lapsed   int         `json:"lapsed"` // nobody showed that it was theirs; these are kept for retention.lapsed alone
	Extended int         `json:"extended"`
	Late     int         `json:"late"` // answered after the last day, or still not answered on it

	// Served counts what people carried out by themselves, at once. It is among Done, and not among the days.
	Served int `json:"served"`
	// Median and P90 are days from arrival to the answer, by nearest rank, of the requests that waited for somebody;
	// Waited is how many those are. 0 of 0 says nothing.
	Waited int `json:"waited"`
	Median int `json:"median_days"`
	P90    int `json:"p90_days"`

	days []int
}

// NotableRequest is one that a report speaks of: by its number, without a word of what it holds.
type NotableRequest struct {
	ID        int64        `json:"-"`
	Reference string       `json:"reference"`
	Kind      RequestKind  `json:"kind"`
	State     RequestState `json:"state"`
	Received  Day          `json:"received"`
	Due       Day          `json:"due"`
	Answered  Day          `json:"answered,omitzero"`
	Late      int          `json:"days_late,omitempty"`
	Extended  bool         `json:"extended,omitempty"`
}

// NewRequestYear counts. Days are those of the zone; today decides what is late of the open ones.
func NewRequestYear(year int, all []DataRequest, today Day, zone *time.Location) *RequestYear {
	y := &RequestYear{Year: year}
	for _, kind := range RequestKinds() {
		y.Kinds = append(y.Kinds, RequestTally{Kind: kind})
	}
	for i := range all {
		r := &all[i]
		n := r.notable(today, zone)
		for k := range y.Kinds {
			if y.Kinds[k].Kind == r.Kind {
				y.Kinds[k].add(r, n)
			}
		}
		y.Total.add(r, n)
		if n.Late > 0 || n.Extended || r.State == RequestRefused {
			y.Notable = append(y.Notable, n)
		}
	}
	for k := range y.Kinds {
		y.Kinds[k].rank()
	}
	y.Total.rank()
	return y
}

func (r *DataRequest) notable(today Day, zone *time.Location) NotableRequest {
	n := NotableRequest{ID: r.ID, Reference: r.Reference(), Kind: r.Kind, State: r.State, Received: r.ReceivedOn, Due: r.DueOn,
		Answered: DayOf(r.ClosedAt.Time, zone), Extended: r.ExtendedOn != 0}
	switch {
	case r.Late(today):
		n.Late = int(today - r.DueOn)
	case n.Answered > r.DueOn && r.State != RequestLapsed:
		n.Late = int(n.Answered - r.DueOn)
	}
	return n
}

func (t *RequestTally) add(r *DataRequest, n NotableRequest) {
	t.Received++
	count := func(to *int, is bool) {
		if is {
			*to++
		}
	}
	served := r.Channel == ArrivedSelfService
	count(&t.Open, !r.State.Ended())
	count(&t.Done, r.State == RequestFulfilled && r.Result == ResultDone)
	count(&t.Nothing, r.State == RequestFulfilled && r.Result != ResultDone)
	count(&t.Refused, r.State == RequestRefused)
	count(&t.Lapsed, r.State == RequestLapsed)
	count(&t.Extended, n.Extended)
	count(&t.Late, n.Late > 0)
	count(&t.Served, served)
	if !served && r.State.Ended() && r.State != RequestLapsed {
		t.days = append(t.days, int(n.Answered-r.ReceivedOn))
	}
}

// rank finds the days.
func (t *RequestTally) rank() {
	t.Waited = len(t.days)
	if t.Waited == 0 {
		return
	}
	slices.Sort(t.days)
	at := func(percent int) int { return t.days[(t.Waited*percent+99)/100-1] }
	t.Median, t.P90 = at(50), at(90)
}
