// Package store keeps everything Bode knows in one database: SQLite, the embedded default, or
// PostgreSQL.
//
// It holds all the SQL there is. One exported method is one transaction is one thing that
// happened; inside it reads like a table of contents of small steps on *tx. No transaction crosses
// the package's border. The SQL stands beside the struct that it fills, one file per noun, and is
// the same text on both engines: placeholders are $1, $2, …; lists of ids travel as JSON
//
//	WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
//
// and all that differs between the engines is in dialect. Time is a BIGINT of microseconds and is
// always an argument: no statement asks the database for it.
//
// Methods that change something take the Actor. What staff and operators do is written to the
// audit log by the same transaction.
//
// Rules that the engines would let you break in silence:
//   - never LIKE without lower() on both sides, and normalise search keys in Go;
//   - always NULLS LAST when ordering by a column that may be null;
//   - CAST a parameter whose type PostgreSQL can't infer: CAST($1 AS TEXT) IS NULL;
//   - INSERT … SELECT needs a WHERE before ON CONFLICT;
//   - use ON CONFLICT instead of an error inside a transaction: PostgreSQL refuses what follows;
//   - finish reading rows before the next statement of the same transaction.
//
// Package storetest is the definition of what every method does, on both engines.
package store
