package store

import (
	"cmp"
	"encoding/json"
	"slices"

	"bode.example/internal/newsletter"
)

// admitLines makes readers of those whom lines add, in as many statements as one takes, and returns what the ledger is
// to say of them. It does what admit does: somebody who joined by themselves this very moment is known, and nobody's
// name or language is changed.
func (w *importing) admitLines(all []judged) ([]consentToWrite, error) {
	var added []*judged
	for i := range all {
		if all[i].outcome == newsletter.LineAdded {
			added = append(added, &all[i])
		}
	}
	if len(added) == 0 {
		return nil, nil
	}
	people, err := w.peopleOf(added)
	if err != nil {
		return nil, err
	}
	var consents []consentToWrite
	joining := added[:0]
	for _, line := range added {
		p := people[line.Address.Key()]
		if p == nil {
			w.Tally.Added--
			w.Tally.Known++
			line.outcome = newsletter.LineUntouched
			continue
		}
		joining = append(joining, line)
		source := line.Source + " (import " + w.PublicID.String() + ")"
		for _, c := range consentsOf(p, &line.Admission, newsletter.ChannelImport, w.at) {
			consents = append(consents, consentToWrite{c, newsletter.Evidence{Address: string(p.Address), Ground: line.Ground, Source: source}})
		}
	}
	return consents, w.subscribe(joining, people)
}

// peopleOf returns by key, locked, those of lines who may join: who is new is made. All are taken in the order of their keys, so that
// two files with the same people don't wait for each other.
func (w *importing) peopleOf(added []*judged) (map[string]*newsletter.Subscriber, error) {
	rows, keys := make([][]any, len(added)), make(newsletter.Strings, len(added))
	for i, line := range added {
		keys[i] = line.Address.Key()
		rows[i] = []any{newsletter.NewPublicID(), line.Address, keys[i], line.Name, line.Language, newsletter.NewPublicID()}
	}
	slices.SortFunc(rows, func(a, b []any) int { return cmp.Compare(a[2].(string), b[2].(string)) })
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	if err := w.exec(`
		INSERT INTO subscriber (public_id, address, address_key, name, language, layout, subject, created_at, changed_at)
		SELECT v.value ->> 0, v.value ->> 1, v.value ->> 2, v.value ->> 3, v.value ->> 4, CAST($2 AS TEXT), v.value ->> 5, CAST($3 AS BIGINT), CAST($3 AS BIGINT)
		FROM `+w.dialect.rows("$1")+` WHERE TRUE ON CONFLICT (address_key) DO NOTHING`, string(list), newsletter.Standard, w.at); err != nil {
		return nil, err
	}
	var found []newsletter.Subscriber
	if err := w.list(&found, `
		SELECT `+subscriberColumns+` FROM subscriber WHERE address_key `+w.dialect.keys("$1")+` ORDER BY id`+w.dialect.forUpdate, keys); err != nil {
		return nil, err
	}
	people, ids := make(map[string]*newsletter.Subscriber, len(found)), make([]int64, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	var there newsletter.IDs
	if err := w.list(&there, `SELECT subscriber_id FROM subscription WHERE subscriber_id `+w.dialect.among("$1")+` AND list_id = $2`,
		newsletter.NewIDs(ids...), w.ListID); err != nil {
		return nil, err
	}
	slices.Sort(there)
	for i := range found {
		p := &found[i]
		if _, is := slices.BinarySearch(there, p.ID); !is && p.RestrictedAt.IsZero() && p.SuppressedAt.IsZero() {
			people[p.Key] = p
		}
	}
	return people, nil
}

// subscribe makes the subscriptions of people who have none to the list.
func (w *importing) subscribe(joining []*judged, people map[string]*newsletter.Subscriber) error {
	if len(joining) == 0 {
		return nil
	}
	reading, err := w.freshReading(w.ListID)
	if err != nil {
		return err
	}
	rows, sets := make([][]any, len(joining)), map[string]*int64{}
	for i, line := range joining {
		chosen, err := json.Marshal(line.Choice.Topics)
		if err != nil {
			return err
		}
		set, met := sets[string(chosen)]
		if !met || line.Choice.AllTopics {
			if set, err = w.topicSetOf(line.Choice); err != nil {
				return err
			}
		}
		if !line.Choice.AllTopics {
			sets[string(chosen)] = set
		}
		rows[i] = []any{newsletter.NewPublicID(), people[line.Address.Key()].ID, line.Choice.ScheduleID, set}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return w.exec(`
		INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since, created_at, changed_at)
		SELECT v.value ->> 0, CAST(v.value ->> 1 AS BIGINT), CAST($2 AS BIGINT), CAST(v.value ->> 2 AS BIGINT), CAST(v.value ->> 3 AS BIGINT), CAST($3 AS BIGINT),
			'active', CAST($4 AS BIGINT), CAST($4 AS BIGINT), CAST($4 AS BIGINT)
		FROM `+w.dialect.rows("$1")+` WHERE TRUE`, string(list), w.ListID, reading, w.at)
}
