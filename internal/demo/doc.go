// Package demo shows the whole service on one machine that has nothing but the program: what
// `bode demo` adds around the same wiring as `bode serve`.
//
// It brings the other ends of the network: a source with articles and an RSS feed, a real SMTP
// server whose mailbox can be read in the browser, and a dozen people who sign up by the public
// form, open their mail and press the button, as anyone would. What the service does for them is
// counted against what the people asked for.
//
//	source ─► feed ─► digest ─► delivery ─► SMTP ─► mailbox ◄─ people
//
// Nothing here has a way of its own into the service: articles come in by the feed, people by the
// form, and the mail goes out by SMTP.
package demo
