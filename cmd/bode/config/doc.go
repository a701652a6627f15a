// Package config is the configuration of bode: which keys there are, where their values come from
// and what they may hold.
//
// A value comes from a flag, or else from the environment (BODE_…), or else from the file, or else
// from the default. Every key is one row of the table in settings.go; loading, checking, showing
// and the commented example are all made from that table, so they can't disagree.
//
// Load reports every fault at once, with file and line. Secrets come from files of their own or
// from the environment, never from flags or the configuration file, and a Secret can't be printed
// by accident.
package config
