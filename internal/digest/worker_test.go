package digest_test

import (
	"fmt"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// deliver lets the worker hand over a few mails of every edition, and tells what became of them.
func (st *stage) deliver(a act) (bool, error) {
	lanes, err := st.s.Lanes(st.ctx, st.now)
	if err != nil {
		return false, err
	}
	outcome := map[string]newsletter.DeliveryState{"deliver": newsletter.DeliverySent, "fail": newsletter.DeliveryFailed, "expire": newsletter.DeliveryExpired}[a.Do]
	did := false
	for _, lane := range lanes {
		n, err := st.lane(lane, a.N+1, outcome)
		if err != nil {
			return false, err
		}
		did = did || n > 0
	}
	return did, nil
}

func (st *stage) lane(edition int64, limit int, outcome newsletter.DeliveryState) (int, error) {
	if _, ours := st.editions[edition]; !ours {
		return 0, nil
	}
	claims, err := st.s.ClaimEdition(st.ctx, edition, "w", st.now.Add(time.Minute), st.now, limit)
	if err != nil || len(claims) == 0 {
		return 0, err
	}
	held := storetest.Held(claims)
	granted, err := st.HandOver(st.ctx, nil, held, true, st.now)
	if err != nil {
		return 0, err
	}
	var outcomes []newsletter.Outcome
	for _, id := range granted {
		mail := st.mails[id]
		if mail == nil {
			return 0, fmt.Errorf("delivery %d is none that the model knows", id)
		}
		state := outcome
		i := slices.IndexFunc(held, func(h newsletter.Held) bool { return h.ID == id })
		if !claims[i].ExpiresAt.After(st.now) {
			state = newsletter.DeliveryExpired
		}
		if state != newsletter.DeliveryExpired {
			if err := st.handOver(mail); err != nil {
				return 0, err
			}
		}
		outcomes = append(outcomes, newsletter.Outcome{Held: held[i], State: state})
	}
	for _, h := range held {
		if mail := st.mails[h.ID]; !slices.Contains(granted, h.ID) && mail.reader.active() && !mail.reader.restricted {
			return 0, fmt.Errorf("promise 2: the gate is closed to %s, who may be mailed", mail.reader.name)
		}
	}
	_, err = st.HandOver(st.ctx, outcomes, nil, true, st.now)
	return len(granted), err
}
