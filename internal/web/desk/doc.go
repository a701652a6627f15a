// Package desk is what the desks of editors and of privacy officers share: one table of routes, signing
// in, and the frame around every page.
//
// A desk's package adds its pages to a Desk with In and Handle:
//
//	d := c.Desk.In("editor") // pages below templates/web/editor
//	d.Place(desk.Place{Key: "posts", Path: "/desk/posts", Roles: editors, Order: 30})
//	d.Handle(desk.Route{Pattern: "GET /desk/posts", Roles: editors}, x.posts)
//
// The way through a request:
//
//	request ─► web.Door (headers, limits, cross-origin check) ─► route ─► session ─► roles ─► list ─► Handler
//	                                                               │         │          └──────┴─► 403, 404
//	                                                               │         └─► the sign-in page
//	                                                               └─► an open one, such as the sign-in page itself
//
// The invariants:
//
//   - A route says who may: it names roles, or is open and says so. One that says neither is a fault, and a
//     desk with a fault does not start (Ready).
//   - Roles are read with the session at every request: what was taken away is gone at the next page.
//   - The role of editor counts for the lists of that editor. What is of another list is not found.
//   - Nothing of a desk is cached, indexed, or shown in a frame of another site.
//
// Whoever isn't signed in is sent to "/desk/sign-in?next=…" (SignInPath, NextOf).
package desk
