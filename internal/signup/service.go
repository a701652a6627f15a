package signup

import (
	"log/slog"
	"sync/atomic"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Config is what an operator may set.
type Config struct {
	// Language is the one that texts of the operator's fall back to.
	Language newsletter.Language
	// Zone is where the day is that a request about data arrives on.
	Zone *time.Location
	// Domain is the sender's, of Message-IDs.
	Domain string
	// LinkLife is for how long a confirmation link works; 7 days unless set.
	LinkLife time.Duration
	// MinFill is how long at least a person takes over the form, to the second; a robot takes less.
	MinFill time.Duration
	// OriginLife is for how long the ledger keeps from where somebody consented; 180 days unless set.
	OriginLife time.Duration
	Limits     Limits
}

// The times of links that nobody needs to set.
const (
	defaultLinkLife   = 7 * 24 * time.Hour
	defaultOriginLife = 180 * 24 * time.Hour
	// AccessLife is for how long an access link works until it is opened: long enough for a mail that is
	// greylisted on its way, and for who reads mail once a day (WCAG 2.2.1 asks for 20 hours).
	AccessLife = 24 * time.Hour
	// ChangeLife is for how long a new address may confirm.
	ChangeLife = 24 * time.Hour
)

// Service is sign-up for the public pages, and the worker behind it. It is safe for concurrent use.
type Service struct {
	store       Store
	links       *token.Ring
	suppression *token.Hashes
	counting    *token.Hashes
	config      Config
	log         *slog.Logger
	alarmed     atomic.Int64  // when, in microseconds: the last alarm about too many requests
	fresh       chan struct{} // a request came in: the worker need not wait for its next look
}

// New makes one. suppression are the hashes of the suppression list, counting those of limits.
func New(store Store, links *token.Ring, suppression, counting *token.Hashes, config Config, log *slog.Logger) *Service {
	if config.LinkLife <= 0 {
		config.LinkLife = defaultLinkLife
	}
	if config.OriginLife <= 0 {
		config.OriginLife = defaultOriginLife
	}
	if config.Zone == nil {
		config.Zone = time.UTC
	}
	if !config.Language.Valid() {
		config.Language = newsletter.Dutch
	}
	return &Service{store: store, links: links, suppression: suppression, counting: counting, config: config, log: log, fresh: make(chan struct{}, 1)}
}

// stir tells the worker of this process, if there is one, that there is something to decide on.
func (s *Service) stir() {
	select {
	case s.fresh <- struct{}{}:
	default: // it has been told
	}
}

// LinkLife is for how long a confirmation link works.
func (s *Service) LinkLife() time.Duration { return s.config.LinkLife }

// system is the actor of what nobody has proved to be the person's own wish yet.
var system = newsletter.System("signup")

// withLinks gives each subscription the tokens of its own pages. They work for as long as mail lies
// in boxes.
func (s *Service) withLinks(standing []newsletter.Standing) {
	for i := range standing {
		standing[i].Links = s.Links(standing[i].Subscription.PublicID)
	}
}

// Links returns the tokens of a subscription's own pages.
func (s *Service) Links(id newsletter.PublicID) newsletter.Links {
	sign := func(p token.Purpose) string { return s.links.Sign(p, id, time.Time{}) }
	return newsletter.Links{Preferences: sign(token.Preferences), Unsubscribe: sign(token.Unsubscribe), Why: sign(token.Why)}
}
