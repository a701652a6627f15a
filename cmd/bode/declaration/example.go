package declaration

import _ "embed"

// Example is a file to begin with, in which every key is explained.
//
//go:embed example.toml
var Example string
