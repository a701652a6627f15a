// Package delivery hands messages over to the mail server. Nothing else sends.
//
// One row per message is the only truth about sending (newsletter.Delivery). Its way through this
// package is
//
//	claim ─► gate ─► write ─► send ─► record
//
// A lane claims a batch of rows under a lease. The gate, store.HandOver, records in one commit what
// became of the messages before and marks the next rows as being handed over, if consent,
// suppression, the edition and the lease still allow it; only rows so marked are written and sent.
// At most Window rows of a process carry the mark at a time: after a crash at any instant exactly
// these are uncertain, and all other claimed ones are pending again. SMTP can't give exactly-once
// (RFC 1047); this bounds the doubt and names it.
//
// There are two lanes. Editions take turns in one; all other mail (confirmations, requests, notices)
// has its own, with connections of its own, so that it overtakes a million digests.
//
// What an answer means for the delivery is Judge, a pure function after RFC 5321, section 4.2, and
// RFC 3463. A connection or a login that fails says nothing about a message: it
// costs a delivery neither attempts nor life, and the whole worker slows down until the server is
// back.
package delivery
