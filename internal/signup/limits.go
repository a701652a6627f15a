package signup

import (
	"net/netip"
	"time"

	"bode.example/internal/newsletter"
)

// Limits bound what a form may cause. They count requests and never look at what is known about an
// address, so that reaching one says nothing about a person. A limit of zero is none.
type Limits struct {
	// AddressWait is the least time between two requests for one address, AddressPerDay the most in
	// any 24 hours, over all lists: nobody's mailbox is flooded by somebody else's form.
	AddressWait   time.Duration
	AddressPerDay int
	// NetworkPerHour is the most of one network (an IPv4 address or an IPv6 /64): a town hall has one
	// for all, and thirty people join in one meeting.
	NetworkPerHour int
	// TotalPerHour is the most of all together.
	TotalPerHour int
}

// DefaultLimits are those of STANDARDS D2 and D3.
func DefaultLimits() Limits {
	return Limits{AddressWait: 10 * time.Minute, AddressPerDay: 3, NetworkPerHour: 120, TotalPerHour: 3000}
}

// quotas are what a request takes from. What is counted is named apart by kind: who has just signed
// up may ask for an access link. The address comes first and is a keyed hash.
func (s *Service) quotas(kind string, address newsletter.Address, network string) []newsletter.Quota {
	l := s.config.Limits
	var quotas []newsletter.Quota
	add := func(counter, key string, limits ...newsletter.Limit) {
		var set []newsletter.Limit
		for _, limit := range limits {
			if limit.Most > 0 && limit.Per > 0 {
				set = append(set, limit)
			}
		}
		if len(set) > 0 {
			quotas = append(quotas, newsletter.Quota{Counter: kind + "_" + counter, Key: key, Limits: set, Reason: "limit_" + counter})
		}
	}
	add("address", s.counting.Current(address).Sum,
		newsletter.Limit{Most: 1, Per: l.AddressWait}, newsletter.Limit{Most: l.AddressPerDay, Per: 24 * time.Hour})
	if prefix, err := netip.ParsePrefix(network); err == nil {
		add("network", prefix.Masked().String(), newsletter.Limit{Most: l.NetworkPerHour, Per: time.Hour})
	}
	add("total", "", newsletter.Limit{Most: l.TotalPerHour, Per: time.Hour})
	return quotas
}
