// Package newsletter holds the nouns of Bode, their states and the pure rules about them.
//
// A List is what one subscribes to; Topics divide it; Feeds and editors bring Posts; a Schedule
// says when an Edition is due; an Edition is one digest, frozen when it is approved; a Subscriber
// is an address, a Subscription joins it to a List; Consent is the ledger of what people agreed
// to; a Delivery is one message owed to one person.
//
// The package does no I/O and reads no clock: whoever calls a rule brings the time with it. One
// word stands for one thing, and it is the same in SQL, Go, pages, command line and documentation.
package newsletter
