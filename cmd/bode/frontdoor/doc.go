// Package frontdoor holds no code, only tests: they use the program as people do, and know nothing of
// its inside. `go build` makes bode once; each test writes a configuration, runs it as a process of its
// own, and comes in by the doors that everybody has:
//
//	operator   the command line, bode.toml, signals, the exit code, the log
//	reader     a real browser over TLS, through a proxy as in production
//	mailbox    an SMTP server with STARTTLS and a login; signatures are verified with the public keys
//	editor     an RSS feed, manuscripts, bode edition
//	stranger   raw HTTP: forged links, large bodies, slow hands
//
// TestFrontDoor plays one program with SQLite and one with PostgreSQL, each with all journeys in it:
// first those that don't meet, side by side, then those that stop the program. What holds for every
// page and every line is looked at in passing, and so on each of them: the gateway reads every answer
// (security headers, no cookie, no fault of the server's), the reader every page (axe-core, 320 pixels),
// the mailbox every signature, and at the end no line of the log may hold an address or a link that the
// test used.
//
// It stands under cmd because it belongs to the wiring: below it no package may know all the others.
// Time is the machine's. Where days would have to pass, the test changes what the database says of time,
// and says so; it waits for conditions, never for a while.
package frontdoor
