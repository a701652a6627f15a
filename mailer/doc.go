// Package mailer writes form letters, signs them and hands them to an SMTP submission server: one
// message a person, at the speed of a newsletter.
//
// # The way of a message
//
//	Draft ──Compile──► Letter ──Append──► message ──Sign──► signed message ──Send──► Receipt
//	  once a letter               once a recipient
//
// A [Draft] is what all recipients get alike: sender, subject, header fields, plain text, HTML. Where
// they differ it holds the marks of a [Marker]: words that come through any template unchanged.
// [Draft.Compile] encodes it once, as multipart/alternative in quoted-printable. What is left open in
// the [Letter] are the merge fields, so a recipient costs a copy and a few inserts (about a
// microsecond for a digest of 15 kB), never a template run. A Letter can be stored (MarshalBinary)
// and is read by later versions.
//
// [Letter.Append] puts in a recipient's values. Each is escaped for where it lands: folded and cleaned
// in a header field, entities in HTML, percent-encoding in a link, nothing in plain text; and
// encoded, so that no value, whatever it holds and however long it is, adds a header field, a part, a
// line or markup. Where no escaping could help (a script, a style, an attribute without quotes),
// Compile refuses the mark.
//
// A [Signer] signs with DKIM: RSA, and Ed25519 beside it if you like, over the list headers too.
// [ListHeaders] are those headers: without them signed, no mail program shows an unsubscribe button.
//
// A [Pool] sends. It keeps connections and uses them for one message after another, with PIPELINING
// (RFC 2920) where that is offered. A [Stream] of it overlaps them: the end of a message and the
// envelope of the next are one write, and the verdict on the one and the leave for the other are one
// read; docs/sending.md draws it. TLS is not a matter of choice unless the server is on the same
// machine. Every failure is a [*SendError] whose [Kind] says whose fault it is, and so what to do:
//
//	recipient         this address takes no mail: don't try again
//	content           the peer refuses what the message says: stop and look
//	throttled         slow down, try again
//	server, network   try again later
//	authentication    stop: we aren't let in
//	configuration     stop: it can't work like this
//
// [SendError.AboutMessage] tells a failure of this message from one that the next will meet too.
//
// # What to rely on
//
// What Append writes: CRLF line ends, header lines of at most 78 characters wherever they can be
// folded, body lines of at most 76, 7-bit octets, no line that begins with a dot; one From, To,
// Date, Message-ID, Subject and MIME-Version. The exception is a recipient whose local part isn't
// ASCII: To then holds it as it is, and only a peer with SMTPUTF8 (RFC 6531) gets the message.
//
// SMTP can't deliver exactly once. If a connection is lost between the final dot and its reply, the
// message may have been accepted: SendError.Uncertain says so, and whoever sends again should do it
// with the same Message-ID. A Pool sends nothing twice by itself, except after a kept connection
// turned out to be closed before anything was said about the message.
//
// Errors and replies hold no addresses: servers echo them, and a Pool takes them out.
//
// # What is whose
//
// The steps up to AUTH are those of go-mail's SMTP client; keys and hashes are the standard library's;
// international domain names are golang.org/x/net/idna's. The encoding of the letter, DKIM's canonical
// forms and the dialogue from MAIL on are ours, because they work on octets that libraries don't let one
// get at. The API has types of the standard library only.
//
// Package mailertest has a server for tests that does all that servers shouldn't.
//
// Standards: RFC 5321 (SMTP), 5322 (message), 2045–2047 (MIME), 2369, 2919 and 8058 (lists), 2920
// (PIPELINING), 3207 and 8314 (TLS), 3461 (DSN), 3463 (status codes), 3834 (Auto-Submitted), 5890–5895
// (IDNA2008), 6152 (8BITMIME), 6376, 8301 and 8463 (DKIM), 6531 and 6532 (SMTPUTF8).
package mailer
