// Package declaration reads the file of bode apply: lists, with their topics, feeds and schedules,
// as they should be.
//
// Reading reports every fault at once, with file and line, and needs no database; what it takes to
// get there is newsletter.Declaration.Plan's to say. Each noun has a file, and its reader names
// every key it knows: a key that no reader asked for is a fault.
package declaration
