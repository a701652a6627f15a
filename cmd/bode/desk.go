package main

import (
	"net/http"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/editor"
)

// newDesks puts the desks together, beside the public site.
func newDesks(c *config.Config, s *service, composer *compose.Composer, kit web.Config) (http.Handler, error) {
	d, err := desk.New(desk.Config{Web: kit, Organisation: c.Organisation.Name, Zone: c.Zone})
	if err != nil {
		return nil, &configError{err}
	}
	suppression, err := hashes(c, token.Suppression)
	if err != nil {
		return nil, err
	}
	if err := editor.Add(editor.Config{Desk: d, Store: s.store, Mail: composer, Composer: composer, Hashes: suppression,
		Review: newReview(c, s.store, composer)}); err != nil {
		return nil, &configError{err}
	}
	return d, d.Ready()
}
