package config

import (
	"strconv"
	"strings"
)

const exampleHead = `# Configuration of Bode. A line that begins with # is a comment; a key that is commented out has
# the value shown, or, where there is no default, the value is an example.
#
# A flag wins over the environment, that over this file: listen is --listen, or BODE_LISTEN, or the
# line below; smtp.url is --set smtp.url=…, or BODE_SMTP_URL. Secrets are never written here, but in
# files of their own or in the environment. A relative path begins at the folder of this file.
#
# Check it with: bode config check
`

// Example returns a commented configuration file that names every key.
func Example() string {
	var b strings.Builder
	b.WriteString(exampleHead)
	section := ""
	for _, s := range newConfig().settings() {
		if s.kind == secret {
			continue
		}
		if at := strings.LastIndexByte(s.key, '.'); at >= 0 && s.key[:at] != section {
			section = s.key[:at]
			b.WriteString("\n[" + section + "]\n")
		}
		b.WriteString("\n" + comment(s.about))
		if !s.required {
			b.WriteString("#")
		}
		b.WriteString(s.key[strings.LastIndexByte(s.key, '.')+1:] + " = " + s.toml() + "\n")
	}
	return b.String()
}

// toml is the default, or else an example, as it would stand in a file.
func (s setting) toml() string {
	v := s.fallback
	if v == "" {
		v = s.sample
	}
	switch s.kind {
	case number:
		return v
	case list, paths:
		quoted := s.split(v)
		for i, one := range quoted {
			quoted[i] = strconv.Quote(one)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return strconv.Quote(v)
	}
}

// comment breaks a text into lines of at most 100 signs that begin with #.
func comment(s string) string {
	var b strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(s) {
		if len(line)+1+len(word) > 100 {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}
