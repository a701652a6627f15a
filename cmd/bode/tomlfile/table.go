package tomlfile

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Table is a table of a TOML file that is being read. Its methods return the zero value where a
// key is missing or wrong; only the latter is a fault.
type Table struct {
	file   *file
	path   string
	values map[string]any
	asked  map[string]bool
	// tables are those read from this one, by key, so that reading twice gives the same Table.
	tables map[string]*Table
}

type file struct {
	name   string
	lines  map[string]int
	faults Faults
}

func newTable(f *file, path string, values map[string]any) *Table {
	return &Table{file: f, path: path, values: values, asked: map[string]bool{}, tables: map[string]*Table{}}
}

// Parse reads a file's text. What is no TOML at all is reported as one fault, with its line.
func Parse(name string, text []byte) (*Table, error) {
	values := map[string]any{}
	if err := toml.Unmarshal(text, &values); err != nil {
		var at toml.ParseError
		if !errors.As(err, &at) {
			return nil, Faults{{Place: name, Message: err.Error()}}.Err()
		}
		return nil, Faults{{Place: place(name, at.Position.Line), Line: at.Position.Line, Key: at.LastKey, Message: at.Message}}.Err()
	}
	f := &file{name: name, lines: positions(string(text))}
	return newTable(f, "", values), nil
}

// Close reports every fault found so far and every key that was never asked for.
func (t *Table) Close() error {
	t.unknown()
	return t.file.faults.Err()
}

func (t *Table) unknown() {
	known := slices.Sorted(maps.Keys(t.asked))
	for _, key := range slices.Sorted(maps.Keys(t.values)) {
		if t.asked[key] {
			continue
		}
		hint := "the keys here are " + strings.Join(known, ", ")
		if near := Nearest(key, known); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		t.Faultf(key, "there is no such key; %s", hint)
	}
	for _, key := range slices.Sorted(maps.Keys(t.tables)) {
		t.tables[key].unknown()
	}
}

// Faultf records a fault of one key; an empty key stands for the table itself.
func (t *Table) Faultf(key, format string, args ...any) {
	path, line := t.join(key), t.Line(key)
	t.file.faults.Addf(place(t.file.name, line), line, index.ReplaceAllString(path, ""), format, args...)
}

var index = regexp.MustCompile(`\[[0-9]+\]`)

// Faults returns how many faults there are in the file so far.
func (t *Table) Faults() int { return len(t.file.faults) }

// Line returns the line of a key, or of the nearest thing around it.
func (t *Table) Line(key string) int {
	for path := t.join(key); path != ""; path = path[:max(0, strings.LastIndexAny(path, ".["))] {
		if line, ok := t.file.lines[path]; ok {
			return line
		}
	}
	return 0
}

// Has reports whether the key is there, whatever it holds.
func (t *Table) Has(key string) bool {
	t.asked[key] = true
	_, ok := t.values[key]
	return ok
}

// Keys returns the keys of the table in alphabetical order and takes all of them for known.
func (t *Table) Keys() []string {
	keys := slices.Sorted(maps.Keys(t.values))
	for _, k := range keys {
		t.asked[k] = true
	}
	return keys
}

// String reads a text.
func (t *Table) String(key string) string {
	return read[string](t, key, "a text between quotation marks")
}

// Bool reads true or false.
func (t *Table) Bool(key string) bool { return read[bool](t, key, "true or false") }

// Int reads a whole number.
func (t *Table) Int(key string) int64 { return read[int64](t, key, "a whole number") }

// Duration reads a length of time, such as "7d" or "90m".
func (t *Table) Duration(key string) time.Duration {
	s := t.String(key)
	if s == "" {
		return 0
	}
	d, err := ParseDuration(s)
	if err != nil {
		t.Faultf(key, "%s", err)
	}
	return d
}

// Time reads a date or a date with a time of day, which stand without quotation marks. One that
// names no offset is on the wall clock of the zone; a date is its midnight.
func (t *Table) Time(key string, zone *time.Location) time.Time {
	v := read[time.Time](t, key, "a date such as 2026-11-23, without quotation marks")
	switch v.Location().String() {
	case "date-local", "datetime-local":
		return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), zone)
	case "time-local":
		t.Faultf(key, "must be a date such as 2026-11-23, not a time of day only")
		return time.Time{}
	}
	return v
}

// Strings reads a list of texts.
func (t *Table) Strings(key string) []string {
	var all []string
	for i, v := range read[[]any](t, key, "a list of texts between square brackets") {
		s, ok := v.(string)
		if !ok {
			t.Faultf(element(key, i), "must be a text between quotation marks, not %s", describe(v))
			continue
		}
		all = append(all, s)
	}
	return all
}

// Text reads a scalar in the form in which the environment or a flag would give it.
func (t *Table) Text(key string) (string, bool) {
	if !t.Has(key) {
		return "", false
	}
	switch v := t.values[key].(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	default:
		t.Faultf(key, "must be one value, not %s", describe(v))
		return "", false
	}
}

// Table reads a table; when the key is missing, an empty one, in which every key is missing.
func (t *Table) Table(key string) *Table {
	if sub, ok := t.tables[key]; ok {
		return sub
	}
	return t.sub(key, read[map[string]any](t, key, "a table"))
}

// Tables reads an array of tables ([[key]]).
func (t *Table) Tables(key string) []*Table {
	var all []*Table
	if !t.Has(key) {
		return nil
	}
	switch v := t.values[key].(type) {
	case []map[string]any:
		for i, values := range v {
			all = append(all, t.sub(element(key, i), values))
		}
	case []any: // the inline form: key = [{…}, {…}]
		for i, one := range v {
			values, ok := one.(map[string]any)
			if !ok {
				t.Faultf(element(key, i), "must be a table, not %s", describe(one))
				continue
			}
			all = append(all, t.sub(element(key, i), values))
		}
	default:
		t.Faultf(key, "must be written as [[%s]], not as %s", key, describe(v))
	}
	return all
}

func (t *Table) sub(key string, values map[string]any) *Table {
	sub := newTable(t.file, t.join(key), values)
	t.tables[key] = sub
	return sub
}

func (t *Table) join(key string) string {
	if t.path == "" || key == "" {
		return t.path + key
	}
	return t.path + "." + key
}

func read[T any](t *Table, key, want string) T {
	var zero T
	if !t.Has(key) {
		return zero
	}
	v, ok := t.values[key].(T)
	if !ok {
		t.Faultf(key, "must be %s, not %s", want, describe(t.values[key]))
	}
	return v
}

func place(name string, line int) string {
	if line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d", name, line)
}

// describe says in words what a value is.
func describe(v any) string {
	switch v := v.(type) {
	case string:
		return "a text"
	case int64:
		return "the number " + strconv.FormatInt(v, 10)
	case float64:
		return "the number " + strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "a list"
	case []map[string]any:
		return "a list of tables"
	case map[string]any:
		return "a table"
	case time.Time:
		return "a date"
	default:
		return fmt.Sprintf("%T", v)
	}
}
