package config

import "strings"

// Shown is one setting as bode config show prints it.
type Shown struct {
	Key   string   `json:"key"`
	Value []string `json:"value"` // a list may have any number, all others have one
	Origin
}

// Show returns every setting with its value and where it came from. Secrets are not in it.
func (c *Config) Show() []Shown {
	var all []Shown
	for _, s := range c.settings() {
		one := Shown{Key: s.key, Origin: c.origins[s.key], Value: s.show()}
		if one.Value == nil {
			one.Value = []string{}
		}
		all = append(all, one)
	}
	return all
}

// Text returns the value on one line.
func (s Shown) Text() string { return strings.Join(s.Value, ", ") }
