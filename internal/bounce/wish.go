package bounce

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// A wish to leave is a letter that says nothing else. Every word of it must be one of these: a word that
// asks to stop, or one that may stand around it. "Ik wil niet stoppen" holds a word that is neither; only in "niet
// meer ontvangen" it asks for the same.
var (
	leaveWords = wordSet(`afmelden afmelding uitschrijven uitschrijving schrijf meld stop stoppen opzeggen opzegging beëindigen verwijder verwijderen
		unsubscribe unsubscribing remove cancel quit leave optout opt-out`)
	particles   = wordSet(`de den der het in la te ten ter 't van von`)
	politeWords = wordSet(`ik wil wilt u jullie je mij me graag svp aub alstublieft alsjeblieft a.u.b s.v.p hierbij deze de dit het van voor uit uw
		nieuwsbrief nieuwsbrieven mail mails mailing mailinglijst lijst abonnement af zou kunt kun willen worden en dank dankjewel bedankt alvast verzoek tot om
		please kindly i want to would like from me my the this that your newsletter newsletters mailing list subscription email emails e-mail e-mails sending you could can thanks thank now
		opt out hallo hello hi beste dag geachte dear goedemorgen goedemiddag heer mevrouw redactie allen off take
		geen meer ontvangen krijgen no more receive get`)
	// "meld mij af" and "schrijf mij uit" come apart: their verb alone is no wish.
	apart = map[string]string{"meld": "af", "schrijf": "uit", "take": "off"}
)

// maxWish is the most words of a wish; people who write more have something to say.
const maxWish = 15

// maxWords bounds what is kept of it, in bytes.
const maxWords = 200

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// farewell begins the end of a letter, behind which stands a name.
var farewell = regexp.MustCompile(`(?i)^\s*(?:--\s*$|—|met (?:vriendelijke|hartelijke) groet|vriendelijke groet|hartelijke groet|groet(?:en|jes)?\b|mvg\b|m\.?v\.?g\.?|kind regards|best regards|regards\b|best wishes|best,|cheers\b|sincerely|verzonden vanaf|verstuurd vanaf|sent from|get outlook|outlook voor)`)

// quotes begin what a letter answers to.
var quotes = regexp.MustCompile(`(?i)^\s*(?:>|-{2,}\s*(?:oorspronkelijk|original|doorgestuurd|forwarded)|_{10,}|(?:van|from|de)\s*:\s|op .{4,120} schreef\b|on .{4,120} wrote\b|.{0,80}<[^>]+@[^>]+>\s*(?:schreef|wrote)|\*?(?:van|from):\*?)`)

// quoteOpen begins a line that goes on in the next: "Op ma 23 nov. 2026 … schreef".
var quoteOpen = regexp.MustCompile(`(?i)^\s*(?:op|on) .{0,60}(?:[0-9]{4}|@|<)`)

// readWish recognises a letter that only asks to stop. An empty letter says what its subject says; else the
// subject may be that of the mail it answers, which says nothing.
func readWish(m *message, r *Report) bool {
	if m.byMachine() {
		return false
	}
	said := own(m.text())
	if strings.TrimSpace(said) == "" {
		said = m.get("Subject")
		for _, prefix := range []string{"re:", "antw:", "aw:", "fw:", "fwd:"} {
			if strings.HasPrefix(strings.ToLower(said), prefix) {
				return false // it answers, and says nothing
			}
		}
	}
	if !onlyLeaves(said) {
		return false
	}
	r.Class, r.Recognised, r.words = newsletter.BounceUnsubscribe, "text: asks to leave", cut(oneLine(said), maxWords)
	r.Recipient = r.from
	return true
}

// own is what a letter says itself: neither what it quotes nor how it ends.
func own(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if quotes.MatchString(line) || quoteOpen.MatchString(line) {
			break
		}
		if farewell.MatchString(line) {
			break
		}
		b.WriteString(line + "\n")
	}
	return unsigned(b.String())
}

// unsigned drops a name that stands alone below a letter: up to four words with capitals, "van der" aside.
func unsigned(text string) string {
	text = strings.TrimSpace(text)
	at := strings.LastIndex(text, "\n\n")
	if at < 0 {
		return text
	}
	words := strings.Fields(text[at:])
	for _, word := range words {
		if first, _ := utf8.DecodeRuneInString(word); len(words) > 4 || !unicode.IsUpper(first) && !particles[word] || strings.ContainsAny(word, "?!:@") {
			return text
		}
	}
	return text[:at]
}

func onlyLeaves(said string) bool {
	words := strings.FieldsFunc(strings.ToLower(said), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' && c != '.'
	})
	if len(words) == 0 || len(words) > maxWish {
		return false
	}
	seen := map[string]bool{}
	for i, word := range words {
		words[i] = strings.Trim(word, ".-")
		seen[words[i]] = true
	}
	enough := seen["meer"] && seen["ontvangen"] && !seen["stop"] && !seen["afmelden"]
	asks := seen["opt"] && seen["out"] || seen["geen"] && seen["meer"] || seen["no"] && seen["more"] || seen["niet"] && enough
	for _, word := range words {
		switch {
		case word == "" || word == "niet" && enough:
		case leaveWords[word] || apart[word] != "":
			with := apart[word]
			asks = asks || with == "" || seen[with]
		case !politeWords[word]:
			return false
		}
	}
	return asks
}
