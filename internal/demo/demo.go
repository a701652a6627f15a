package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// listName is the demo's list.
const listName = "nieuwe-democratie"

//go:embed lists.toml
var lists string

// Options are what the command line says.
type Options struct {
	// Site is where readers find the demo, without a slash at the end: http://127.0.0.1:8080.
	Site string
	// Dir is the folder that is kept, for what the visitor may try; empty: none is.
	Dir string
	// Once ends the demo after the first round.
	Once bool
	Zone *time.Location
	Out  io.Writer
	Now  func() time.Time
	Log  *slog.Logger
	// Start starts the service, with the wiring of `bode serve`.
	Start func(context.Context, Installation) (Service, error)
}

// Installation is what the demo asks of the wiring: all else is as for anyone.
type Installation struct {
	// Relay is the SMTP server, host:port on loopback, without TLS.
	Relay string
	// Lists is the declaration to apply, in TOML.
	Lists string
	// Pages makes the handler for /demo/, from the configuration of the public door.
	Pages func(web.Config) (http.Handler, error)
}

// Service is the service, running.
type Service interface {
	// FetchNow makes all feeds due.
	FetchNow(ctx context.Context) error
	// AddPost publishes a post, as `bode post add` reads it.
	AddPost(ctx context.Context, markdown string) error
	// SendNow makes and approves an extra edition of every schedule.
	SendNow(ctx context.Context) error
	// Desk makes an edition of the weekly schedule that waits for approval, takes the visitor on as an editor,
	// and returns a link that signs them in, once.
	Desk(ctx context.Context) (link string, err error)
	// AddRequest enters a request about personal data, as an officer would.
	AddRequest(ctx context.Context, r datarequest.Entry) error
	// PrivacyDesk takes the visitor on as a privacy officer, and returns a link that signs them in, once.
	PrivacyDesk(ctx context.Context) (link string, err error)
	Report(ctx context.Context) (*Report, error)
	// Ended is closed when the service has ended by itself.
	Ended() <-chan struct{}
	// Stop ends it, and waits: what is in flight is finished.
	Stop() error
}

// Report is what the service holds.
type Report struct {
	Posts       int // published
	Owed        int // of those, owed to somebody: not in a feed's baseline
	Subscribers int
	Editions    []EditionReport
}

// EditionReport is one edition of the report.
type EditionReport struct {
	Pace     string
	State    newsletter.EditionState
	Variants []VariantReport
}

// VariantReport is one variant of an edition, and what became of its mails.
type VariantReport struct {
	Language newsletter.Language
	Layout   newsletter.Layout
	Subject  string
	Posts    int
	Sent     int
	Waiting  int
	Failed   int
}

// demo is one run.
type demo struct {
	Options
	mailbox *mailbox
	source  *source
	service Service
}

// Run shows the service until ctx ends or, with Once, until the first round is over. The error says
// what was not as it should be.
func Run(ctx context.Context, o Options) (err error) {
	d := &demo{Options: o, mailbox: newMailbox(o.Now)}
	d.source = newSource(o.Site+"/demo/source", o.Now())
	office, err := openPostOffice(d.mailbox, o.Log)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		err = errors.Join(err, office.close(closing))
	}()
	d.service, err = o.Start(ctx, Installation{
		Relay: office.address(),
		Lists: strings.ReplaceAll(lists, "SITE", o.Site),
		Pages: func(c web.Config) (http.Handler, error) { return newDoor(c, d.mailbox, d.source, o.Zone) },
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.service.Stop()) }()
	d.say("Bode runs at %s, with a database, a feed and a mail server of its own.", o.Site)
	if err := d.firstRound(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped by hand
		}
		return err
	}
	if o.Once {
		return nil
	}
	editors, err := d.openDesk(ctx)
	var officers string
	if err == nil {
		officers, err = d.openPrivacyDesk(ctx)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	d.invite(editors, officers)
	publishing, stop := context.WithCancel(ctx)
	var publisher sync.WaitGroup
	publisher.Go(func() { d.publishOn(publishing) })
	select {
	case <-ctx.Done():
	case <-d.service.Ended():
	}
	stop()
	publisher.Wait()
	return nil
}

// firstRound goes once through all that the service does.
func (d *demo) firstRound(ctx context.Context) error {
	if err := d.await(ctx, "the first fetch of the feed", func(r *Report) bool { return r.Posts == len(older) }); err != nil {
		return err
	}
	d.say("The feed was read: %d older articles, owed to nobody.", len(older))
	if err := d.joinAll(ctx); err != nil {
		return err
	}
	if err := d.publish(ctx); err != nil {
		return err
	}
	if err := d.service.SendNow(ctx); err != nil {
		return err
	}
	if err := d.await(ctx, "the first digests", d.delivered); err != nil {
		return err
	}
	report, err := d.service.Report(ctx)
	if err != nil {
		return err
	}
	d.print(report)
	return d.check(report)
}

// joinAll has everybody sign up at once.
func (d *demo) joinAll(ctx context.Context) error {
	v := &visitor{site: d.Site, mailbox: d.mailbox, client: &http.Client{Timeout: patience}}
	d.say("%d people sign up on the site, and open their mail …", len(people))
	group, joining := errgroup.WithContext(ctx)
	for i := range people {
		group.Go(func() error { return v.join(joining, &people[i]) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	d.say("%d have confirmed; one forgot to, and gets nothing more.", confirmed())
	return nil
}

// publish brings the new articles, by the feed and by hand.
func (d *demo) publish(ctx context.Context) error {
	day := d.Now().In(d.Zone).AddDate(0, 0, 10)
	starts := time.Date(day.Year(), day.Month(), day.Day(), 14, 0, 0, 0, d.Zone)
	if err := d.service.AddPost(ctx, fmt.Sprintf(session, starts.Format(time.RFC3339), starts.Add(3*time.Hour).Format(time.RFC3339))); err != nil {
		return err
	}
	d.source.publish(fresh...)
	if err := d.service.FetchNow(ctx); err != nil {
		return err
	}
	if err := d.await(ctx, "the new articles", func(r *Report) bool { return r.Owed >= len(fresh)+1 }); err != nil {
		return err
	}
	d.say("%d new articles came by the feed, and an editor announced a work session.", len(fresh))
	return nil
}

// await polls the service until it is so far.
func (d *demo) await(ctx context.Context, what string, ready func(*Report) bool) error {
	waiting, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	for {
		report, err := d.service.Report(waiting)
		if err == nil && ready(report) {
			return nil
		}
		if err != nil && waiting.Err() == nil {
			return err
		}
		select {
		case <-d.service.Ended():
			return errors.New("the service ended while the demo waited for " + what)
		default:
		}
		if sleep(waiting, 200*time.Millisecond) != nil {
			return fmt.Errorf("the demo waited in vain for %s", what)
		}
	}
}

func confirmed() int {
	n := 0
	for i := range people {
		if !people[i].forgets {
			n++
		}
	}
	return n
}

func (d *demo) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.Out, format+"\n", args...) // who doesn't listen misses it
}
