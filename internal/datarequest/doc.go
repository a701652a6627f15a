// Package datarequest handles what people ask about their personal data: access, portability, rectification,
// erasure, restriction, objection, withdrawal of consent, and what fits none of these (GDPR art. 7(3) and 15
// to 21).
//
// The way of a request:
//
//	form ─────────► row in the register ─► a worker mails a link ─► the button ─► verified ─┬─► carried out by itself
//	letter, call ─► Enter, by an officer ─► AskIdentity, or Verify with a reason ───────────┘   or by an officer
//	mail to the desk ─► TakeMail: a draft ─► Amend, by an officer who has read it: as above, or Dismiss
//	access link ──► carried out on the page, entered and closed in the same transaction (package signup)
//
// A verified person waits for nobody: access, portability, erasure, objection and withdrawal are carried out when
// the button is pressed. Rectification, restriction and questions wait for an officer.
//
// The invariants:
//
//   - The form answers the same to everyone, and so does the mail that follows: the link goes to the address that
//     was typed, known or not. "Nothing is held" is said only behind it.
//   - The answer goes to the address that the request is about, or elsewhere, also on paper, for a reason that is
//     written down. Mails about requests pass the gate to who is suppressed or restricted: an answer is owed.
//   - A letter that closes a request says what was done: if what is held changed since an officer read it, it doesn't go.
//   - The clock is newsletter.RequestClock, from the day of arrival. Every step runs under it, on a locked row.
//   - A letter is queued in the transaction of what it tells. Its text is stored as it went; the address is only in
//     its delivery, and goes when that has ended.
//
// Terms: Regulation 1182/71 and EDPB guidelines 01/2022. What stays after an erasure is in docs/privacy.md.
package datarequest
