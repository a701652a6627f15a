// Package web is the kit that the doors are made of: the public site, and the desks of editors and
// privacy officers.
//
// A Door is a set of routes with one manner of answering. Its handlers return errors; the door turns
// an error into a page in the reader's language, into JSON or into a line of text, whichever the client
// asked for, logs it once and counts it. The way through a door:
//
//	request ─► security headers ─► limits (body, time) ─► cross-origin check ─► route ─► Handler
//	                                                                              │
//	          log line, count ◄─ response ◄─ Render (buffer first) ◄──────────────┴─ error ─► error page
//
// What holds for every answer of every door:
//
//   - Nothing is sent before the whole page is there: a template that fails gives a 500, never half a page.
//   - GET, HEAD and OPTIONS change nothing (RFC 9110, 9.2.1); only routes with POST in their pattern may.
//   - No inline script and no inline style: the Content-Security-Policy is the same strict one everywhere.
//   - The log holds route patterns, codes and ids; never a path with a token, an address or a client's network.
//   - Whatever a stranger sends gets a 4xx that says what was wrong. A 5xx is a fault of ours.
//
// Pages work without JavaScript. The reading aids (text larger and smaller, letters wider apart) and the
// choice of language live in one first-party cookie, see Display.
package web
