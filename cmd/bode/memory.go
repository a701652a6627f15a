package main

import (
	"bufio"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

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

// forgetStart gives back what the start took, several times of what a service needs afterwards: what was allocated to read
// the templates and to try each of them, and those pages of the program itself that were only read for it.
func forgetStart() {
	debug.FreeOSMemory()
	program, err := os.Executable()
	if err != nil {
		return // then they stay
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return // another system: the same
	}
	defer maps.Close() // it was only read
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 6 && fields[5] == program && !strings.Contains(fields[1], "w") {
			forgetPages(fields[0])
		}
	}
}

// forgetPages gives back the pages of a file that nobody writes to, mapped at FROM-TO in hexadecimal. Those that are needed come
// back, from the system's cache as a rule.
func forgetPages(mapping string) {
	from, to, _ := strings.Cut(mapping, "-")
	start, err := strconv.ParseUint(from, 16, 64)
	if err != nil {
		return
	}
	end, err := strconv.ParseUint(to, 16, 64)
	if err != nil {
		return
	}
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(start), uintptr(end-start), unix.MADV_DONTNEED) // advice: it may be refused
}
