// Package roster takes people in from files of other systems, and gives them out as files.
//
//	Parse ─► Guess ─► plan (the editor) ─► dry run ─► report ─► run: reader, or invitation
//
// Parse makes rows of whatever a spreadsheet or another newsletter service wrote: its character set,
// separator and heading are recognised. Guess says what the columns hold; the editor corrects it and says
// on which ground these people agreed, and from where that is known (newsletter.ImportPlan). A Reading
// makes a line of a row, or says why it can't. The Worker goes through the rows twice, in the same way:
// first to say what would happen, then, when somebody has looked at that, to do it.
//
// # The invariants
//
// An import changes nobody: who is a reader stays as they are, who left stays away, and who is suppressed
// or was erased is only counted (STANDARDS E16). Nobody becomes a reader without a ground and a source of
// consent, which stand in the ledger as evidence (GDPR art. 7(1)); where there is none, people are asked,
// through the same sign-up as everybody, at a slow rate. The rows are in the database until the import has
// ended and no longer, and an erasure finds them there.
//
// One transaction handles a few hundred lines and moves the cursor, so that an import goes on after a crash
// where it was, and each line counts once, however many workers there are.
//
// A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read
// without.
package roster
