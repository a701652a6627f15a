// Package scratch makes databases to measure on, and takes them away again: a new file, a new database on
// a PostgreSQL server that is named, or a private server. Nothing that was there before is touched.
//
// Fill puts a crowd of readers into one, by statements for many rows at once: through the sign-up form a
// million would take an hour. It also says what processor time a database server on this machine took,
// which no statement tells.
package scratch
