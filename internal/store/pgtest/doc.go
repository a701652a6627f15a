// Package pgtest gives every test a fresh, real PostgreSQL database.
//
// New returns the URL of an empty database that lives as long as the test, so that all tests run
// in parallel. The databases live in a cluster that is found or started once per test process:
//
//   - BODE_TEST_POSTGRES, when set, is the URL of a server and a role that may create databases.
//     `make test` starts one cluster for the whole run and sets it (see the cmd directory).
//   - Otherwise the process starts a private cluster from the installed binaries, on a free port of
//     the loopback interface, without durability, in a temporary directory.
//
// A test without PostgreSQL fails and says what to install; it is never skipped, because a promise
// that was checked on one engine only is not kept on the other.
//
// A private cluster needs no clean-up by the tests: it ends with their process (package pgcluster).
// Tests connect as an ordinary role that owns its databases, so that nothing can come to need a
// superuser.
package pgtest
