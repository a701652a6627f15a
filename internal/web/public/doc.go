// Package public is the public door: the site of the organisation whose lists people read.
//
// It shows the lists and a form to join them, posts and editions, and the pages behind the links in
// mails. It decides nothing about people: it reads forms, asks Signup, Settings and Access, and shows
// the answer. What it promises:
//
//   - GET, HEAD and OPTIONS change nothing (RFC 9110, 9.2.1): mail scanners open links. Every page that
//     changes something has one unmistakable button, and no script presses it.
//   - The one-click POST of RFC 8058 needs no page, no cookie and no session, follows no redirect, and
//     may come twice.
//   - The answer to a form with an address is the same whether or not the address is known.
//   - Nobody has to type a thing twice: a page that refuses a form shows it again, filled in.
//   - No page needs JavaScript, and none sets a cookie but the reader's own display choices.
package public
