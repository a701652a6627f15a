package main

import (
	"context"
	"time"

	"bode.example/internal/datarequest"
	"bode.example/internal/demo"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
)

// demoService is what the demo may ask of the service that runs for it: what an operator would do by
// the command line.
type demoService struct {
	*service
	zone  *time.Location
	stop  context.CancelFunc
	ended chan struct{}
	err   error // of Run; to be read when ended is closed
}

var _ demo.Service = (*demoService)(nil)

var demoActor = newsletter.Operator("demo")

func (d *demoService) FetchNow(ctx context.Context) error {
	lists, err := d.store.Lists(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		feeds, err := d.store.Feeds(ctx, l.ID)
		if err != nil {
			return err
		}
		for _, f := range feeds {
			if err := d.store.WakeFeed(ctx, f.ID, demoActor, d.now()); err != nil {
				return err
			}
		}
	}
	_, err = d.feeds.RunDue(ctx)
	return err
}

func (d *demoService) AddPost(ctx context.Context, markdown string) error {
	manuscript, err := feed.ReadManuscript("demo.md", []byte(markdown), feed.ManuscriptOptions{Zone: d.zone, Base: d.config.PublicURL})
	if err != nil {
		return err
	}
	list, err := listOf(ctx, d.store, manuscript)
	if err != nil {
		return err
	}
	post, err := postOf(ctx, d.store, list, manuscript)
	if err != nil {
		return err
	}
	return d.store.AddPost(ctx, post, demoActor, d.now())
}

// SendNow makes an extra edition of every schedule and approves it. A schedule to whose readers
// nothing is owed gets none.
func (d *demoService) SendNow(ctx context.Context) error {
	lists, err := d.store.Lists(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		schedules, err := d.store.Schedules(ctx, l.ID)
		if err != nil {
			return err
		}
		for _, c := range schedules {
			if err := d.sendNow(ctx, c.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *demoService) sendNow(ctx context.Context, schedule int64) error {
	e, err := d.store.AddExtraEdition(ctx, schedule, demoActor, d.now())
	if err != nil {
		return err
	}
	_, err = d.store.ApproveEdition(ctx, e.PublicID, demoActor, d.now())
	if newsletter.Is(err, newsletter.Conflict) { // it is empty
		_, err = d.store.CancelEdition(ctx, e.PublicID, demoActor, d.now())
	}
	return err
}

// deskHold is short enough to wait for, and long enough to press "Stop".
const deskHold = newsletter.Duration(time.Minute)

// Desk makes an edition that waits for approval, and an editor to approve it.
func (d *demoService) Desk(ctx context.Context) (string, error) {
	lists, err := d.store.Lists(ctx)
	if err != nil {
		return "", err
	}
	form := staff.Form{Address: "marije@redactie.example", Name: "Marije Hoekstra", Language: d.config.Language,
		Roles: []newsletter.Role{newsletter.RoleEditor, newsletter.RoleAdmin}}
	for _, l := range lists {
		form.Lists = append(form.Lists, l.ID)
		if err := d.store.SetApprovalRule(ctx, newsletter.ApprovalRule{ListID: l.ID, Hold: deskHold}, demoActor, d.now()); err != nil {
			return "", err
		}
		schedules, err := d.store.Schedules(ctx, l.ID)
		if err != nil {
			return "", err
		}
		weekly := schedules[len(schedules)-1] // the slowest comes last, and has most to bring
		e, err := d.store.AddExtraEdition(ctx, weekly.ID, demoActor, d.now())
		if err != nil {
			return "", err
		}
		if _, err := d.store.ReviewEdition(ctx, e.PublicID, demoActor, d.now()); err != nil {
			return "", err
		}
	}
	return d.demoLink(ctx, form)
}

// AddRequest enters a request about personal data.
func (d *demoService) AddRequest(ctx context.Context, r datarequest.Entry) error {
	_, err := d.requests.Enter(ctx, r, demoActor, d.now())
	return err
}

// PrivacyDesk makes an officer.
func (d *demoService) PrivacyDesk(ctx context.Context) (string, error) {
	return d.demoLink(ctx, staff.Form{Address: "yvonne@redactie.example", Name: "Yvonne Dijkstra", Language: d.config.Language,
		Roles: []newsletter.Role{newsletter.RoleOfficer}})
}

// Report counts what the service holds.
func (d *demoService) Report(ctx context.Context) (*demo.Report, error) {
	r := &demo.Report{}
	subscribers, err := d.store.CountSubscribers(ctx)
	if err != nil {
		return nil, err
	}
	r.Subscribers = int(subscribers)
	lists, err := d.store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		posts, err := d.store.Posts(ctx, newsletter.PostQuery{ListID: l.ID, Limit: 1000})
		if err != nil {
			return nil, err
		}
		r.Posts += len(posts)
		for _, post := range posts {
			if post.Seq != nil {
				r.Owed++
			}
		}
		if err := d.reportEditions(ctx, &l, r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (d *demoService) reportEditions(ctx context.Context, l *newsletter.List, r *demo.Report) error {
	schedules, err := d.store.Schedules(ctx, l.ID)
	if err != nil {
		return err
	}
	pace := map[int64]string{}
	for _, c := range schedules {
		pace[c.ID] = c.Texts.In(newsletter.English, l.Language).Title
	}
	editions, err := d.store.Editions(ctx, l.ID, 1000)
	if err != nil {
		return err
	}
	for _, e := range editions {
		report := demo.EditionReport{Pace: pace[e.ScheduleID], State: e.State}
		variants, err := d.store.EditionVariants(ctx, e.ID)
		if err != nil {
			return err
		}
		for _, v := range variants {
			if v.Mails == 0 {
				continue // whom it was for, another edition reached first
			}
			report.Variants = append(report.Variants, demo.VariantReport{Language: v.Language, Layout: v.Layout, Subject: v.Subject,
				Posts: len(v.Posts), Sent: int(v.Sent), Waiting: int(v.Open), Failed: int(v.Mails - v.Sent - v.Open)})
		}
		r.Editions = append(r.Editions, report)
	}
	return nil
}

// Ended is closed when the service has ended.
func (d *demoService) Ended() <-chan struct{} { return d.ended }

// Stop ends the service and waits until what is in flight is finished.
func (d *demoService) Stop() error {
	d.stop()
	<-d.ended
	return d.err
}
