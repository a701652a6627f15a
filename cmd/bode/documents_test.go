package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestContributingNamesPackagesThatExist reads the floors in CONTRIBUTING.md.
func TestContributingNamesPackagesThatExist(t *testing.T) {
	text, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, line := range regexp.MustCompile(`(?m)^    [0-3]  (.*)$`).FindAllStringSubmatch(string(text), -1) {
		for _, group := range regexp.MustCompile(`[a-z/]+(\{[a-z,]+\})?`).FindAllString(line[1], -1) {
			base, inner, many := strings.Cut(strings.TrimSuffix(group, "}"), "{")
			names := []string{""}
			if many {
				names = strings.Split(inner, ",")
			}
			for _, name := range names {
				seen++
				if _, err := os.Stat("../../" + base + name); err != nil {
					t.Errorf("CONTRIBUTING.md names %s%s: %v", base, name, err)
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d packages were found in it", seen)
	}
}
