// Package richtext makes what strangers and editors write fit to be shown and mailed: HTML from
// feeds, Markdown from people, and the plain text of both.
//
// Whatever goes in, four things hold for the HTML that comes out:
//
//   - it has only elements and attributes of one allow-list (policy.go): no script, no style, no
//     form, no frame, no id or class;
//   - every address in it is absolute, and is http, https or, in a link, mailto;
//   - it is well-formed: every element that is opened is closed, so that it can't leak into the
//     page or mail around it;
//   - it is valid UTF-8 without NUL and other control characters, which PostgreSQL refuses.
//
// The way is: parse as a browser would (x/net/html), tidy the tree, render it, hold it against the
// allow-list (bluemonday), parse and render once more. Tidying first keeps what the allow-list
// would lose without a word: a film becomes a link to it, a lazily loaded picture gets its address,
// headings start under the title of the post and skip no level (WCAG 1.3.1). It drops what only
// watches the reader, such as pictures of one pixel. Rendering last closes what bluemonday leaves open.
package richtext
