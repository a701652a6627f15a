package demo

import (
	"context"
	"fmt"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
)

// arrived is the day on which a request came in that has so many days left, or as few more as the calendar
// allows: its last day is never in a weekend, and not every number of a month has one a month before.
func arrived(today newsletter.Day, left int) newsletter.Day {
	best, least := newsletter.Day(0), newsletter.Day(1<<30)
	for d := today - 62; d <= today; d++ {
		if _, due := (newsletter.RequestClock{Received: d}).Due(today); due >= today+newsletter.Day(left) && due < least {
			best, least = d, due
		}
	}
	return best
}

// asked are the requests that wait on the privacy desk: one that is late, one with three days left, one of today.
func asked(today newsletter.Day) []datarequest.Entry {
	return []datarequest.Entry{
		{Kind: newsletter.RequestAccess, Channel: newsletter.ArrivedLetter, ReceivedOn: arrived(today, 3), Language: newsletter.Dutch,
			Address: "s.postma@provincie.example", Name: "Sietske Postma", Wish: "Graag een overzicht van alles wat u over mij bewaart."},
		{Kind: newsletter.RequestRectification, Channel: newsletter.ArrivedMail, ReceivedOn: arrived(today, -8), Language: newsletter.Dutch,
			Address: "hans.en.riet@thuis.example", Name: "Riet", Wish: "Hans leest niet meer mee. Wilt u er alleen nog Riet van maken?"},
		{Kind: newsletter.RequestErasure, Channel: newsletter.ArrivedPhone, ReceivedOn: today, Language: newsletter.English,
			Address: "j.smith@university.example", Name: "Joanne Smith", Receipt: true},
	}
}

// openPrivacyDesk puts requests on the privacy desk, and returns a link that signs the visitor in there.
func (d *demo) openPrivacyDesk(ctx context.Context) (link string, err error) {
	for _, r := range asked(newsletter.DayOf(d.Now(), d.Zone)) {
		if err := d.service.AddRequest(ctx, r); err != nil {
			return "", fmt.Errorf("a request of the privacy desk: %w", err)
		}
	}
	return d.service.PrivacyDesk(ctx)
}
