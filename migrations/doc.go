// Package migrations embeds the schema: numbered SQL files, forward only, in goose's form.
//
// One text serves SQLite and PostgreSQL. What must differ is the identity phrase, which For
// replaces, and a file NNNNN_name.postgres.sql or NNNNN_name.sqlite.sql, which For appends to
// NNNNN_name.sql on that engine. A file that was released is never changed again.
package migrations
