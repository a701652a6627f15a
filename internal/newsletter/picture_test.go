package newsletter_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var arrow = regexp.MustCompile(`(?m)^\s*(\S+ --> \S+)`)

// picture reads the transitions that docs/states.md draws under a heading.
func picture(t *testing.T, heading string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), heading+"\n")
	_, section, drawn := strings.Cut(section, "```mermaid\n")
	section, _, closed := strings.Cut(section, "```")
	if !ok || !drawn || !closed {
		t.Fatalf("docs/states.md draws nothing under %q", heading)
	}
	arrows := map[string]bool{}
	for _, m := range arrow.FindAllStringSubmatch(section, -1) {
		arrows[m[1]] = true
	}
	return arrows
}
