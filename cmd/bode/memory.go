package main

import "runtime/debug"

// gcPercent is by how much the heap may grow before garbage is collected. What a service keeps is small (templates, some
// letters), and a message leaves little garbage: at 50 it needs a fifth less memory than at Go's own 100, for a
// tenth more processor time while it sends.
const gcPercent = 50

// saveMemory is for what runs for months. Who sets GOGC knows better.
func (w *world) saveMemory() {
	if w.env("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// forgetStart gives back what reading the templates and trying each of them took: several times of what
// a service needs afterwards.
func forgetStart() { debug.FreeOSMemory() }
