// Package officer is the privacy desk: the register of requests about personal data, one request, and its letters.
// It stands on the frame that all desks share (package desk); what its pages do is done by datarequest.Service.
//
// The pages of accountability (account.go) show that it was done right: proof of consent, the register of processing, the
// yearly report, breach aid, terms of retention, and the anchors of the chains.
//
// Officers handle, supervisors read. Looking at a request is audited by the store, in the transaction that reads it.
// A letter that ends or extends a request is shown first, and goes as it stands in the form: the step and its letter
// are one transaction.
package officer
