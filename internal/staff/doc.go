// Package staff is who may use the desks, and how they prove who they are.
//
// Nobody has a password. There are two factors: the mailbox, to which a single-use link goes, and a
// passkey (WebAuthn) or an authenticator app (TOTP, RFC 6238). The way in:
//
//	Ask ─► row ─► Decide: a mail or none ─► Use (link) or EnterCode ─► half a session ─┬─► ProveCode, ProvePasskey,
//	                                                                                   │   ProveRecovery
//	                                                                                   └─► Enrol…, the first time
//	                                                                                         ─► a whole session
//
// Ask does the same for everyone, in the same time: it counts on limits and inserts one row. Only the
// worker looks whether the address is of the staff (STANDARDS D4). The link works only in the browser
// that asked; the mail also carries a code to be typed there. Each step gives the browser a new token, so
// that one that somebody planted before is of no use, and the database holds only hashes of them.
//
// # The invariants
//
//   - Half a session opens nothing but the pages of the second factor. Who has one must prove that one:
//     a link alone never adds another.
//   - A code counts once: the last step that was taken is stored, and no code of it or before it is taken
//     again (RFC 6238, 5.2). Tries are counted before a code is looked at.
//   - Roles are read at each request. Who is kept out loses sessions and links in that transaction.
//   - The second factor is waived by nothing that a configuration or a database can say: only by Waive,
//     which the demonstration calls.
package staff
