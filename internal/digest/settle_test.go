package digest_test

import (
	"errors"
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// periods checks promise 1: every slot that has come has one edition, no other edition exists but the
// extra ones, and the newest slot was made good.
func (st *stage) periods(now time.Time) error {
	editions, err := st.s.Editions(st.ctx, st.list.ID, 10000)
	if err != nil {
		return err
	}
	bySlot := map[string][]newsletter.Edition{}
	extras := 0
	for _, e := range editions {
		if e.Kind == newsletter.EditionExtra {
			extras++
		}
		if e.Kind != newsletter.EditionSlot {
			continue
		}
		key := fmt.Sprint(e.ScheduleID, e.ScheduledFor.Unix())
		bySlot[key] = append(bySlot[key], e)
	}
	if extras != st.extras {
		return fmt.Errorf("promise 1: there are %d extra editions, and %d were asked for", extras, st.extras)
	}
	for i, c := range st.schedules {
		slots := st.slots(i, now)
		for n, slot := range slots {
			of := bySlot[fmt.Sprint(c.ID, slot.Unix())]
			if len(of) != 1 {
				return fmt.Errorf("promise 1: the slot %v of %s has %d editions", slot, c.Name, len(of))
			}
			if n == len(slots)-1 && now.Sub(slot) < grace && of[0].State == newsletter.EditionMissed {
				return fmt.Errorf("promise 1: the slot %v of %s could be made good and is missed", slot, c.Name)
			}
		}
	}
	return nil
}

// slots lists the slots of a schedule that have come, without package schedule.
func (st *stage) slots(schedule int, now time.Time) (slots []time.Time) {
	hour := []time.Duration{8, 12, 18}[schedule] * time.Hour
	for day := st.opened.Truncate(24 * time.Hour); !day.After(now); day = day.AddDate(0, 0, 1) {
		weekday := day.Weekday()
		skipped := schedule == 1 && weekday != time.Monday && weekday != time.Wednesday && weekday != time.Friday
		if slot := day.Add(hour); !slot.After(now) && !skipped {
			slots = append(slots, slot)
		}
	}
	return slots
}

// settle lets everything that was begun come to its end: editors approve and go on, the digester runs
// for at most ten days and all mail is handed over. Then every promise must have been kept.
func (st *stage) settle() error {
	var err error
	st.composer.refuses = ""
	end := st.now.AddDate(0, 0, 10)
	for day := st.now.Truncate(24*time.Hour).AddDate(0, 0, 1); day.Before(end); day = day.AddDate(0, 0, 1) {
		for _, at := range []time.Duration{8*time.Hour + 30*time.Minute, 12*time.Hour + 30*time.Minute, 18*time.Hour + 30*time.Minute} {
			st.now = day.Add(at)
			if err := st.finish(); err != nil {
				return err
			}
			if err = st.settled(); err == nil {
				return nil
			}
		}
	}
	return err
}

// finish does what is to be done at one moment.
func (st *stage) finish() error {
	if err := st.run(st.now); err != nil {
		return err
	}
	editions, err := st.s.Editions(st.ctx, st.list.ID, 1000)
	if err != nil {
		return err
	}
	for i := range editions {
		switch editions[i].State {
		case newsletter.EditionInReview:
			_, err = st.approveByHand(&editions[i])
		case newsletter.EditionPaused:
			_, err = st.s.ResumeEdition(st.ctx, editions[i].PublicID, by, st.now)
		}
		if err != nil {
			return err
		}
	}
	if err := st.run(st.now.Add(time.Second)); err != nil {
		return err
	}
	st.now = st.now.Add(2 * time.Second)
	for {
		did, err := st.deliver(act{Do: "deliver", N: 99})
		if err != nil || !did {
			return errors.Join(err, st.look())
		}
	}
}
