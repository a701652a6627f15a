package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/bounce"
	"bode.example/internal/compose"
	"bode.example/internal/datarequest"
	"bode.example/internal/delivery"
	"bode.example/internal/digest"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/signup"
	"bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/public"
	"bode.example/mailer"
	"bode.example/templates"
)

// wiring is in what serve, worker and demo differ.
type wiring struct {
	// pages says that the public site is served; what is in extra stands beside it, by prefix.
	pages bool
	extra func(web.Config) (prefix string, door http.Handler, err error)
	// mailbox is where readers may look into the mail that is sent: in the demonstration only.
	mailbox string
	// listener is where pages are served; nil: the configured address.
	listener net.Listener
	// meter, when the service is measured, stands before what the workers see of the store.
	meter meter
	now   func() time.Time
	log   *slog.Logger
}

// meter sees what the workers ask of the store; *bench.Meter is one.
type meter interface {
	Digests(digest.Store) digest.Store
	Deliveries(delivery.Store) delivery.Store
}

// newService puts the program together. This is the whole of it, from the database up: who needs
// what can be read here and nowhere else. What it returns has begun nothing yet; see service.Run.
func newService(ctx context.Context, c *config.Config, w wiring) (_ *service, err error) {
	s := &service{config: c, log: w.log, now: w.now}
	defer func() {
		if err != nil {
			s.close()
		}
	}()

	// What everything stands on: texts, keys, database.
	texts, err := templates.Load(c.TemplatesDir)
	if err != nil {
		return nil, &configError{err} // ours are tested: the fault is in the operator's folder
	}
	if s.store, err = makeDatabase(ctx, c, w.log); err != nil {
		return nil, err
	}
	links, err := links(c)
	if err != nil {
		return nil, err
	}
	suppression, err := hashes(c, token.Suppression)
	if err != nil {
		return nil, err
	}
	counting, err := hashes(c, token.Limit)
	if err != nil {
		return nil, err
	}
	if err := forgetAgain(ctx, c, s.store, suppression, w.now(), w.log); err != nil {
		return nil, err
	}
	if err := s.store.SeeClock(ctx, w.now()); newsletter.Is(err, newsletter.Unavailable) {
		w.log.Error("no editions are made by this clock; the site works all the same", "error", err)
	} else if err != nil {
		return nil, err
	}

	if durable, err := s.store.Durable(ctx); err != nil {
		return nil, err
	} else if !durable {
		w.log.Warn("the database answers before a commit is on its disk (fsync, synchronous_commit): when its machine loses power, letters may come twice and no doubt be shown")
	}

	// Posts come in.
	s.feeds = &feed.Worker{Store: s.store, Log: w.log, Now: w.now, Client: feed.NewClient(feed.Options{
		PublicURL: site(c), Version: thisVersion().Version, Zone: c.Zone})}

	// Posts become editions.
	composer, err := compose.New(texts, organisation(c), rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := composer.Check(); err != nil {
		return nil, &configError{err}
	}
	var digests digest.Store = s.store
	var deliveries delivery.Store = s.store
	if w.meter != nil {
		digests, deliveries = w.meter.Digests(digests), w.meter.Deliveries(deliveries)
	}
	digester := &digest.Digester{Store: digests, Composer: composer, Now: w.now, Log: w.log,
		Life: c.Delivery.EditionLife, Keep: c.Retention.EmptyEditions}
	if !store.IsPostgres(c.Database) {
		digester.Chunk = sqliteChunk
	}
	checks := newReview(c, s.store, composer)
	if w.meter == nil { // a measurement asks nobody where its links lead
		digester.Checker = checks
	}

	// People come and go.
	people := signup.New(s.store, links, suppression, counting, signupConfig(c), w.log)
	requests := newRequests(c, s.store, links, suppression, counting, texts.Texts(), w.log)
	s.requests = requests
	words, err := wordings(c, texts.Texts())
	if err != nil {
		return nil, err
	}
	if err := people.Publish(ctx, words, newsletter.System("start"), w.now()); err != nil {
		return nil, err
	}

	// People come in by files.
	files := &roster.Worker{Store: s.store, Hashes: suppression, LinkLife: people.LinkLife(), Zone: c.Zone, Now: w.now, Log: w.log}

	// Staff come and go.
	if s.staff, err = newStaff(c, s.store, w.log); err != nil {
		return nil, err
	}

	// Mail goes out.
	if s.pool, err = newPool(c); err != nil {
		return nil, err
	}
	writer, err := newWriter(c, s, composer, links)
	if err != nil {
		return nil, err
	}
	sender := &delivery.Worker{Store: deliveries, Writer: writer, Sender: delivery.Over(s.pool), Name: workerName(), Now: w.now, Log: w.log,
		Settings: deliverySettings(c)}

	s.workers = []func(context.Context) error{
		part("feed", w.log, always(s.feeds.Run)),
		part("digest", w.log, digester.Run),
		part("signup", w.log, always((&signup.Worker{Service: people, Now: w.now}).Run)),
		part("import", w.log, always(files.Run)),
		part("datarequest", w.log, always((&datarequest.Worker{Service: requests, Officers: officers(c, s.store), Record: recorder(c, s.store),
			Retain: daily(retainer(c, s.store, suppression, w.log), anchorer(c, s.store)), Now: w.now}).Run)),
		part("staff", w.log, always((&staff.Worker{Service: s.staff, Now: w.now}).Run)),
		part("delivery", w.log, sender.Run),
		part("relay", w.log, s.checkRelay),
	}

	// What was sent comes back.
	returned, err := newReturned(c, s, links, suppression)
	if err != nil {
		return nil, &configError{err}
	}
	s.workers = append(s.workers, part("bounce", w.log, always((&bounce.Worker{Service: returned, Now: w.now}).Run)))
	if !w.pages {
		return s, nil
	}
	if err := s.takeIn(returned); err != nil {
		return nil, err
	}

	// Readers come by.
	kit := web.Config{Templates: texts, Languages: languagesFrom(c.Language), URL: c.PublicURL, Proxies: c.TrustedProxies,
		Now: w.now, Log: w.log, Counts: &web.Counts{}}
	site := publicSite(c)
	site.Mailbox = w.mailbox
	door, err := public.New(public.Config{Web: kit, Site: site, Store: s.store, Signup: people, Settings: people, Access: people, Requests: requests,
		Health: s.store.Ping})
	if err != nil {
		return nil, &configError{err}
	}
	handler, err := s.hook(returned, door)
	if err != nil {
		return nil, err
	}
	desks, err := newDesks(c, s, composer, checks, requests, kit, s.staff)
	if err != nil {
		return nil, err
	}
	handler = beside(handler, desk.Home, desks)
	if w.extra != nil {
		prefix, door, err := w.extra(kit)
		if err != nil {
			return nil, err
		}
		handler = beside(handler, prefix, door)
	}
	if s.listener = w.listener; s.listener == nil {
		if s.listener, err = listen(c.Listen); err != nil {
			return nil, err
		}
	}
	s.server = &web.Server{Handler: handler, Log: w.log}
	return s, nil
}

// sqliteChunk is how many readers one transaction of a fan-out takes where there is one writer: others wait for it four times
// before a confirmation is out. A tenth of a second for 5,000 becomes a fiftieth.
const sqliteChunk = 1000

func listen(address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, newsletter.Errorf(newsletter.Invalid, "usage", "%q is not an address to listen on; write 127.0.0.1:8080, or :8080 for every address", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, newsletter.Errorf(newsletter.Unavailable, "listen", "the address %s can't be listened on: %w", address, err)
	}
	return l, nil
}

// beside puts a second door at a prefix. Paths reach both as they came: cleaning them, with the
// headers and the line in the log that go with it, is a door's work.
func beside(first http.Handler, prefix string, second http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, prefix) || r.URL.Path == strings.TrimSuffix(prefix, "/") {
			second.ServeHTTP(w, r)
			return
		}
		first.ServeHTTP(w, r)
	})
}

