package templates

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// An instant is a time.Time, or a type that embeds one.
type instant interface {
	In(*time.Location) time.Time
	IsZero() bool
}

// funcs are the functions that an instance may call, in its language; package documentation lists them.
func (s *Set) funcs(at *instance) map[string]any {
	return map[string]any{
		"T": func(key string, pairs ...any) (string, error) {
			args, err := dict(pairs...)
			if err != nil {
				return "", fmt.Errorf("text %q: %w", key, err)
			}
			return s.texts.Text(at.lang, key, args)
		},
		"TH": func(key string, pairs ...any) (any, error) {
			args, err := dict(pairs...)
			if err != nil {
				return "", fmt.Errorf("text %q: %w", key, err)
			}
			return s.texts.HTML(at.lang, key, args)
		},
		"lang":     func() newsletter.Language { return at.lang },
		"date":     inZone(at, Date),
		"datetime": inZone(at, DateTime),
		"day":      inZone(at, Day),
		"clock":    inZone(at, Clock),
		"machinetime": inZone(at, func(_ newsletter.Language, t time.Time) string {
			return t.Format(time.RFC3339)
		}),
		"period": func(from, to instant, zone *time.Location) (string, error) {
			if zone == nil || from.IsZero() {
				return "", errNoZone
			}
			if to.IsZero() {
				return DateTime(at.lang, from.In(zone)), nil
			}
			return Period(at.lang, from.In(zone), to.In(zone)), nil
		},
		"relative": func(t, now instant) (string, error) {
			return s.texts.Relative(at.lang, t.In(time.UTC), now.In(time.UTC))
		},
		"number": func(n any) (string, error) {
			v := reflect.ValueOf(n)
			if !v.CanInt() {
				return "", fmt.Errorf("number: %T is no whole number", n)
			}
			return Number(at.lang, v.Int()), nil
		},
		"dict":      dict,
		"asset":     s.assetPath,
		"outlook":   outlook,
		"underline": underline,
	}
}

var errNoZone = fmt.Errorf("a time and the zone to show it in are both needed")

func inZone(at *instance, format func(newsletter.Language, time.Time) string) func(instant, *time.Location) (string, error) {
	return func(t instant, zone *time.Location) (string, error) {
		if zone == nil || t.IsZero() {
			return "", errNoZone
		}
		return format(at.lang, t.In(zone)), nil
	}
}

// dict makes a map of names and values that stand by turns. Its templates are executed with
// missingkey=error, so a name that was not given is found.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("names and values must stand by turns, but %d were given", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("a name must stand at place %d, not %T", i+1, pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// outlook wraps markup in a conditional comment, which only Outlook for Windows reads; html/template
// drops comments that are written out. Load takes nothing but a literal as its argument.
func outlook(markup string) template.HTML {
	return template.HTML("<!--[if mso]>" + markup + "<![endif]-->") //nolint:gosec // a literal of a template
}

// underline writes a heading of plain text: the words, and below them a line of the given character.
func underline(character, heading string) string {
	return heading + "\n" + strings.Repeat(character, utf8.RuneCountInString(heading))
}

// Relative says how far t is from now, in the largest unit that fits: "over 3 dagen", "2 uur
// geleden", "zojuist".
func (c *Catalogue) Relative(lang newsletter.Language, t, now time.Time) (string, error) {
	away := t.Sub(now)
	key := "relative_in_"
	if away <= 0 { // what happens at this very moment has happened
		away, key = -away, "relative_ago_"
	}
	const day = 24 * time.Hour
	switch {
	case away < time.Minute:
		return c.Text(lang, key+"moment", nil)
	case away < time.Hour:
		return c.Text(lang, key+"minutes", Args{"Count": int(away / time.Minute)})
	case away < day:
		return c.Text(lang, key+"hours", Args{"Count": int(away / time.Hour)})
	}
	return c.Text(lang, key+"days", Args{"Count": int(away / day)})
}
