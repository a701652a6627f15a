package newsletter_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
)

func TestCheckFeed(t *testing.T) {
	hour := newsletter.Duration(time.Hour)
	for field, f := range map[string]newsletter.Feed{
		"":         {Name: "website-1", URL: "https://voorbeeld.nl/feed", Interval: hour},
		"name":     {Name: "Web site", URL: "https://voorbeeld.nl/feed", Interval: hour},
		"url":      {Name: "website", URL: "file:///etc/passwd", Interval: hour},
		"interval": {Name: "website", URL: "https://voorbeeld.nl/feed", Interval: newsletter.Duration(time.Minute)},
	} {
		err := f.Check()
		var e *newsletter.Error
		if field == "" && err != nil || field != "" && (!errors.As(err, &e) || e.Field != field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestCategories(t *testing.T) {
	items := []newsletter.Item{{Categories: []string{"De Raad", "Geld"}}, {Categories: []string{"deraad", " ", "Zorg"}}}
	if diff := cmp.Diff([]string{"De Raad", "Geld", "Zorg"}, newsletter.Categories(items)); diff != "" {
		t.Error(diff)
	}
	m := newsletter.Mapping{"de raad": "raad", "Geld": ""}
	for category, want := range map[string]string{"De Raad": "raad true", "geld": " true", "Zorg": " false"} {
		topic, known := m.TopicFor(category)
		if got := topic + map[bool]string{true: " true", false: " false"}[known]; got != want {
			t.Errorf("%s: %q", category, got)
		}
	}
}
