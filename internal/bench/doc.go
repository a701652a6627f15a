// Package bench measures how fast Bode sends: `bode bench send`.
//
// One run makes a scratch database with readers, an edition and its posts (stage.go), and sends that edition
// with the service as it is wired for `bode serve`: release, fan-out, claim, gate, merge, send, record. Meters
// (meter.go) stand between the service and its store, and note when each step was taken. Beside every
// run stand two yardsticks on the same machine, to the same server, with the same letter (yardstick.go): what
// the time goes to without a database, and what an ordinary program with go-mail reaches.
//
// Everything that is measured is a process of its own, so that its processor time and its greatest
// memory are its own: the service (Measure), each yardstick, the mail server (Sink), and a PostgreSQL
// server. The process that starts them (Send) only waits, checks that everybody got exactly one message,
// and takes the median of the runs. Runs and yardsticks take turns: on a machine that others use too, only what
// was measured at the same time can be compared.
package bench
