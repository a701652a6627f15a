package delivery

import (
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// throttlePause is how long a domain is left alone that said: too much, too fast.
const throttlePause = 10 * time.Minute

// refusedInADomain is how many recipients of one domain are refused for policy (4.7.x), with none accepted in
// between, before the domain is left alone. One refusal is mostly greylisting (RFC 6647): it is about that one.
const refusedInADomain = 5

// rateCodes are enhanced codes that speak of speed: mail flood detected (4.7.28), and those by which large
// providers limit a sender (4.7.5xx, 4.7.6xx).
var rateCodes = regexp.MustCompile(`^4\.7\.(28|5\d\d|6\d\d)$`)

// rateWords are what servers say of speed where their code doesn't.
var rateWords = regexp.MustCompile(`(?i)rate.?limit|throttl|slow down|too fast|too many (messages|mails|e-?mails|connections)|unusual rate|flood`)

// tooFast reports whether a refusal is about how much comes how fast, and not about its recipient.
func tooFast(fault *mailer.SendError) bool {
	return fault.Code/100 == 4 && (rateCodes.MatchString(fault.Enhanced) || rateWords.MatchString(fault.Reply))
}

// domains watches over receiving domains for all lanes of a worker: which is to be left alone, and that this is
// said once.
type domains struct {
	mu      sync.Mutex
	refused map[string][]int64   // deliveries that were refused for policy since one was accepted
	held    map[string]time.Time // until when
	log     *slog.Logger
}

func newDomains(log *slog.Logger) *domains {
	return &domains{refused: map[string][]int64{}, held: map[string]time.Time{}, log: log}
}

// watch notes an answer, and leaves its domain alone in its outcome when that is due.
func (d *domains) watch(o *newsletter.Outcome, err error, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		delete(d.refused, o.Domain)
		return
	}
	var fault *mailer.SendError
	if o.Domain == "" || !errors.As(err, &fault) {
		return
	}
	if o.Refused && o.State == newsletter.DeliveryPending && strings.HasPrefix(fault.Enhanced, "4.7.") && !slices.Contains(d.refused[o.Domain], o.ID) {
		d.forget(now)
		d.refused[o.Domain] = append(d.refused[o.Domain], o.ID)
	}
	if len(d.refused[o.Domain]) >= refusedInADomain {
		o.Throttle = newsletter.At(now.Add(throttlePause))
		delete(d.refused, o.Domain)
	}
	if !o.Throttle.IsZero() && !now.Before(d.held[o.Domain]) {
		d.held[o.Domain] = o.Throttle.Time
		d.log.Warn("a domain refuses for now: its editions are held", "domain", o.Domain, "until", o.Throttle.UTC(), "code", fault.Code, "status", fault.Enhanced)
	}
}

// forget keeps what is remembered small.
func (d *domains) forget(now time.Time) {
	if len(d.refused) >= keptUses {
		clear(d.refused)
	}
	for domain, until := range d.held {
		if len(d.held) >= keptUses && !now.Before(until) {
			delete(d.held, domain)
		}
	}
}
