package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Place is an entry of the navigation.
type Place struct {
	Key   string // its text is "place_" + Key
	Path  string // pages below it are this place too
	Roles []newsletter.Role
	Order int // places with a lower one come first; leave room
}

// Place adds an entry to the navigation of those who have one of its roles.
func (d *Desk) Place(p Place) {
	d.places = append(d.places, p)
	slices.SortStableFunc(d.places, func(a, b Place) int { return a.Order - b.Order })
}

// Frame is what every page of the desks shows around its own data.
type Frame struct {
	Organisation string
	Zone         *time.Location
	Now          time.Time
	Staff        *newsletter.Staff // nil: nobody is signed in
	Places       []PlaceLink
	Done         string // the key of what was just done, see Desk.Done; empty: nothing
}

// PlaceLink is a place as the navigation shows it.
type PlaceLink struct {
	Key, URL string
	Current  bool
}

// frame asks no database: error pages have it too.
func (d *Desk) frame(r *http.Request, _ newsletter.Language) any {
	f := &Frame{Organisation: d.Organisation, Zone: d.Zone, Now: d.Now(), Staff: StaffOf(r), Done: d.doneOf(r)}
	if f.Staff == nil {
		return f
	}
	here := -1
	for _, p := range d.places {
		if !f.Staff.Has(p.Roles...) {
			continue
		}
		f.Places = append(f.Places, PlaceLink{Key: p.Key, URL: p.Path})
		if holds(p.Path, r.URL.Path) && (here < 0 || len(p.Path) > len(f.Places[here].URL)) {
			here = len(f.Places) - 1
		}
	}
	if here >= 0 {
		f.Places[here].Current = true
	}
	return f
}

// holds reports whether a page belongs to a place. Home is only itself.
func holds(place, page string) bool {
	return place == page || place != Home && strings.HasPrefix(page, strings.TrimSuffix(place, "/")+"/")
}

// SampleFrame is a frame as a page has it, for the check of templates.
func SampleFrame(now time.Time) *Frame {
	return &Frame{Organisation: "Democratische Broedplaats Noord", Zone: time.UTC, Now: now, Done: "saved",
		Staff: &newsletter.Staff{Name: "Marijke de Boer", Language: newsletter.Dutch, Roles: newsletter.Roles()},
		Places: []PlaceLink{
			{Key: "today", URL: Home, Current: true}, {Key: "editions", URL: "/desk/editions"},
		}}
}
