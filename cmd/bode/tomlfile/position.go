package tomlfile

import (
	"strconv"
	"strings"
)

// positions finds the line of every key, table and array element of a TOML text that the library
// has already accepted; it therefore checks nothing. Paths are written as "list[0].topic[1].slug".
func positions(text string) map[string]int {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	s := &scanner{text: text, line: 1, lines: map[string]int{}, tables: map[string]int{}}
	s.document()
	return s.lines
}

type scanner struct {
	text  string
	at    int
	line  int
	lines map[string]int
	// tables counts the elements of each array of tables so far: [[list]] opens list[0], list[1], …
	tables map[string]int
}

func (s *scanner) document() {
	table := ""
	for s.skip(" \t\n"); s.at < len(s.text); s.skip(" \t\n") {
		if !s.take("[") {
			s.value(s.inside(table, s.key('=')))
			continue
		}
		if s.take("[") {
			path := s.inside("", s.key(']'))
			s.take("]")
			table = element(path, s.tables[path])
			s.tables[path]++
			s.note(table, s.line)
		} else {
			table = s.inside("", s.key(']'))
		}
	}
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// inside joins a table's path and a dotted key; an array of tables on the way means its last element.
func (s *scanner) inside(table string, key []string) string {
	path := table
	for i, k := range key {
		if path != "" {
			path += "."
		}
		path += k
		s.note(path, s.line) // a table that is only named on the way to another has a place too
		if n := s.tables[path]; n > 0 && i < len(key)-1 {
			path = element(path, n-1)
		}
	}
	return path
}

func (s *scanner) note(path string, line int) {
	if _, ok := s.lines[path]; !ok {
		s.lines[path] = line
	}
}

// key reads a dotted key up to and including the sign that ends it.
func (s *scanner) key(end byte) []string {
	var parts []string
	for s.skip(" \t\n"); s.at < len(s.text); s.skip(" \t") {
		switch c := s.text[s.at]; c {
		case end:
			s.at++
			return parts
		case '.':
			s.at++
		case '"', '\'':
			start := s.at
			s.quoted()
			part := s.text[start+1 : s.at-1]
			if whole, err := strconv.Unquote(s.text[start:s.at]); c == '"' && err == nil {
				part = whole
			}
			parts = append(parts, part)
		default:
			part := s.until(" \t.=]")
			if part == "" {
				s.step() // no key begins so; go on all the same
			}
			parts = append(parts, part)
		}
	}
	return parts
}

func (s *scanner) value(path string) {
	s.skip(" \t\n")
	switch {
	case s.at == len(s.text):
	case s.text[s.at] == '"' || s.text[s.at] == '\'':
		s.quoted()
	case s.take("["):
		for i := 0; s.more("]"); i++ {
			s.note(element(path, i), s.line)
			s.value(element(path, i))
		}
	case s.take("{"):
		for s.more("}") {
			s.value(s.inside(path, s.key('=')))
		}
	default:
		s.until(",]}\n#")
	}
}

// more goes to the next element of an array or inline table, or over its end.
func (s *scanner) more(end string) bool {
	s.skip(" \t\n,")
	return s.at < len(s.text) && !s.take(end)
}

// quoted goes over a string of any of the four kinds.
func (s *scanner) quoted() {
	mark := s.text[s.at : s.at+1]
	if long := strings.Repeat(mark, 3); strings.HasPrefix(s.text[s.at:], long) {
		mark = long
	}
	s.at += len(mark)
	for s.at < len(s.text) && !strings.HasPrefix(s.text[s.at:], mark) {
		if s.text[s.at] == '\\' && mark[0] == '"' {
			s.step()
		}
		s.step()
	}
	s.at = min(s.at+len(mark), len(s.text))
	// Up to two quotation marks may stand before the three that end a long string.
	for len(mark) == 3 && s.at < len(s.text) && s.text[s.at] == mark[0] {
		s.at++
	}
}

func (s *scanner) take(sign string) bool {
	if !strings.HasPrefix(s.text[s.at:], sign) {
		return false
	}
	s.at += len(sign)
	return true
}

// skip goes over the given signs and over comments.
func (s *scanner) skip(signs string) {
	for s.at < len(s.text) {
		switch {
		case s.text[s.at] == '#':
			s.until("\n")
		case strings.IndexByte(signs, s.text[s.at]) >= 0:
			s.step()
		default:
			return
		}
	}
}

func (s *scanner) until(signs string) string {
	start := s.at
	for s.at < len(s.text) && strings.IndexByte(signs, s.text[s.at]) < 0 {
		s.step()
	}
	return s.text[start:s.at]
}

func (s *scanner) step() {
	if s.at < len(s.text) {
		if s.text[s.at] == '\n' {
			s.line++
		}
		s.at++
	}
}
