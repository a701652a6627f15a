package store

import (
	"context"
	"encoding/json"
	"time"

	"bode.example/internal/newsletter"
)

const importColumns = `i.id, i.public_id, i.list_id, l.name AS list, i.file_name, i.state, i.head, i.encoding, i.separator, i.plan, i.lines,
	i.handled, i.cursor, i.tally, i.created_at, i.due_at, i.started_at, i.ended_at`

const importFrom = ` FROM import AS i JOIN list AS l ON l.id = i.list_id `

// rowsAtOnce is how many rows of a file one statement stores.
const rowsAtOnce = 500

// CreateImport stores a file of people. Nothing happens to anybody: its columns wait to be matched.
func (s *Store) CreateImport(ctx context.Context, im *newsletter.Import, rows []newsletter.ImportRow, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		im.PublicID, im.State, im.CreatedAt, im.Lines = newsletter.NewPublicID(), newsletter.ImportUploaded, newsletter.At(now), int64(len(rows))
		if err := t.get(&im.ID, `
			INSERT INTO import (public_id, list_id, file_name, state, head, encoding, separator, plan, lines, tally, created_at, due_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) RETURNING id`,
			im.PublicID, im.ListID, im.FileName, im.State, im.Head, im.Encoding, im.Separator, im.Plan, im.Lines, im.Tally, im.CreatedAt); err != nil {
			return err
		}
		for begin := 0; begin < len(rows); begin += rowsAtOnce {
			if err := t.insertImportRows(im, rows[begin:min(begin+rowsAtOnce, len(rows))]); err != nil {
				return err
			}
		}
		return t.audit(by, now, "import.create", object{"import", im.PublicID.String()}, map[string]any{"list": im.ListID, "lines": im.Lines})
	})
}

