package main

import "runtime/debug"

// forgetStart gives back what reading the templates and trying each of them took: several times of what
// a service needs afterwards.
func forgetStart() { debug.FreeOSMemory() }
