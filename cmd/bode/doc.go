// Bode brings the new posts of expert groups, as digests by e-mail, to the people who asked for
// them. This package is the program: its configuration, its commands, and the one place where all
// parts are put together (wire.go).
//
// The way through it: main makes a world (streams, environment, clock), run reads the command line
// into one of the command structs, and that struct's Run does the work. Each file holds the
// commands of one noun. Errors come back to run, which alone prints them and turns them into an
// exit code (exit.go).
//
// Time enters the program here: no other package asks the machine what time it is.
package main
