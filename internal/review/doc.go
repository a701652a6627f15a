// Package review looks at an edition before it leaves, as a careful colleague would: pictures without
// words, links that say nothing or lead nowhere, a subject that looks like spam, a mail that will be
// clipped.
//
// [Look] takes what an edition holds and how it reads in each language ([Edition]), and returns
// [Findings]; it asks nobody anything. What it says of links comes from a [Links], which remembers what
// was found and asks anew where it must. [Desk] puts both together with the store: Look, at once and
// without the network; Check, which asks the links too; Approve, which checks and lets go.
//
// A finding of severity [Severe] refuses an approval: such mail harms readers or the sender. Only an
// admin may approve all the same, with a reason, which stands in the audit log beside what was found. The
// others explain and leave the decision to the editor. What was checked is what is approved: the store
// compares a fingerprint, so that nothing slips in between.
//
// The texts of a finding are those of the catalogue under "review_" + Kind: what it is, and with the
// endings _why and _how, why it matters and how to mend it.
//
// Sources: WCAG 2.2 (1.1.1, 1.3.1, 1.4.3, 2.4.4), RFC 2369 and RFC 8058 for leaving, Gmail's sender guidelines
// and its limit of 102 kB.
package review