func deliverySettings(c *config.Config) delivery.Settings {
	return delivery.Settings{
		Window: c.Delivery.Window, Connections: c.SMTP.Connections, Lease: c.Delivery.Lease, Hold: c.Delivery.Uncertain == "hold",
		Patience: delivery.Patience{Edition: c.Delivery.EditionLife, Other: c.Delivery.OtherLife},
		Limits:   domainLimits(c),
	}
}

func signupConfig(c *config.Config) signup.Config {
	return signup.Config{
		Zone:     c.Zone,
		Language: c.Language, Domain: c.Sender.Address.Domain(), LinkLife: c.Signup.LinkLife, MinFill: c.Signup.MinFill,
		OriginLife: c.Retention.Origin,
		Limits: signup.Limits{AddressWait: c.Signup.AddressWait, AddressPerDay: c.Signup.AddressPerDay,
			NetworkPerHour: c.Signup.NetworkPerHour, TotalPerHour: c.Signup.TotalPerHour},
	}
}

// newPool makes the connections to the mail server; it dials when there is something to send. Two
// are kept for mail that somebody waits for, however many digests are under way.
func newPool(c *config.Config) (*mailer.Pool, error) {
	relay := c.SMTP.Relay
	password, err := c.SMTPPassword()
	if err != nil {
		return nil, &configError{err}
	}
	relay.Password = password.Reveal()
	relay.Connections, relay.Reserved, relay.PerSecond = c.SMTP.Connections, 2, c.SMTP.Rate
	if relay.LocalName = c.SMTP.Hello; relay.LocalName == "" {
		relay.LocalName = c.PublicURL.Hostname()
	}
	return mailer.NewPool(relay)
}

