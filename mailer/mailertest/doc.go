// Package mailertest is an SMTP server for tests: it speaks the protocol as it should be spoken,
// until its Script says otherwise.
//
// Start listens on a free port of the loopback interface. The Script decides what is offered
// (STARTTLS, AUTH, PIPELINING, …) and may answer any command its own way: a code, a dropped
// connection, or nothing until a channel closes. Everything is recorded: each message with its
// envelope, octets and order, each command, and each breach of the protocol by the client
// (a bare line feed, a line that is too long, a command sent before the reply to the one before
// where pipelining isn't offered).
//
//	peer := mailertest.New(t, mailertest.Script{
//		Answer: mailertest.Refuse("550 5.1.1 no such user", "piet@x.example"),
//	})
//	config, err := mailer.ParseURL(peer.URL())
//
// It takes one recipient a message, which is how package mailer sends.
package mailertest
