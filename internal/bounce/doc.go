// Package bounce reads what comes back: reports that a mail could not be delivered, complaints, notes of
// absence, wishes to leave, and letters of people. docs/bounces.md tells what each of them does.
//
//	listener, mailbox, hook ─► Parse ─► token ─► Service.Take ─► store.TakeReport: one row, one rule
//	refused while sending ─► row in the transaction of the outcome ─► Worker ─► store.DecideRefusal
//
// Parse is pure. It reads reports by field: delivery status notifications (RFC 3464), with their status
// codes (RFC 3463), and feedback reports (RFC 5965). Servers that send neither are read by their words, as
// the last resort, and what is recognised so says so. Notes of absence are known by Auto-Submitted (RFC
// 3834) and the fields that programs used before it.
//
// The invariant: what a report says changes nothing unless it bears a token that only the receiver of a
// mail of ours can know (package token: VERP, and the address of mailto in List-Unsubscribe). And nothing
// here ever answers a message; what is passed on to a contact has the null sender.
package bounce
