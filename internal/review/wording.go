package review

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// longSubject is how many characters of a subject a mail program on a wide screen shows; a phone shows half.
const longSubject = 78

// replies begin the subject of an answer; filters and readers distrust a digest that has one.
var replies = regexp.MustCompile(`(?i)^\s*(re|fw|fwd|aw|antw|doorst)\s*:`)

// placeholders are words that stand where something was to be filled in.
var placeholders = regexp.MustCompile(`(?i)lorem ipsum|\{\{[^}]*\}?\}?|\[\[[^\]]*\]\]|%%\w+%%|\*\|\w+\|\*|<<\w+>>|\[(naam|datum|titel|tekst|invullen|name|date|title|text|insert[^\]]*)\]`)

// wording looks at the words around the posts. Subjects come from the mails: those that nobody wrote are
// made of the posts.
func wording(e *Edition, found *Findings) {
	for i := range e.Mails {
		subject(e.Mails[i].Subject, found)
	}
	own := &e.Edition
	look(own.Subject, Where{Part: PartSubject}, Severe, found)
	look(own.Preheader, Where{Part: PartPreheader}, Severe, found)
	look(own.Introduction, Where{Part: PartIntroduction}, Severe, found)
	for _, text := range own.Correction {
		look(text.Subject, Where{Part: PartSubject}, Severe, found)
		look(text.Text, Where{Part: PartIntroduction}, Severe, found)
	}
	if shouts(own.Introduction) {
		found.add(Warning, KindCapitals, Where{Part: PartIntroduction}, "Words", excerpt(own.Introduction))
	}
	if strings.TrimSpace(own.Preheader) != "" && strings.EqualFold(strings.TrimSpace(own.Preheader), strings.TrimSpace(own.Subject)) {
		found.add(Hint, KindPreheaderSame, Where{Part: PartPreheader})
	}
	if utf8.RuneCountInString(own.Introduction) > longIntroduction {
		found.add(Hint, KindIntroduction, Where{Part: PartIntroduction})
	}
}

// longIntroduction is about what a mail shows of an introduction (package compose).
const longIntroduction = 5_000

func subject(s string, found *Findings) {
	at := Where{Part: PartSubject}
	if shouts(s) {
		found.add(Warning, KindCapitals, at, "Words", excerpt(s))
	}
	if exclaims(s, 1) {
		found.add(Warning, KindExclamation, at, "Words", excerpt(s))
	}
	if n := utf8.RuneCountInString(s); n > longSubject {
		found.add(Hint, KindSubjectLong, at, "Count", n)
	}
	if replies.MatchString(s) {
		found.add(Warning, KindSubjectReply, at, "Words", excerpt(s))
	}
}

// look finds what was never filled in.
func look(text string, at Where, s Severity, found *Findings) {
	if words := placeholders.FindString(text); words != "" {
		found.add(s, KindPlaceholder, at, "Words", excerpt(words))
	}
}

// shouts reports whether most of a text is in capitals. Abbreviations are; a single word may be.
func shouts(s string) bool {
	upper, lower := 0, 0
	words := 0
	for _, word := range strings.Fields(s) {
		if strings.IndexFunc(word, unicode.IsLetter) >= 0 {
			words++
		}
	}
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return words > 2 && upper >= 10 && upper > 3*lower
}

// exclaims reports whether a text has more exclamation marks than it may.
func exclaims(s string, most int) bool { return strings.Count(s, "!")+strings.Count(s, "！") > most }

// excerpt is enough of a text to find it by.
func excerpt(s string) string {
	line := []rune(strings.Join(strings.Fields(s), " "))
	if len(line) <= 80 {
		return string(line)
	}
	return strings.TrimSpace(string(line[:79])) + "…"
}

// postWhere says where a post is.
func postWhere(p *newsletter.EditionPost) Where {
	return Where{Part: PartPost, Post: p.PublicID, Own: p.Own, Title: excerpt(p.Title)}
}
