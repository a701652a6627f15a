// Package compose makes mails: the digest of an edition as a form letter with its version for the
// browser, and the single mails that follow what people do (confirmation, welcome, links).
//
// # The way through
//
// A [Composer] holds the templates and the facts about the organisation that stand under every
// mail. [Composer.Digest] takes a [Digest], which is all that the readers of one variant get alike,
// and renders it once: HTML, plain text, the version for the browser. What differs from reader to
// reader is left open as merge fields ([Personal]); whoever sends fills them in, without running a
// template. [Composer.Notice] makes a mail to one person from a [Message], whose type says which.
//
// # What holds for every mail
//
//   - It has a plain-text part from a template of its own, and an HTML part that works without
//     pictures, in dark mode, at 320 px and with large letters.
//   - What people wrote is escaped for where it lands; the text of a post is never HTML here.
//   - Its HTML is at most [MaxHTML] octets, so that no mail program cuts it off. A digest that would
//     be longer shows fewer posts and says where the others are; the footer always stays.
//   - A digest without the links for leaving, for preferences and for "why do I get this?" in both
//     parts is refused, and so is a mail in which a template left something behind
//     (leftover.go). An operator's own templates can't send such mail.
//   - The version for the browser bears no person.
//
// Standards: RFC 2369, RFC 2919 and RFC 8058 (list headers, made by package mailer), RFC 3834
// (Auto-Submitted), WCAG 2.2 as far as it can hold in a mail.
package compose
