// Package signup is how people join, change what they get, and leave.
//
// Nobody has an account. What somebody may do follows from the link they hold, and a link is in a
// mail that only their mailbox received:
//
//	link                 single use  allows
//	confirm              yes         to join the lists that its own mail names (double opt-in)
//	preferences, why     no          to see and change what one gets, and nothing more: a digest is forwarded
//	unsubscribe          no          to leave, and for a day to take that back (RFC 8058: by one POST)
//	access               yes         to see all data, erase them, change the address
//	address change, undo yes         the new address confirms, the old one takes it back within a week
//
// # The way of a sign-up
//
//	form ─► Request: one row ─► Decide: a mail or none ─► link ─► Confirm: subscriber, subscription, consent
//
// Request does the same for everyone, in the same time: it checks what was typed, counts the request
// on limits, and inserts one row. Only the worker, at most a second later, looks whether the address
// is known or must not be mailed, and queues in the transaction of its decision the one mail that is
// due, if any. So neither answer nor duration tell who is subscribed (OWASP ASVS: user enumeration),
// and an unconfirmed form changes nothing that exists. Wishes for access links and changes of
// address go the same way.
//
// # The invariants
//
// Nobody is mailed who did not ask for it through their own mailbox. Every consent stands in the
// ledger with the hash of the words that were shown, the privacy statement in force, and evidence
// that can be erased without breaking the chain (GDPR art. 7(1)). Limits count requests, never what
// is known about an address: what they answer says nothing about a person. GET changes nothing:
// whatever looks (Confirmation, Settings, Leaving, …) only reads.
package signup
