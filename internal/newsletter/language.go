package newsletter

// Language is a language that Bode speaks, as a BCP 47 tag.
type Language string

// The languages. Dutch comes first: it is the first users' own.
const (
	Dutch   Language = "nl"
	English Language = "en"
)

// Languages lists all of them, in the order in which a choice shows them.
func Languages() []Language { return []Language{Dutch, English} }

// Valid reports whether l is a language that Bode speaks.
func (l Language) Valid() bool { return l == Dutch || l == English }

// Layout is the way a mail is laid out, chosen by the reader.
type Layout string

// The layouts.
const (
	Standard Layout = "standard"
	Large    Layout = "large" // large letters: 20 px, one column
)

// Valid reports whether l is a layout.
func (l Layout) Valid() bool { return l == Standard || l == Large }

// Text is a title and a description in one language.
type Text struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// Texts holds a Text for each language that somebody wrote.
type Texts map[Language]Text

// In returns the text in l, or else in fallback, or else in any language.
func (t Texts) In(l, fallback Language) Text {
	if text, ok := t[l]; ok {
		return text
	}
	if text, ok := t[fallback]; ok {
		return text
	}
	for _, l := range Languages() {
		if text, ok := t[l]; ok {
			return text
		}
	}
	return Text{}
}
