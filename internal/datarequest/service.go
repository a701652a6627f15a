package datarequest

import (
	"log/slog"
	"net/netip"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/templates"
)

// Config is what an operator may set.
type Config struct {
	Zone         *time.Location // of the organisation: its days count
	Organisation string
	// PublicBody says that answers are decisions under administrative law, which has other remedies.
	PublicBody bool
	Limits     Limits
	Controller Controller
	// Retention says, in the language of its reader, what is kept and for how long.
	Retention func(newsletter.Language) []Term
	// Recipients are those to whom data are passed: the mail server's keeper, the host.
	Recipients []string
	// Site is the public address, without a slash at its end.
	Site string
	// Keep is for how long a closed request names its person: until its letter has arrived and was answered.
	Keep time.Duration
}

// Limits bound what the form may cause; zero is none. They count requests and never look at what is known.
type Limits struct {
	AddressPerDay, NetworkPerHour, TotalPerHour int
}

// DefaultKeep is Config.Keep where that is not set.
const DefaultKeep = 30 * 24 * time.Hour

// Service is the privacy desk's rules over a Store. It is safe for concurrent use.
type Service struct {
	store    Store
	links    *token.Ring
	hashes   *token.Hashes // of the suppression list: one key finds all that stays of an address
	counting *token.Hashes
	texts    *templates.Catalogue
	config   Config
	log      *slog.Logger
}

// Parts are what a Service is made of.
type Parts struct {
	Store    Store
	Links    *token.Ring
	Hashes   *token.Hashes
	Counting *token.Hashes // of limits
	Texts    *templates.Catalogue
	Log      *slog.Logger
}

// New makes one.
func New(p Parts, config Config) *Service {
	if config.Zone == nil {
		config.Zone = time.UTC
	}
	if config.Keep <= 0 {
		config.Keep = DefaultKeep
	}
	return &Service{store: p.Store, links: p.Links, hashes: p.Hashes, counting: p.Counting, texts: p.Texts, config: config, log: p.Log}
}

// system is the actor of what nobody has proved to be the person's own wish yet.
var system = newsletter.System("datarequest")

// Today is the day on which now is where the organisation is.
func (s *Service) Today(now time.Time) newsletter.Day { return newsletter.DayOf(now, s.config.Zone) }

func (s *Service) quotas(address newsletter.Address, network string) []newsletter.Quota {
	var quotas []newsletter.Quota
	add := func(counter, key string, most int, per time.Duration, reason string) {
		if most > 0 {
			quotas = append(quotas, newsletter.Quota{Counter: "request_" + counter, Key: key, Limits: []newsletter.Limit{{Most: most, Per: per}}, Reason: reason})
		}
	}
	add("address", s.counting.Current(address).Sum, s.config.Limits.AddressPerDay, 24*time.Hour, "limit_address")
	if prefix, err := netip.ParsePrefix(network); err == nil {
		add("network", prefix.Masked().String(), s.config.Limits.NetworkPerHour, time.Hour, "limit_network")
	}
	add("total", "", s.config.Limits.TotalPerHour, time.Hour, "limit_total")
	return quotas
}
