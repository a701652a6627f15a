package frontdoor_test

import (
	"testing"

	"bode.example/internal/web/webtest"
)

// beside are the journeys that don't meet: each has a list and people of its own. Named after STANDARDS.
var beside = map[string]func(*site){
	"D1 joining":       joining,
	"D4 meeting":       meeting,
	"D7 hands":         hands,
	"B4 one click":     oneClick,
	"B7 several lists": several,
	"F5 settings":      settings,
	"E13 access":       access,
	"desk":             atTheDesk,
}

// TestFrontDoor plays all journeys in one program for each engine.
func TestFrontDoor(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	browser := webtest.Open(t, webtest.At("*."+domain, g.server), webtest.Reads("nl"))
	for name, makeEngine := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, makeEngine, g)
			s.browser = browser
			s.board()
			s.serve()
			t.Run("people", func(t *testing.T) {
				for name, journey := range beside {
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						journey(s.in(t))
					})
				}
			})
			// One looks at the whole database, the other stops the program: each has it alone.
			t.Run("E21 keys", func(t *testing.T) { keys(s.in(t)) })
			t.Run("B5 links", func(t *testing.T) { links(s.in(t)) })
			t.Run("C10 stopping", func(t *testing.T) { stopping(s.in(t)) })
		})
	}
}
