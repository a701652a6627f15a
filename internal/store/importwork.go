package store

import (
	"context"
	"encoding/json"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// DueImport returns an import on which there is something to do now, the one that waits longest.
func (s *Store) DueImport(ctx context.Context, now time.Time) (*newsletter.Import, error) {
	var im newsletter.Import
	err := s.reader.GetContext(ctx, &im, `
		SELECT `+importColumns+importFrom+`WHERE i.state IN ('checking', 'running') AND i.due_at <= $1 ORDER BY i.due_at, i.id LIMIT 1`, newsletter.At(now))
	return &im, notFound(err, "import that is due", "")
}

// WorkImport handles the next lines of an import: it says what would become of them, or while the import
// runs, makes readers of them or asks them. One transaction moves the cursor with them; Conflict says that
// the import is not any more where im says it is. next is when the lines after these are due; without
// lines, the import comes to its end. hashes are those of an address, under every key.
func (s *Store) WorkImport(ctx context.Context, im *newsletter.Import, lines []newsletter.ImportLine, next time.Time, linkLife time.Duration,
	hashes func(newsletter.Address) []token.Hash, by newsletter.Actor, now time.Time) error {
	ended := false
	err := s.write(ctx, func(t *tx) (err error) {
		w := &importing{tx: t, at: newsletter.At(now), linkLife: linkLife}
		if w.Import, err = t.lockImport(im.PublicID, im.State); err != nil {
			return err
		}
		if w.Cursor != im.Cursor {
			return newsletter.Errorf(newsletter.Conflict, "import_state", "another worker has handled these lines")
		}
		if err := w.handle(lines, hashes); err != nil {
			return err
		}
		ended, err = w.advance(len(lines), newsletter.At(next))
		if err != nil {
			return err
		}
		return t.audit(by, now, "import.work", object{"import", im.PublicID.String()}, w.Tally)
	})
	if ended && err == nil {
		s.erased.Store(true) // its rows were people's: see TruncateLog
	}
	return err
}

// importing is a few lines of an import being handled.
type importing struct {
	*tx
	*newsletter.Import
	at       newsletter.Time
	linkLife time.Duration
	terms    map[newsletter.Language][2]string // hashes of the words that an invitation shows
}

// judged is a line and what became of it.
type judged struct {
	*newsletter.ImportLine
	outcome newsletter.ImportOutcome
	reason  string
}

func (w *importing) handle(lines []newsletter.ImportLine, hashes func(newsletter.Address) []token.Hash) error {
	lines, err := w.lockRows(lines)
	if err != nil || len(lines) == 0 {
		return err
	}
	known, err := w.acquaintances(lines, hashes)
	if err != nil {
		return err
	}
	all := make([]judged, len(lines))
	for i := range lines {
		line := &all[i]
		line.ImportLine = &lines[i]
		key := line.Address.Key()
		line.outcome, line.reason = line.Judge(w.Plan.Invite, known[key], &w.Tally)
		if key != "" {
			is := known[key]
			is.Earlier = true
			known[key] = is
		}
	}
	var consents []consentToWrite
	if w.State == newsletter.ImportRunning {
		if consents, err = w.admitLines(all); err != nil {
			return err
		}
		if err := w.inviteLines(all); err != nil {
			return err
		}
	}
	if err := w.record(all); err != nil {
		return err
	}
	return w.appendConsents(consents) // last: the chain is locked from here on
}

// lockRows locks the rows, so that whoever suppresses or erases one of these people waits for us or is
// waited for, and returns the lines whose row is still there.
func (w *importing) lockRows(lines []newsletter.ImportLine) ([]newsletter.ImportLine, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	var there []int64
	if err := w.list(&there, `SELECT line FROM import_row WHERE import_id = $1 AND line > $2 AND line <= $3 ORDER BY line`+w.dialect.forUpdate,
		w.ID, w.Cursor, lines[len(lines)-1].Line); err != nil {
		return nil, err
	}
	is := make(map[int64]bool, len(there))
	for _, n := range there {
		is[n] = true
	}
	var kept []newsletter.ImportLine
	for _, line := range lines {
		if is[line.Line] {
			kept = append(kept, line)
		}
	}
	w.Cursor = lines[len(lines)-1].Line
	return kept, nil
}

// acquaintances says by key what is known about the addresses of lines.
func (w *importing) acquaintances(lines []newsletter.ImportLine, hashes func(newsletter.Address) []token.Hash) (map[string]newsletter.Acquaintance, error) {
	known := map[string]newsletter.Acquaintance{}
	var keys newsletter.Strings
	sums, whose := map[string]newsletter.Strings{}, map[token.Hash]string{}
	for i := range lines {
		if lines[i].Address == "" {
			continue
		}
		key := lines[i].Address.Key()
		keys = append(keys, key)
		for _, hash := range hashes(lines[i].Address) {
			sums[hash.KeyID], whose[hash] = append(sums[hash.KeyID], hash.Sum), key
		}
	}
	var people []struct {
		Key      string                       `db:"address_key"`
		KeptAway bool                         `db:"kept_away"`
		State    newsletter.SubscriptionState `db:"state"`
	}
	if err := w.list(&people, `
		SELECT p.address_key, p.suppressed_at IS NOT NULL OR p.restricted_at IS NOT NULL AS kept_away, COALESCE(s.state, '') AS state
		FROM subscriber AS p LEFT JOIN subscription AS s ON s.subscriber_id = p.id AND s.list_id = $2
		WHERE p.address_key `+w.dialect.keys("$1"), keys, w.ListID); err != nil {
		return nil, err
	}
	for _, p := range people {
		known[p.Key] = newsletter.Acquaintance{KeptAway: p.KeptAway, State: p.State}
	}
	for id, sums := range sums {
		var found []token.Hash
		if err := w.list(&found, `
			SELECT key_id, hash FROM suppression WHERE hash `+w.dialect.keys("$1")+` AND key_id = $2 AND (expires IS NULL OR expires > $3)`, sums, id, w.at); err != nil {
			return nil, err
		}
		for _, hash := range found {
			is := known[whose[hash]]
			is.KeptAway = true
			known[whose[hash]] = is
		}
	}
	return known, w.earlier(known, keys, lines[0].Line)
}

// earlier marks the addresses that stand in the file before a line. (The sums keep engines from reading the whole file up to it.)
func (w *importing) earlier(known map[string]newsletter.Acquaintance, keys newsletter.Strings, line int64) error {
	var before []string
	if err := w.list(&before, `
		SELECT address_key FROM import_row WHERE address_key `+w.dialect.keys("$1")+` AND address_key <> '' AND import_id + 0 = $2 AND line + 0 < $3 AND outcome <> ''`,
		keys, w.ID, line); err != nil {
		return err
	}
	for _, key := range before {
		is := known[key]
		is.Earlier = true
		known[key] = is
	}
	return nil
}

// inviteLines asks those whom a line is an invitation for.
func (w *importing) inviteLines(all []judged) error {
	for i := range all {
		if all[i].outcome != newsletter.LineInvited {
			continue
		}
		if err := w.invite(&all[i].Admission); err != nil {
			return err
		}
	}
	return nil
}

func (w *importing) invite(a *newsletter.Admission) error {
	if w.terms == nil {
		w.terms = map[newsletter.Language][2]string{}
	}
	if _, ok := w.terms[a.Language]; !ok {
		terms, err := w.termsFor(a.Language)
		if err != nil {
			return err
		}
		w.terms[a.Language] = terms
	}
	return w.insertSignup(invitation(a, w.terms[a.Language], w.at, w.linkLife), w.at)
}

// record writes what became of lines. Of those that were carried out the cells are of no more use. Their rows are
// locked, so that none is inserted: this is the one UPDATE of many rows that has both engines go through the list once.
func (w *importing) record(all []judged) error {
	rows := make([][]any, len(all))
	for i := range all {
		rows[i] = []any{all[i].Line, all[i].outcome, all[i].reason, all[i].Address.Key()}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return w.exec(`
		INSERT INTO import_row (import_id, line, cells, outcome, reason, address_key)
		SELECT CAST($1 AS BIGINT), CAST(v.value ->> 0 AS BIGINT), '', v.value ->> 1, v.value ->> 2, v.value ->> 3 FROM `+w.dialect.rows("$2")+` WHERE TRUE
		ON CONFLICT (import_id, line) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, address_key = excluded.address_key,
			cells = CASE WHEN $3 THEN '' ELSE import_row.cells END`, w.ID, string(list), w.State == newsletter.ImportRunning)
}

// advance moves on, or to the next state behind the last row.
func (w *importing) advance(handled int, next newsletter.Time) (ended bool, err error) {
	if err := w.exec(`UPDATE import SET cursor = $2, handled = handled + $3, tally = $4, due_at = $5 WHERE id = $1`,
		w.ID, w.Cursor, handled, w.Tally, next); err != nil {
		return false, err
	}
	more := false
	if err := w.get(&more, `SELECT EXISTS (SELECT 1 FROM import_row WHERE import_id = $1 AND line > $2)`, w.ID, w.Cursor); err != nil || more {
		return false, err
	}
	if w.State == newsletter.ImportChecking {
		return false, w.exec(`UPDATE import SET state = 'checked' WHERE id = $1`, w.ID)
	}
	return true, w.endImport(w.ID, newsletter.ImportDone, w.at)
}
