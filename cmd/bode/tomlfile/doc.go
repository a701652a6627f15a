// Package tomlfile reads a TOML file that people write by hand, and tells them everything that is
// wrong with it at once, each fault with its file and line.
//
// A reader asks a Table for the keys it knows, by name and type; what is wrong is collected, not
// returned, so that reading goes on. Keys that nobody asked for are faults too: a typing error must
// not pass for a setting that was never there.
//
//	root, err := tomlfile.Parse("lists.toml", data)
//	slug := root.String("slug")
//	err = root.Close() // every fault, in the order of the file
//
// The TOML library reports the place of a syntax error only; the places of keys come from a small
// scanner of our own, which runs after the library has accepted the file.
package tomlfile
