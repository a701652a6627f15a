package main

import "runtime/debug"

// gcPercent is by how much the heap may grow before garbage is collected. What a service keeps is small (templates, some
// letters), and a message leaves little garbage: at 40 it needs two thirds of the memory that Go's own
// 100 would, for a few percent more processor time.
const gcPercent = 40

// saveMemory is for what runs for months. Who sets GOGC knows better.
func (w *world) saveMemory() {
	if w.env("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// forgetStart gives back what reading the templates and trying each of them took: several times of what
// a service needs afterwards.
func forgetStart() { debug.FreeOSMemory() }
