package editor

import (
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// sayer returns texts of the catalogue in the language of a page, for what no template puts together. A
// text that fails is its key: the templates' test finds those that aren't there.
func (d *door) sayer(r *http.Request) func(key string, pairs ...any) string {
	return func(key string, pairs ...any) string {
		args := templates.Args{}
		for i := 0; i+1 < len(pairs); i += 2 {
			if name, ok := pairs[i].(string); ok {
				args[name] = pairs[i+1]
			}
		}
		text, err := d.Templates.Texts().Text(web.Language(r), key, args)
		if err != nil {
			return key
		}
		return text
	}
}

// dateIn is a day in words.
func (d *door) dateIn(r *http.Request, at newsletter.Time, zone *time.Location) string {
	return templates.Date(web.Language(r), at.In(zone))
}
