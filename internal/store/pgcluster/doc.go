// Package pgcluster runs a private PostgreSQL server from the binaries that are installed: for tests
// (pgtest) and for measurements (scratch), which must not touch anybody's database.
//
// The server listens on a free port of the loopback interface, its files lie in a temporary directory,
// and it ends with the process that started it, however that ends: a small shell process (the
// watcher) holds the other end of a pipe and takes server and directory away when the pipe closes.
// PostgreSQL refuses to run as root: there it runs as the user postgres or nobody.
package pgcluster
