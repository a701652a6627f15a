package staff

import (
	"net/netip"
	"time"

	"bode.example/internal/newsletter"
)

// Limits bound guessing, and what a sign-in form may send to anybody's mailbox. They count requests and
// never look at what is known about an address. A limit of zero is none.
type Limits struct {
	AddressWait   time.Duration // the least time between two mails to one address
	AddressPerDay int
	// NetworkPerHour bounds links, and CodesPerHour codes of mails, that one network asks for or types.
	NetworkPerHour int
	CodesPerHour   int
	TotalPerHour   int // links, of all together
	// FactorsPerQuarter and FactorsPerDay bound how often one person's second factor is tried: with twenty
	// codes a day of six digits, three of which are good, somebody who has the mailbox needs thirty years
	// for even odds.
	FactorsPerQuarter int
	FactorsPerDay     int
}

// DefaultLimits are those of STANDARDS D3 and D4, for a door that few people use.
func DefaultLimits() Limits {
	return Limits{AddressWait: 30 * time.Second, AddressPerDay: 20, NetworkPerHour: 60, CodesPerHour: 60, TotalPerHour: 600,
		FactorsPerQuarter: 5, FactorsPerDay: 20}
}

type quotas []newsletter.Quota

func (q *quotas) add(counter, key, reason string, limits ...newsletter.Limit) {
	var set []newsletter.Limit
	for _, l := range limits {
		if l.Most > 0 && l.Per > 0 {
			set = append(set, l)
		}
	}
	if len(set) > 0 {
		*q = append(*q, newsletter.Quota{Counter: counter, Key: key, Limits: set, Reason: reason})
	}
}

// askQuotas are what asking for a link takes from. The address comes first and is a keyed hash.
func (s *Service) askQuotas(address newsletter.Address, network string) []newsletter.Quota {
	l, q := s.config.Limits, quotas{}
	q.add("sign_in_address", s.counting.Current(address).Sum, "sign_in_limit",
		newsletter.Limit{Most: 1, Per: l.AddressWait}, newsletter.Limit{Most: l.AddressPerDay, Per: 24 * time.Hour})
	if prefix, err := netip.ParsePrefix(network); err == nil {
		q.add("sign_in_network", prefix.Masked().String(), "sign_in_limit", newsletter.Limit{Most: l.NetworkPerHour, Per: time.Hour})
	}
	q.add("sign_in_total", "", "sign_in_limit", newsletter.Limit{Most: l.TotalPerHour, Per: time.Hour})
	return q
}

// codeQuotas are what typing the code of a mail takes from, beside the tries of the link itself.
func (s *Service) codeQuotas(network string) []newsletter.Quota {
	q := quotas{}
	if prefix, err := netip.ParsePrefix(network); err == nil {
		q.add("sign_in_code", prefix.Masked().String(), "code_limit", newsletter.Limit{Most: s.config.Limits.CodesPerHour, Per: time.Hour})
	}
	return q
}

// refusalQuotas bound how many refused links a network can have noted.
func (s *Service) refusalQuotas(network string) []newsletter.Quota {
	q := quotas{}
	q.add("sign_in_refused", shorten(network), "code_limit", newsletter.Limit{Most: s.config.Limits.CodesPerHour, Per: time.Hour})
	return q
}

// factorQuotas are what trying somebody's second factor takes from. Who proves it gets them back.
func (s *Service) factorQuotas(m *newsletter.Staff, factor newsletter.Factor) []newsletter.Quota {
	l, q := s.config.Limits, quotas{}
	q.add("factor_"+string(factor), m.PublicID.String(), "code_limit",
		newsletter.Limit{Most: l.FactorsPerQuarter, Per: 15 * time.Minute}, newsletter.Limit{Most: l.FactorsPerDay, Per: 24 * time.Hour})
	return q
}

// shorten hides the last part of an address: what is kept shows a person where they were signed in, and
// needs no more.
func shorten(network string) string {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		return ""
	}
	bits := 24
	if prefix.Addr().Is6() && !prefix.Addr().Is4In6() {
		bits = 48
	}
	short, err := prefix.Addr().Unmap().Prefix(min(bits, prefix.Bits()))
	if err != nil {
		return ""
	}
	return short.String()
}

// maxAgent bounds what is kept of a User-Agent header, in octets.
const maxAgent = 200

func cut(agent string) string {
	for i := range agent {
		if i > maxAgent {
			return agent[:i]
		}
	}
	return agent
}
