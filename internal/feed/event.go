package feed

import (
	encodingjson "encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// event is when and where something takes place.
type event struct {
	starts, ends newsletter.Time
	place        string
}

// event reads an item's event: the event module of RSS 1.0 (startdate, enddate, location), the
// properties of iCalendar in XML (dtstart, dtend, location), by whatever prefix; or in JSON Feed an
// object _event with start, end and location.
func (r *itemReader) event(raw *gofeed.Item) event {
	if e, ok := r.events[raw.GUID]; ok {
		return e
	}
	for _, prefix := range slices.Sorted(maps.Keys(raw.Extensions)) {
		for _, words := range [][2]string{{"startdate", "enddate"}, {"dtstart", "dtend"}} {
			e := newEvent(extension(raw.Extensions, prefix, words[0]), extension(raw.Extensions, prefix, words[1]),
				extension(raw.Extensions, prefix, "location"), r.zone)
			if !e.starts.IsZero() {
				return e
			}
		}
	}
	return event{}
}

// newEvent makes an event of what a feed says; without a start there is none.
func newEvent(start, end, location string, zone *time.Location) event {
	e := event{starts: instant(start, zone), ends: instant(end, zone), place: cut(richtext.Title(location), maxName)}
	if e.starts.IsZero() {
		return event{}
	}
	if e.ends.Before(e.starts.Time) {
		e.ends = newsletter.Time{}
	}
	return e
}

// instant reads a moment of RFC 3339, ISO 8601 or iCalendar (RFC 5545, section 3.3.5), in zone when it
// names none. The zero time says that it can't be read.
func instant(text string, zone *time.Location) newsletter.Time {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "20060102T150405Z07:00", time.RFC1123Z,
		"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "20060102T150405", "20060102T1504", time.DateOnly, "20060102"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil && sensible(t) {
			return newsletter.At(t)
		}
	}
	return newsletter.Time{}
}

// jsonEvents reads the _event objects of JSON Feed by item id; gofeed passes extensions by.
func jsonEvents(source *gofeed.Feed, text []byte, zone *time.Location) map[string]event {
	if source.FeedType != "json" {
		return nil
	}
	var document struct {
		Items []struct {
			ID    any `json:"id"`
			Event struct {
				Start    string `json:"start"`
				End      string `json:"end"`
				Location string `json:"location"`
			} `json:"_event"`
		} `json:"items"`
	}
	if encodingjson.Unmarshal(text, &document) != nil {
		return nil // an extension of another shape under that name
	}
	events := map[string]event{}
	for _, item := range document.Items {
		id, ok := item.ID.(string)
		if e := newEvent(item.Event.Start, item.Event.End, item.Event.Location, zone); ok && !e.starts.IsZero() {
			events[id] = e
		}
	}
	return events
}
