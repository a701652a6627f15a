package store

import (
	"context"
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
	consents []consentToWrite
}

type consentToWrite struct {
	newsletter.Consent
	newsletter.Evidence
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
	for i := range lines {
		line := &lines[i]
		key := line.Address.Key()
		outcome, reason := line.Judge(w.Plan.Invite, known[key], &w.Tally)
		if w.State == newsletter.ImportRunning {
			if outcome, err = w.do(line, outcome); err != nil {
				return err
			}
		}
		if key != "" {
			is := known[key]
			is.Earlier = true
			known[key] = is
		}
		if err := w.record(line, outcome, reason); err != nil {
			return err
		}
	}
	for i := range w.consents { // last: the chain is locked from here on
		if err := w.appendConsent(&w.consents[i].Consent, &w.consents[i].Evidence); err != nil {
			return err
		}
	}
	return nil
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
		WHERE p.address_key`+inKeys, keys, w.ListID); err != nil {
		return nil, err
	}
	for _, p := range people {
		known[p.Key] = newsletter.Acquaintance{KeptAway: p.KeptAway, State: p.State}
	}
	for id, sums := range sums {
		var found []token.Hash
		if err := w.list(&found, `
			SELECT key_id, hash FROM suppression WHERE hash`+inKeys+` AND key_id = $2 AND (expires IS NULL OR expires > $3)`, sums, id, w.at); err != nil {
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

// earlier marks the addresses that stand in the file before a line.
func (w *importing) earlier(known map[string]newsletter.Acquaintance, keys newsletter.Strings, line int64) error {
	var before []string
	if err := w.list(&before, `SELECT address_key FROM import_row WHERE address_key`+inKeys+` AND address_key <> '' AND import_id = $2 AND line < $3 AND outcome <> ''`,
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

// do makes a reader or an invitation of a line, if that is what became of it. Somebody who joined by
// themselves this very moment is known.
func (w *importing) do(line *newsletter.ImportLine, outcome newsletter.ImportOutcome) (newsletter.ImportOutcome, error) {
	switch outcome {
	case newsletter.LineAdded:
		p, admitted, err := w.admit(&line.Admission, w.at)
		if err != nil {
			return outcome, err
		}
		if !admitted {
			w.Tally.Added--
			w.Tally.Known++
			return newsletter.LineUntouched, nil
		}
		source := line.Source + " (import " + w.PublicID.String() + ")"
		for _, c := range consentsOf(p, &line.Admission, newsletter.ChannelImport, w.at) {
			w.consents = append(w.consents, consentToWrite{c, newsletter.Evidence{Address: string(p.Address), Ground: line.Ground, Source: source}})
		}
	case newsletter.LineInvited:
		return outcome, w.invite(&line.Admission)
	}
	return outcome, nil
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

// record writes what became of a line. Of one that was carried out the cells are of no more use. (One
// statement for all of them takes SQLite longer: it reads the list of results anew for each row.)
func (w *importing) record(line *newsletter.ImportLine, outcome newsletter.ImportOutcome, reason string) error {
	return w.exec(`
		UPDATE import_row SET outcome = $3, reason = $4, address_key = $5, cells = CASE WHEN $6 THEN '' ELSE cells END
		WHERE import_id = $1 AND line = $2`, w.ID, line.Line, outcome, reason, line.Address.Key(), w.State == newsletter.ImportRunning)
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
