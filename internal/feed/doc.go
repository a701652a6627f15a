// Package feed brings in posts: from the feeds of others (RSS, Atom, JSON Feed) and from Markdown
// files of our own.
//
// # The way of a feed
//
//	Worker.Run ─► Store.ClaimDueFeeds ─► Client.Fetch (ask ─► decode ─► Parse) ─► Store.SaveFetch
//
// The database is the schedule: a feed's next_at says when it is due, and the worker only asks what
// is. Fetch never fails: whatever happens becomes a newsletter.Fetch that says in words what went
// wrong and when to try again, so that a failing feed disturbs no other.
//
// # Asking strangers
//
// A feed's address is typed by people and may be changed by the source's redirects and its name
// server. So the address is checked where nothing can change it any more: when the connection is
// made, on the number that it goes to (address.go). Only a feed that is marked internal may live
// at a private address. Every answer is bounded in size, before and after decompression, and in
// time. There are no credentials, cookies or referrers that could come to the wrong host.
//
// We ask as a good guest (pace.go): one question at a time per host; with the validators of RFC
// 9110, section 13, so that an unchanged feed costs its source a few bytes; no oftener than the
// source wishes; and ever more seldom while it fails (RFC 9110, section 10.2.3, for Retry-After).
//
// # Reading strangers
//
// Character sets follow RFC 7303, and what people really send. Parse makes Items of whatever
// gofeed can read: plain, bounded, valid text; HTML of package richtext's allow-list; absolute
// addresses. Which post an item is, newsletter.MatchItems decides when it is saved.
package feed
