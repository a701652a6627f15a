package newsletter_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"bode.example/internal/newsletter"
)

func TestE7_AYearOfRequests(t *testing.T) {
	day := func(m time.Month, d int) newsletter.Day { return newsletter.NewDay(2026, m, d) }
	closed := func(m time.Month, d int) newsletter.Time {
		return newsletter.At(time.Date(2026, m, d, 23, 30, 0, 0, time.UTC))
	}
	make := func(kind newsletter.RequestKind, state newsletter.RequestState, result, channel string, received, due newsletter.Day, at newsletter.Time) newsletter.DataRequest {
		return newsletter.DataRequest{ID: 7, Kind: kind, State: state, Result: result, Channel: channel, ReceivedOn: received, DueOn: due, StrictOn: due, ClosedAt: at, CreatedAt: closed(time.January, 1)}
	}
	all := []newsletter.DataRequest{
		make("access", "fulfilled", "done", "letter", day(time.March, 2), day(time.April, 2), closed(time.March, 3)), // the 4th in the zone: 2 days
		make("access", "fulfilled", "done", "self_service", day(time.March, 2), day(time.April, 2), closed(time.March, 1)),
		make("access", "fulfilled", "nothing_held", "page", day(time.March, 2), day(time.April, 2), closed(time.April, 9)), // the 10th: 8 late
		make("erasure", "refused", "", "mail", day(time.March, 2), day(time.April, 2), closed(time.March, 4)),
		make("erasure", "lapsed", "", "page", day(time.March, 2), day(time.April, 2), closed(time.May, 4)),
		make("erasure", "in_progress", "", "mail", day(time.March, 2), day(time.April, 2), newsletter.Time{}),
	}
	all[5].ExtendedOn, all[5].DueOn = day(time.March, 20), day(time.June, 2)
	zone := time.FixedZone("", 3600)
	y := newsletter.NewRequestYear(2026, all, day(time.June, 1), zone)
	ignore := cmpopts.IgnoreUnexported(newsletter.RequestTally{})
	for _, got := range y.Kinds {
		want := newsletter.RequestTally{Kind: got.Kind}
		switch got.Kind {
		case newsletter.RequestAccess:
			want = newsletter.RequestTally{Kind: got.Kind, Received: 3, Done: 2, Nothing: 1, Late: 1, Served: 1, Waited: 2, Median: 2, P90: 39}
		case newsletter.RequestErasure:
			want = newsletter.RequestTally{Kind: got.Kind, Received: 3, Open: 1, Refused: 1, Lapsed: 1, Extended: 1, Waited: 1, Median: 3, P90: 3}
		}
		if diff := cmp.Diff(want, got, ignore); diff != "" {
			t.Errorf("%s: %s", got.Kind, diff)
		}
	}
	if diff := cmp.Diff(newsletter.RequestTally{Received: 6, Open: 1, Done: 2, Nothing: 1, Refused: 1, Lapsed: 1, Extended: 1, Late: 1, Served: 1, Waited: 3, Median: 3, P90: 39}, y.Total, ignore); diff != "" {
		t.Error(diff)
	}
	if len(y.Notable) != 3 || y.Notable[0].Late != 8 || y.Notable[0].Reference != "2026-0007" || y.Notable[2].Late != 0 || !y.Notable[2].Extended {
		t.Errorf("%+v", y.Notable)
	}
	if y := newsletter.NewRequestYear(2026, all, day(time.June, 3), zone); y.Total.Late != 2 || y.Notable[2].Late != 1 {
		t.Errorf("an open one whose last day has passed: %+v", y.Notable)
	}
}
