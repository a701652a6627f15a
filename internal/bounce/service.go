package bounce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Store is what the package asks of the database. Each method that changes something is one transaction.
type Store interface {
	TakeReport(ctx context.Context, b *newsletter.Bounce, rule newsletter.BounceRule, quotas []newsletter.Quota,
		hash func(newsletter.Address) token.Hash, by newsletter.Actor, now time.Time) error
	UndecidedRefusals(ctx context.Context, limit int) ([]newsletter.Refusal, error)
	DecideRefusal(ctx context.Context, b *newsletter.Bounce, rule newsletter.BounceRule,
		hash func(newsletter.Address) token.Hash, by newsletter.Actor, now time.Time) error
	ForgetReports(ctx context.Context, raw, rows time.Time, by newsletter.Actor, now time.Time) (int64, error)
	SubscriptionByID(ctx context.Context, id int64) (*newsletter.Subscription, error)
	SubscriptionOfDelivery(ctx context.Context, delivery int64) (*newsletter.Subscription, error)
	Unsubscribe(ctx context.Context, id newsletter.PublicID, all bool, channel string, by newsletter.Actor, now time.Time) error
	ProposeLeave(ctx context.Context, address newsletter.Address, listID *int64, words string, by newsletter.Actor, now time.Time) (bool, error)
	Lists(ctx context.Context) ([]newsletter.List, error)
}

// Forwarder passes a letter on unaltered, with the null sender: whatever becomes of it, nobody is told.
type Forwarder interface {
	Forward(ctx context.Context, to newsletter.Address, letter []byte) error
}

// Requests takes in what is written to the privacy desk. The same id comes twice when a mail does.
type Requests interface {
	TakeMail(ctx context.Context, m newsletter.RequestMail, id string, now time.Time) error
}

// Config is what an operator may set.
type Config struct {
	Rule newsletter.BounceRule
	// KeepRaw is how long a raw report is kept, Keep how long its row is.
	KeepRaw, Keep time.Duration
	// Mailbox takes reports, each under a tag of its own; without it only refusals while sending count.
	// Leaving takes wishes to leave, and may be empty.
	Mailbox, Leaving newsletter.Address
	// Own are further addresses of ours that people may write to, beside those of the lists.
	Own []newsletter.Address
	// Privacy is the address of the privacy desk, and Requests takes what comes to it; both or none.
	Privacy  newsletter.Address
	Requests Requests
	// Contacts are who gets letters, beside the list's own reply-to: the first that the letter did not come to.
	Contacts []newsletter.Address
}

// Service takes in what comes back. It is safe for concurrent use.
type Service struct {
	store       Store
	reports     *token.ReturnPath // nil: no report can be told from a forged one
	leaving     *token.LeavePath  // nil: no mail ends a subscription
	suppression *token.Hashes
	forwarder   Forwarder
	config      Config
	log         *slog.Logger
}

// New makes one.
func New(store Store, links *token.Ring, suppression *token.Hashes, forwarder Forwarder, c Config, log *slog.Logger) (*Service, error) {
	s := &Service{store: store, suppression: suppression, forwarder: forwarder, config: c, log: log}
	var err error
	if c.Mailbox != "" {
		if s.reports, err = token.NewReturnPath(links, c.Mailbox); err != nil {
			return nil, err
		}
	}
	if c.Leaving != "" {
		s.leaving, err = token.NewLeavePath(links, c.Leaving)
	}
	return s, err
}

// system is the actor of what a report or a letter causes.
var system = newsletter.System("bounce")

// Message is one that came.
type Message struct {
	Way newsletter.BounceWay
	// To are the envelope's recipients, as far as they are ours; none where nobody knows them any more.
	To []string
	// Sender is the envelope's; nil where nobody knows it any more.
	Sender *string
	Raw    []byte
}

// Result says what became of a message.
type Result struct {
	Report *Report
	// Effect and Reason are those of a report; left, proposed and forwarded those of a person's letter.
	Effect newsletter.BounceEffect
	Reason string
	// Bounce names the row that was made, if any.
	Bounce newsletter.PublicID
	// Settled says that nobody needs to look at the message any more.
	Settled bool
}

// What became of letters; the effects of reports are newsletter's.
const (
	effectLeft      newsletter.BounceEffect = "left"
	effectProposed  newsletter.BounceEffect = "proposed"
	effectForwarded newsletter.BounceEffect = "forwarded"
	effectRequested newsletter.BounceEffect = "requested"
)

// maxHops is how many mail servers a letter may have passed when it is passed on; more is a loop.
const maxHops = 30

// maxRaw bounds what is kept of a raw report, in bytes.
const maxRaw = 256 << 10

// Take takes a message in. An error is passing trouble, of the database or of the relay: the message is to be
// brought again. Whatever else is wrong with it is the Result's to say.
func (s *Service) Take(ctx context.Context, m Message, now time.Time) (Result, error) {
	parsed := open(m.Raw)
	parsed.sender = m.Sender
	r := read(parsed)
	for i := range m.To {
		r.to = slices.Insert(r.to, i, strings.ToLower(m.To[i]))
	}
	result, err := s.sort(ctx, m, r, now)
	result.Report = r
	if err == nil {
		s.log.InfoContext(ctx, "bounce: a message came back", "way", m.Way, "class", r.Class, "recognised", r.Recognised,
			"effect", result.Effect, "reason", result.Reason)
	}
	return result, err
}

