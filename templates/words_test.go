package templates

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// One word for one thing, in words that everybody knows (STANDARDS F6). Left is what stands in no text,
// with the word that does. Texts of the desks, which editors read, are bound by the last of it.
var otherWords = map[string]map[string]string{
	"nl": {
		`ontvangt|ontvangen\b|ontving`:                                  "krijgen",
		`stilgezet|stilzetten|ligt stil`:                                "pauze, pauzeren",
		`volgende nieuwsbrief|deze nieuwsbrief staa|elke nieuwsbrief\b`: "editie, als één aflevering is bedoeld",
		`over u bewaren`:                                                "van u bewaren",
		`bericht(je)? (aan|naar) (u|uw)|krijgt (hierover een )?bericht`: "mail; een bericht is een artikel",
		`terug ?te ?draai|terugdraai|teruggedraai`:                      "ongedaan maken",
		`bladzij`:                             "pagina",
		`klik hier|succesvol|fout opgetreden`: "zeg wat er is gebeurd",
		`\b(je|jij|jouw)\b`:                   "u",
	},
	"en": {
		`\breceiv(e|es|ed|ing)\b`:                             "get",
		`next newsletter|in this newsletter|every newsletter`: "edition, where one issue is meant",
		`by ourselves`:                         "automatically",
		`click here|successful|error occurred`: "say what happened",
	},
}

func TestF6_OneWordForOneThing(t *testing.T) {
	for lang, words := range otherWords {
		files, err := fs.Glob(builtin, "locale/"+lang+"/*.toml")
		if err != nil || len(files) == 0 {
			t.Fatalf("no texts of %s: %v", lang, err)
		}
		for _, file := range files {
			base := path.Base(file)
			desks := base == "edition.toml" || strings.HasPrefix(base, "editor_") || strings.HasPrefix(base, "staff") || strings.HasPrefix(base, "desk_")
			text, err := fs.ReadFile(builtin, file)
			if err != nil {
				t.Fatal(err)
			}
			for n, line := range strings.Split(string(text), "\n") {
				for other, ours := range words {
					if desks && !strings.Contains(other, "klik hier") && !strings.Contains(other, "click here") {
						continue
					}
					if found := regexp.MustCompile(`(?i)` + other).FindString(line); found != "" && !strings.HasPrefix(line, "#") {
						t.Errorf("%s:%d says %q; our word is: %s", file, n+1, found, ours)
					}
				}
			}
		}
	}
}
