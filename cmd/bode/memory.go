package main

import "runtime/debug"

// memoryGoal is what Go's part of the memory should stay below: where it would not, garbage is collected sooner. A service
// keeps 10 MB while it sends and needs less than this; with hundreds of letters under way it would take as much again without
// need. It is a goal and no limit: who needs more gets it.
const memoryGoal = 32 << 20

// saveMemory is for what runs for months. Who sets GOMEMLIMIT knows better.
func (w *world) saveMemory() {
	if w.env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
}

// forgetStart gives back what reading the templates and trying each of them took: several times of what
// a service needs afterwards.
func forgetStart() { debug.FreeOSMemory() }
