package digest_test

import (
	"fmt"
	"time"

	"bode.example/internal/newsletter"
)

// correct lets an editor correct an edition that has come to rest.
func (st *stage) correct(a act) (bool, error) {
	e, me, err := st.pick(a, newsletter.EditionSent, newsletter.EditionCancelled)
	if e == nil || err != nil {
		return false, err
	}
	made, err := st.s.AddCorrection(st.ctx, e.PublicID, newsletter.CorrectionTexts{newsletter.Dutch: {Subject: "Correctie", Text: "Het is dinsdag."}}, by, st.now)
	if newsletter.Is(err, newsletter.Conflict) {
		return false, nil // nobody got it, or it is one itself
	}
	if err != nil {
		return false, err
	}
	st.editions[made.ID] = &modelEdition{id: made.ID, pace: made.ScheduleID, corrects: me}
	_, err = st.approveByHand(made)
	return true, err
}

// corrected compares the deliveries of one chunk of a correction with what the model says: whoever was handed
// the edition that it is about, and still reads, gets it, and nobody else. It brings no posts, so that nothing
// is had or owed by it.
func (st *stage) corrected(me *modelEdition, after, last int64, now time.Time) error {
	letters, err := st.letters(me.id)
	if err != nil {
		return err
	}
	made, err := st.deliveries(`d.edition_id = $2`, me.id)
	if err != nil {
		return err
	}
	got := map[*modelReader]*modelMail{}
	for _, d := range made {
		if len(d.posts) > 0 {
			return fmt.Errorf("promise 2: the correction %d brings the posts %v", me.id, d.posts)
		}
		if got[d.reader] != nil {
			return fmt.Errorf("promise 3: %s gets the correction %d twice", d.reader.name, me.id)
		}
		if got[d.reader] = d; st.mails[d.id] == nil {
			d.edition, d.made = me, now
			st.mails[d.id] = d
		}
	}
	told := map[*modelReader]bool{}
	for _, mail := range st.mails {
		if mail.edition != me.corrects || mail.state != newsletter.DeliverySent {
			continue
		}
		told[mail.reader] = true
		if r := mail.reader; mail.id > after && mail.id <= last && r.active() && !r.restricted && got[r] == nil && letters == len(newsletter.Languages()) {
			return fmt.Errorf("%s had edition %d and isn't told that it is corrected by %d", r.name, me.corrects.id, me.id)
		}
	}
	for r, d := range got {
		if !told[r] {
			return fmt.Errorf("%s never had edition %d and gets its correction %d", r.name, me.corrects.id, me.id)
		}
		if d.made.Equal(now) && (!r.active() || r.restricted) {
			return fmt.Errorf("promise 4: delivery %d of correction %d is for nobody who should have one", d.id, me.id)
		}
	}
	return nil
}

// letters is in how many languages an edition has letters.
func (st *stage) letters(edition int64) (n int, err error) {
	err = st.db.QueryRowContext(st.ctx, `SELECT COUNT(DISTINCT language) FROM variant WHERE edition_id = $1`, edition).Scan(&n)
	return n, err
}
