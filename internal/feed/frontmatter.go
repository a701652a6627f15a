package feed

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"bode.example/internal/newsletter"
)

// field is one key of a front matter, as it was written.
type field struct {
	line  int
	value any // string, []string or time.Time
	// local says that a time.Time was written without a zone.
	local bool
}

// matter is what stands above the text of a Markdown file.
type matter struct {
	name   string // of the file
	fields map[string]field
	body   []byte
	first  int // the line that body begins at
	faults []error
}

// fault notes what is wrong at a line. All are told at once.
func (m *matter) fault(line int, reason, format string, args ...any) {
	e := newsletter.Errorf(newsletter.Invalid, reason, format, args...)
	e.Field = fmt.Sprintf("%s:%d", m.name, line)
	m.faults = append(m.faults, e)
}

// parseMatter takes a file apart: a front matter in TOML between lines of +++, or in the simple part
// of YAML between lines of ---, and the text below it.
func parseMatter(name string, source []byte) *matter {
	m := &matter{name: name, fields: map[string]field{}}
	text := strings.ReplaceAll(strings.TrimPrefix(string(source), "\ufeff"), "\r\n", "\n")
	fence, rest, _ := strings.Cut(text, "\n")
	fence = strings.TrimRight(fence, " \t")
	if fence != "+++" && fence != "---" {
		m.fault(1, "post_front_matter", "the file must begin with a line +++ (TOML) or --- (key: value), under which stands at least a title")
		return m
	}
	lines := strings.Split(rest, "\n")
	end := -1
	for i, line := range lines {
		if strings.TrimRight(line, " \t") == fence {
			end = i
			break
		}
	}
	if end < 0 {
		m.fault(1, "post_front_matter", "the front matter that begins here is not closed by another line %s", fence)
		return m
	}
	m.body, m.first = []byte(strings.Join(lines[end+1:], "\n")), end+3
	if fence == "+++" {
		m.toml(lines[:end])
	} else {
		m.yaml(lines[:end])
	}
	return m
}

// toml reads a front matter in TOML. Its first line is line 2 of the file.
func (m *matter) toml(lines []string) {
	var values map[string]any
	if _, err := toml.Decode(strings.Join(lines, "\n"), &values); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			m.fault(syntax.Position.Line+1, "post_front_matter", "this is not TOML: %s", syntax.Message)
		} else {
			m.fault(2, "post_front_matter", "this is not TOML: %s", err)
		}
		return
	}
	for key, value := range values {
		line := tomlLine(lines, key)
		switch v := value.(type) {
		case string:
			m.fields[key] = field{line: line, value: v}
		case time.Time:
			m.fields[key] = field{line: line, value: v, local: isLocal(v)}
		case []any:
			list, ok := stringsOf(v)
			if !ok {
				m.fault(line, "post_value", "%s must be a list of words in quotes", key)
			}
			m.fields[key] = field{line: line, value: list}
		default:
			m.fault(line, "post_value", "%s must be text in quotes, a date or a list", key)
		}
	}
}

// isLocal knows the locations by which the TOML package marks dates and times without an offset.
func isLocal(t time.Time) bool {
	switch t.Location().String() {
	case "datetime-local", "date-local", "time-local":
		return true
	}
	return false
}

func tomlLine(lines []string, key string) int {
	for i, line := range lines {
		name, _, ok := strings.Cut(line, "=")
		if ok && strings.Trim(strings.TrimSpace(name), `"'`) == key {
			return i + 2
		}
	}
	return 2
}

func stringsOf(values []any) ([]string, bool) {
	list := []string{}
	for _, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}

var yamlKey = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_-]*)\s*:(?:\s+(.*))?$`)

// yaml reads lines "key: value", lists as [a, b] or as lines "- a" below the key, and comments. What
// else YAML can do is refused with its line, instead of being read as something else.
func (m *matter) yaml(lines []string) {
	key := ""
	for i, line := range lines {
		number := i + 2
		line = strings.TrimRight(line, " \t")
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if item, ok := strings.CutPrefix(trimmed, "- "); ok {
			m.yamlItem(key, number, item)
			continue
		}
		match := yamlKey.FindStringSubmatch(line)
		if match == nil {
			m.fault(number, "post_front_matter", "this line is neither \"key: value\" nor \"- item\": %s", trimmed)
			continue
		}
		if _, twice := m.fields[match[1]]; twice {
			m.fault(number, "post_front_matter", "%s stands here for the second time", match[1])
		}
		key = match[1]
		m.fields[key] = field{line: number, value: m.yamlValue(key, number, match[2])}
	}
}

func (m *matter) yamlItem(key string, line int, text string) {
	f, ok := m.fields[key]
	list, isList := f.value.([]string)
	if !ok || !isList && f.value != "" {
		m.fault(line, "post_front_matter", "a list item must stand below a key that has nothing behind its colon")
		return
	}
	list = append(list, m.scalar(line, text))
	f.value = list
	m.fields[key] = f
}

func (m *matter) yamlValue(key string, line int, text string) any {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") {
		inside, ok := strings.CutSuffix(strings.TrimPrefix(text, "["), "]")
		if !ok {
			m.fault(line, "post_front_matter", "the list of %s is not closed by ] on its line", key)
		}
		list := []string{}
		for item := range strings.SplitSeq(inside, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, m.scalar(line, item))
			}
		}
		return list
	}
	return m.scalar(line, text)
}

// scalar reads one value: in double quotes, in single quotes, or bare up to a comment.
func (m *matter) scalar(line int, text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	switch text[0] {
	case '"', '\'':
		return m.quoted(line, text)
	case '|', '>', '&', '*', '!', '{', '%', '@', '`':
		m.fault(line, "post_front_matter", "a value can't begin with %c here; put it in quotes, on one line", text[0])
		return ""
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = strings.TrimSpace(text[:i])
	}
	return text
}

func (m *matter) quoted(line int, text string) string {
	quote := text[:1]
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case quote == `"` && text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case quote == `'` && strings.HasPrefix(text[i:], "''"):
			i++
			b.WriteByte('\'')
		case text[i:i+1] == quote:
			if rest := strings.TrimSpace(text[i+1:]); rest != "" && rest[0] != '#' {
				m.fault(line, "post_front_matter", "something stands behind the closing quote: %s", rest)
			}
			return b.String()
		default:
			b.WriteByte(text[i])
		}
	}
	m.fault(line, "post_front_matter", "the quote that opens here is not closed on its line")
	return ""
}
