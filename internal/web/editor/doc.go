// Package editor is the desk of the editors: what leaves next, posts, editions, schedules and people, for
// those who work a few minutes a week and must never be afraid that something goes out wrong.
//
// One file is one noun: its pages, its part of Store, its routes and its samples. routes.go has a line for
// each. What the pages stand in (signing in, roles, navigation) is package desk's.
//
// The manner of all pages:
//
//   - A form posts, and the answer is a redirect to a page that says what was done. Nothing changes by GET.
//   - What can't be undone is asked once more, on a page of its own.
//   - Every state is told by a word and a shape, every time with its zone, every empty list with what to do.
//   - They work without JavaScript; with it, things move and are counted live.
package editor
