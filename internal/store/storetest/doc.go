// Package storetest is the definition of what the store does: one case for every exported method,
// run on both engines. Run fails for a method that no case covers.
//
// It also opens fresh stores and builds a small world for the tests of other packages, which use
// real databases as well.
package storetest