func domainLimits(c *config.Config) delivery.Limits {
	limits := delivery.Limits{}
	for _, l := range c.Delivery.Limits {
		limits[l.Domain] = delivery.Limit{AtOnce: l.AtOnce, PerSecond: l.PerSecond}
	}
	return limits
}

// newWriter writes, merges and signs messages.
func newWriter(c *config.Config, s *service, composer *compose.Composer, links *token.Ring) (*delivery.LetterWriter, error) {
	sender, err := returnPath(c, links)
	if err != nil {
		return nil, err
	}
	leaving, err := leavePath(c, links)
	if err != nil {
		return nil, err
	}
	own := &personal{site: site(c), links: links, leaving: leaving, contact: c.Organisation.Mail.String(), composer: composer}
	parts := delivery.WriterParts{
		Load: s.store.Letter, Fields: own, Notices: &notices{personal: own, store: s.store, zone: c.Zone},
		ReturnPath: sender, Domain: c.Sender.Address.Domain(), Zone: c.Zone,
	}
	signer, err := newSigner(c.DKIM)
	if err != nil {
		return nil, &configError{err}
	}
	if signer != nil { // a nil *Signer in the interface would not be nil
		parts.Signer = signer
	}
	return delivery.NewLetterWriter(parts), nil
}

func newSigner(d config.DKIM) (*mailer.Signer, error) {
	if d.Domain == "" {
		return nil, nil
	}
	var keys []mailer.Key
	for _, k := range []struct{ selector, file string }{{d.Selector, d.KeyFile}, {d.Ed25519Selector, d.Ed25519KeyFile}} {
		if k.file == "" {
			continue
		}
		private, err := mailer.LoadKey(k.file)
		if err != nil {
			return nil, err
		}
		keys = append(keys, mailer.Key{Selector: k.selector, Private: private})
	}
	return mailer.NewSigner(d.Domain, keys...)
}

// languagesFrom lists the languages, the default first.
func languagesFrom(first newsletter.Language) []newsletter.Language {
	all := []newsletter.Language{first}
	for _, l := range newsletter.Languages() {
		if l != first {
			all = append(all, l)
		}
	}
	return all
}

// workerName is unlike that of any worker that ever ran: leases are found again by it.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), newsletter.NewPublicID().String()[:8])
}
