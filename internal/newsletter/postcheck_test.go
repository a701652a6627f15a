package newsletter_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func TestCheckPost(t *testing.T) {
	at := newsletter.At
	for name, tt := range map[string]struct {
		post newsletter.Post
		want []string // the fields at fault
	}{
		"whole":         {newsletter.Post{Title: "Een", HTML: "<p>x</p>"}, nil},
		"a link alone":  {newsletter.Post{Title: "Een", Link: "https://voorbeeld.nl/"}, nil},
		"an event":      {newsletter.Post{Title: "Een", Summary: "x", StartsAt: at(noon), Place: "Assen"}, nil},
		"nothing":       {newsletter.Post{}, []string{"text", "title"}},
		"too long":      {newsletter.Post{Title: strings.Repeat("é", 301), Summary: strings.Repeat("é", 300)}, []string{"title"}},
		"no address":    {newsletter.Post{Title: "Een", Link: "javascript:alert(1)"}, []string{"link"}},
		"no beginning":  {newsletter.Post{Title: "Een", Summary: "x", Place: "Assen"}, []string{"starts"}},
		"ends too soon": {newsletter.Post{Title: "Een", Summary: "x", StartsAt: at(noon), EndsAt: at(noon.Add(-1e9))}, []string{"ends"}},
	} {
		var fields []string
		if joined, ok := tt.post.Check().(interface{ Unwrap() []error }); ok {
			for _, err := range joined.Unwrap() {
				var e *newsletter.Error
				if !errors.As(err, &e) || e.Code != newsletter.Invalid || e.Reason == "" {
					t.Fatalf("%s: %v", name, err)
				}
				fields = append(fields, e.Field)
			}
		}
		slices.Sort(fields)
		if diff := cmp.Diff(tt.want, fields); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
