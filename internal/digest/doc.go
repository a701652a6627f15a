// Package digest turns the posts of a list into editions, at the times that its schedules say.
//
// Digester.Run asks the database what is due, does it, and sleeps until the next instant. One round
// (Digester.Tick) takes these steps, each of which may be interrupted at any point and is taken up
// again by the next round, of this process or of another:
//
//	slots     a due slot gets its edition; slots missed for too long are recorded     MakeEditions
//	remind    who is to approve an edition is told once more                           RemindAgain
//	approve   at its slot an edition is checked, and frozen, held, skipped or missed   ApproveReviewed
//	release   who gets what is decided, once for each combination of readers; every    PrepareVariants
//	          variant is rendered; then the edition is on its way                      ReleaseEdition
//	fan out   the deliveries are made in chunks, and readings move on with them       FanOut
//	stop      a cancelled edition's deliveries end, and their posts are given back     StopDeliveries
//	finish    an edition of which every delivery has ended is sent                     FinishEditions
//
// Two things are promised. A slot is composed once, however many processes run: the key (schedule,
// slot) is unique, a schedule moves on in the transaction that makes its edition, and every step is a
// statement that names the state it starts from. And a post reaches a reader at most once, and does reach
// every reader to whom it is owed: the rules are newsletter.Release.Share and the tables in docs/states.md.
//
// One bad schedule disturbs no other, and one letter that can't be rendered no other letter. Nothing here sends
// mail: that is package delivery's.
package digest