func (t *tx) insertImportRows(im *newsletter.Import, rows []newsletter.ImportRow) error {
	column := im.Plan.Column(newsletter.ImportAddress)
	values := make([][]any, len(rows))
	for i, row := range rows {
		cells, err := json.Marshal(row.Cells)
		if err != nil {
			return err
		}
		key := "" // as far as the column is known: an erasure looks there first
		if column >= 0 && column < len(row.Cells) {
			if a, err := newsletter.ParseAddress(row.Cells[column]); err == nil {
				key = a.Key()
			}
		}
		values[i] = []any{row.Line, string(cells), key}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return t.exec(`
		INSERT INTO import_row (import_id, line, cells, address_key)
		SELECT CAST($1 AS BIGINT), CAST(v.value ->> 0 AS BIGINT), v.value ->> 1, v.value ->> 2 FROM `+t.dialect.rows("$2"), im.ID, string(text))
}

// Import returns one.
func (s *Store) Import(ctx context.Context, id newsletter.PublicID) (*newsletter.Import, error) {
	var im newsletter.Import
	err := s.reader.GetContext(ctx, &im, `SELECT `+importColumns+importFrom+`WHERE i.public_id = $1`, id)
	return &im, notFound(err, "import", id)
}

// Imports returns those into lists, the newest first; nil means all lists. A page ends before the id
// before, unless it is 0.
func (s *Store) Imports(ctx context.Context, lists []int64, before int64, limit int) ([]newsletter.Import, error) {
	var all []newsletter.Import
	err := s.reader.SelectContext(ctx, &all, `
		SELECT `+importColumns+importFrom+`
		WHERE (CAST($1 AS TEXT) = '' OR i.list_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST(CASE WHEN $1 = '' THEN '[]' ELSE $1 END AS TEXT))))
			AND (CAST($2 AS BIGINT) = 0 OR i.id < $2)
		ORDER BY i.id DESC LIMIT $3`, scope(lists), before, limit)
	return all, err
}

// scope is the lists that somebody may see, as a parameter: empty means all.
func scope(lists []int64) string {
	if lists == nil {
		return ""
	}
	return newsletter.NewIDs(lists...).String()
}

// ImportRows returns rows after a line, in their order.
func (s *Store) ImportRows(ctx context.Context, id, after int64, limit int) ([]newsletter.ImportRow, error) {
	var rows []newsletter.ImportRow
	err := s.reader.SelectContext(ctx, &rows, `
		SELECT line, cells FROM import_row WHERE import_id = $1 AND line > $2 AND cells <> '' ORDER BY line LIMIT $3`, id, after, limit)
	return rows, err
}

// ImportReport returns what became of lines, or in a dry run would become of them, after a line and in
// their order; of one outcome, or of all when it is empty.
func (s *Store) ImportReport(ctx context.Context, id int64, outcome newsletter.ImportOutcome, after int64, limit int) ([]newsletter.ImportRecord, error) {
	var records []newsletter.ImportRecord
	err := s.reader.SelectContext(ctx, &records, `
		SELECT r.line, r.outcome, r.reason FROM import_row AS r JOIN import AS i ON i.id = r.import_id
		WHERE r.import_id = $1 AND r.line > $2 AND r.line <= i.cursor AND r.outcome <> '' AND (CAST($3 AS TEXT) = '' OR r.outcome = $3)
		ORDER BY r.line LIMIT $4`, id, after, outcome, limit)
	return records, err
}

// lockImport returns an import that is in one of some states, locked.
func (t *tx) lockImport(id newsletter.PublicID, states ...newsletter.ImportState) (*newsletter.Import, error) {
	var im newsletter.Import
	err := t.get(&im, `SELECT id, public_id, list_id, state, plan, lines, cursor, tally FROM import WHERE public_id = $1`+t.dialect.forUpdate, id)
	if err != nil {
		return nil, notFound(err, "import", id)
	}
	for _, state := range states {
		if im.State == state {
			return &im, nil
		}
	}
	return nil, newsletter.Errorf(newsletter.Conflict, "import_state", "the import is %s by now: load the page again", im.State)
}

// PlanImport says how a file is read, and begins the dry run. The caller has checked the plan.
func (s *Store) PlanImport(ctx context.Context, id newsletter.PublicID, plan newsletter.ImportPlan, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		im, err := t.lockImport(id, newsletter.ImportUploaded, newsletter.ImportChecked)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE import_row SET outcome = '', reason = '' WHERE import_id = $1 AND outcome <> ''`, im.ID); err != nil {
			return err
		}
		if err := t.beginImport(im, newsletter.ImportChecking, plan, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "import.plan", object{"import", id.String()}, nil)
	})
}

// StartImport runs what a dry run has shown. Who it is and on which ground the people are readers then
// stands in the audit log; the words that they agreed to are kept as a wording.
func (s *Store) StartImport(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		im, err := t.lockImport(id, newsletter.ImportChecked)
		if err != nil {
			return err
		}
		var list newsletter.List
		if err := t.get(&list, `SELECT state, language FROM list WHERE id = $1`, im.ListID); err != nil {
			return err
		}
		if list.State == newsletter.ListArchived {
			return newsletter.Errorf(newsletter.Conflict, "import_list_archived", "the list is no more: nobody can join it")
		}
		if im.Plan.Words != "" {
			words := newsletter.NewWording(newsletter.WordingImport, list.Language, im.Plan.Words)
			if err := t.putInForce(&words, newsletter.At(now)); err != nil {
				return err
			}
			im.Plan.WordingHash = words.Hash
		}
		if err := t.beginImport(im, newsletter.ImportRunning, im.Plan, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "import.start", object{"import", id.String()}, map[string]any{
			"list": im.ListID, "lines": im.Lines, "invite": im.Plan.Invite, "ground": im.Plan.Ground, "checked": im.Tally})
	})
}

// beginImport has the worker go through the rows, from the first.
func (t *tx) beginImport(im *newsletter.Import, state newsletter.ImportState, plan newsletter.ImportPlan, at newsletter.Time) error {
	started := newsletter.Time{}
	if state == newsletter.ImportRunning {
		started = at
	}
	return t.exec(`
		UPDATE import SET state = $2, plan = $3, cursor = 0, handled = 0, tally = $4, due_at = $5, started_at = $6 WHERE id = $1`,
		im.ID, state, plan, newsletter.ImportTally{}, at, started)
}

// CancelImport ends an import: its rows go, and what had happened by then stands.
func (s *Store) CancelImport(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		im, err := t.lockImport(id, newsletter.ImportUploaded, newsletter.ImportChecking, newsletter.ImportChecked, newsletter.ImportRunning)
		if err != nil {
			return err
		}
		if err := t.endImport(im.ID, newsletter.ImportCancelled, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "import.cancel", object{"import", id.String()}, im.Tally)
	})
	if err == nil {
		s.erased.Store(true) // the rows are people's: see TruncateLog
	}
	return err
}

// endImport lets go of the people in the rows. What was not handled has no outcome, and goes.
func (t *tx) endImport(id int64, state newsletter.ImportState, at newsletter.Time) error {
	if err := t.exec(`
		DELETE FROM import_row WHERE import_id = $1 AND ((SELECT started_at FROM import WHERE id = $1) IS NULL
			OR line > (SELECT cursor FROM import WHERE id = $1))`, id); err != nil {
		return err
	}
	if err := t.exec(`UPDATE import_row SET cells = '', address_key = '' WHERE import_id = $1`, id); err != nil {
		return err
	}
	return t.exec(`UPDATE import SET state = $2, ended_at = $3 WHERE id = $1`, id, state, at)
}

// ForgetImports cancels imports that nobody ran since before, with their rows, and says how many.
func (s *Store) ForgetImports(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		var ids []int64
		if err := t.list(&ids, `
			SELECT id FROM import WHERE state IN ('uploaded', 'checking', 'checked') AND created_at <= $1 ORDER BY id`+t.dialect.skipLocked,
			newsletter.At(before)); err != nil {
			return err
		}
		for _, id := range ids {
			if err := t.endImport(id, newsletter.ImportCancelled, newsletter.At(now)); err != nil {
				return err
			}
		}
		if n = int64(len(ids)); n == 0 {
			return nil
		}
		return t.audit(by, now, "import.forget", object{"import", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}