func (s *Service) sort(ctx context.Context, m Message, r *Report, now time.Time) (Result, error) {
	switch r.Class {
	case newsletter.BounceHard, newsletter.BounceSoft, newsletter.BounceComplaint:
		return s.report(ctx, m, r, now)
	case newsletter.BounceAutoreply:
		return Result{Effect: newsletter.EffectNone, Reason: string(r.Class), Settled: true}, nil
	}
	if sub, ok := s.leaver(r); ok { // what else the mail says does not matter (RFC 2369)
		r.Class, r.Recognised = newsletter.BounceUnsubscribe, "token"
		return s.leave(ctx, func() (*newsletter.Subscription, error) { return s.store.SubscriptionByID(ctx, sub) }, false, newsletter.ChannelMail, now)
	}
	switch {
	case !r.machine && s.config.Privacy != "" && slices.Contains(r.to, s.config.Privacy.Key()):
		return s.request(ctx, m, r, now)
	case r.Class == newsletter.BounceUnsubscribe:
		return s.wish(ctx, m, r, now)
	case r.machine:
		return s.report(ctx, m, r, now) // kept to be looked at, if it is about a mail of ours
	}
	return s.letter(ctx, m, r, now)
}

// report hands a report on to the rule, if a token proves what it is about.
func (s *Service) report(ctx context.Context, m Message, r *Report, now time.Time) (Result, error) {
	delivery, err := s.delivery(r, now)
	if err != nil {
		if sub, ok := s.complainer(r); ok {
			return s.leave(ctx, func() (*newsletter.Subscription, error) { return s.store.SubscriptionByID(ctx, sub) }, true, string(newsletter.SuppressedComplaint), now)
		}
		return Result{Effect: newsletter.EffectNone, Reason: reasonOf(err), Settled: r.Class != newsletter.BounceUnknown && newsletter.Is(err, newsletter.Expired)}, nil
	}
	b := &newsletter.Bounce{DeliveryID: delivery, Way: m.Way, Class: r.Class, Policy: r.Policy, Status: cut(r.Status, 20),
		Diagnostic: anAddress.ReplaceAllString(r.Diagnostic, "<address>"), Recognised: cut(r.Recognised, 100), Hash: fingerprint(m.Raw), Raw: m.Raw[:min(len(m.Raw), maxRaw)]}
	if err := s.store.TakeReport(ctx, b, s.config.Rule, nil, s.suppression.Current, system, now); err != nil {
		return Result{}, err
	}
	return Result{Effect: b.Effect, Reason: b.Reason, Bounce: b.PublicID, Settled: r.Class != newsletter.BounceUnknown}, nil
}

// reasonOf says why no delivery was found.
func reasonOf(err error) string {
	if newsletter.Is(err, newsletter.Expired) {
		return newsletter.ReasonLate
	}
	return newsletter.ReasonForged
}

// delivery finds the token of a delivery: in an address that the message came to, or in what it returns.
func (s *Service) delivery(r *Report, now time.Time) (delivery int64, err error) {
	_, err = s.deliveryOf("", now) // none: forged
	for _, address := range slices.Concat(r.to, r.tagged) {
		id, e := s.deliveryOf(address, now)
		if e == nil {
			return id, nil
		}
		if newsletter.Is(e, newsletter.Expired) {
			err = e
		}
	}
	return 0, err
}

func (s *Service) deliveryOf(address string, now time.Time) (delivery int64, err error) {
	if s.reports == nil {
		return 0, newsletter.Errorf(newsletter.Forbidden, "bounce_forged", "no mailbox takes reports")
	}
	return s.reports.Parse(address, now)
}

// leaver finds the token of a subscription in an address that the message came to: in the text of a letter
// that quotes our header it is no wish.
func (s *Service) leaver(r *Report) (subscription int64, ok bool) { return s.leaveToken(r.to) }

// complainer finds it in the mail that a complaint returns, where that has lost its sender. It allows what
// a mail to the address would: to leave, not to suppress.
func (s *Service) complainer(r *Report) (subscription int64, ok bool) {
	if r.Class != newsletter.BounceComplaint {
		return 0, false
	}
	return s.leaveToken(r.tagged)
}

func (s *Service) leaveToken(addresses []string) (subscription int64, ok bool) {
	if s.leaving == nil {
		return 0, false
	}
	for _, address := range addresses {
		if id, err := s.leaving.Parse(address); err == nil {
			return id, true
		}
	}
	return 0, false
}

// leave ends a subscription, or all of the person's. Leaving twice is leaving once, and so is leaving after
// an erasure.
func (s *Service) leave(ctx context.Context, find func() (*newsletter.Subscription, error), all bool, channel string, now time.Time) (Result, error) {
	sub, err := find()
	if err == nil {
		err = s.store.Unsubscribe(ctx, sub.PublicID, all, channel, newsletter.Person(sub.PublicID), now)
	}
	if newsletter.Is(err, newsletter.NotFound) {
		return Result{Effect: newsletter.EffectNone, Reason: newsletter.ReasonErased, Settled: true}, nil
	}
	if err != nil {
		return Result{}, err
	}
	return Result{Effect: effectLeft, Settled: true}, nil
}

// fingerprint tells one report from another. The fields that servers add on the way are not part of it:
// the same report may come by two ways.
func fingerprint(raw []byte) string {
	h := sha256.New()
	header, body, _ := strings.Cut(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n\n")
	keep := false
	for line := range strings.Lines(header) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := strings.Cut(strings.ToLower(line), ":")
			keep = name == "message-id" || name == "date" || name == "from" || name == "subject"
		}
		if keep {
			h.Write([]byte(line))
		}
	}
	h.Write([]byte(strings.TrimRight(body, "\n")))
	return hex.EncodeToString(h.Sum(nil))
}
