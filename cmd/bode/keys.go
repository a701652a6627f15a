package main

import (
	"bode.example/cmd/bode/config"
	"bode.example/internal/token"
)

// links signs and reads the tokens in links.
func links(c *config.Config) (*token.Ring, error) {
	current, old, err := c.Tokens.Read()
	if err != nil {
		return nil, &configError{err}
	}
	return token.NewRing(current, old...)
}

// hashes makes the hashes that stand for addresses, for one use.
func hashes(c *config.Config, use token.Use) (*token.Hashes, error) {
	current, old, err := c.Suppression.Read()
	if err != nil {
		return nil, &configError{err}
	}
	return token.NewHashes(use, current, old...)
}
