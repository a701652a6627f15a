package public

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
	"bode.example/internal/web"
	"bode.example/templates"
)

// formView is the sign-up form: what it offers, and what was typed into it.
type formView struct {
	Alone       bool   // the page has no other heading
	Closed      string // why nobody can join; the rest is empty then
	Page        string // the page that it stands on
	Single      bool   // there is one list: nothing to choose between
	Shown       string // when it was made, in Unix seconds
	Wording     string
	WordingHash string
	PrivacyHash string
	Address     string
	Name        string
	Languages   []option
	Choices     []choiceView
	linkDays    int
}

// choiceView is what a reader may choose in one list, and what they chose.
type choiceView struct {
	listView
	Checked   bool
	Open      bool // its topics and paces are unfolded
	AllTopics bool
	Former    bool // what they chose is archived, all of it
	Topics    []option
	Paces     []option
	id        int64
}

// option is a radio button or a checkbox.
type option struct {
	Value, Label, Hint string
	Lang               newsletter.Language
	Checked            bool
	id                 int64
}

// newForm makes an empty form for the lists.
func (d *door) newForm(r *http.Request, offers []offer, page string) (*formView, error) {
	lang := reader(r)
	if len(offers) == 0 || !slices.ContainsFunc(offers, func(o offer) bool { return len(o.schedules) > 0 }) {
		return &formView{Closed: "none"}, nil
	}
	terms, err := d.Signup.Terms(r.Context(), lang, d.Now())
	if err != nil {
		return nil, err
	}
	if terms.Closed != "" {
		return &formView{Closed: terms.Closed}, nil
	}
	form := &formView{
		Page: page, Single: len(offers) == 1, Shown: strconv.FormatInt(d.Now().Unix(), 10),
		Wording: terms.Wording.Text, WordingHash: terms.Wording.Hash, PrivacyHash: terms.Privacy.Hash,
		Languages: d.languages(lang, lang), linkDays: terms.LinkDays,
	}
	for i := range offers {
		choice := d.choiceView(&offers[i], newsletter.FreshReading(offers[i].ID, offers[i].LastSeq), lang)
		choice.Checked = form.Single
		form.Choices = append(form.Choices, choice)
	}
	return form, nil
}

// languages are the languages of mails; the names of languages are written in themselves.
func (d *door) languages(reader, chosen newsletter.Language) []option {
	var options []option
	for _, l := range newsletter.Languages() {
		name, err := d.Templates.Texts().Text(reader, "language_"+string(l), nil)
		if err != nil {
			continue // Load made sure that it is there
		}
		options = append(options, option{Value: string(l), Label: name, Lang: l, Checked: l == chosen})
	}
	return options
}

// choiceView is a list's choices as they stand at first: all topics, the first pace. The reading is that of
// the person who chooses.
func (d *door) choiceView(o *offer, reading newsletter.Reading, lang newsletter.Language) choiceView {
	choice := choiceView{listView: d.listView(&o.List, lang), AllTopics: true, id: o.ID}
	for _, t := range o.topics {
		text, spoken := textIn(t.Texts, lang, o.Language)
		choice.Topics = append(choice.Topics, option{Value: t.Name, Label: text.Title, Hint: text.Description, Lang: spoken, id: t.ID})
	}
	for i, s := range o.schedules {
		text, spoken := textIn(s.Texts, lang, o.Language)
		choice.Paces = append(choice.Paces, option{Value: s.Name, Label: text.Title, Hint: d.paceInWords(&s, reading, lang), Lang: spoken, Checked: i == 0, id: s.ID})
	}
	return choice
}

// paceInWords says when a schedule's editions leave, and when the next one does.
func (d *door) paceInWords(s *newsletter.Schedule, reading newsletter.Reading, lang newsletter.Language) string {
	said := s.Texts[lang].Description
	if parsed, err := schedule.Parse(s.Cron, s.Zone); err == nil && said == "" {
		said = sentence(parsed.Plain(lang, d.Site.Zone.String()))
	}
	return strings.TrimSpace(said + " " + d.nextEdition(s, reading, lang))
}

// sentence makes one of a clause.
func sentence(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[size:] + "."
}

// nextEdition says when the next edition of a schedule leaves that a reader can be in, or nothing if none is
// due.
func (d *door) nextEdition(s *newsletter.Schedule, reading newsletter.Reading, lang newsletter.Language) string {
	next := s.NextEdition(reading, newsletter.At(d.Now()))
	if next.IsZero() {
		return ""
	}
	when := templates.Date(lang, next.In(d.Site.Zone))
	text, err := d.Templates.Texts().Text(lang, "form_pace_next", templates.Args{"Date": when})
	if err != nil {
		return ""
	}
	return text
}

// fill puts what was typed into the form.
func (f *formView) fill(typed url.Values) {
	f.Address, f.Name = typed.Get("address"), clean(typed.Get("name"))
	if shown, err := strconv.ParseInt(typed.Get("shown"), 10, 64); err == nil {
		f.Shown = strconv.FormatInt(shown, 10)
	}
	check(f.Languages, typed["language"])
	for i := range f.Choices {
		c := &f.Choices[i]
		c.Checked = slices.Contains(typed["list"], c.Name)
		c.fill(typed)
	}
}

// fill puts what was typed about a list into its choices; what wasn't sent stays as it is.
func (c *choiceView) fill(typed url.Values) {
	if which := typed.Get("topics-" + c.Name); which != "" {
		c.AllTopics = which != "some"
	}
	if !c.AllTopics {
		c.Open = true
		for i := range c.Topics {
			c.Topics[i].Checked = slices.Contains(typed["topic-"+c.Name], c.Topics[i].Value)
		}
	}
	check(c.Paces, typed["pace-"+c.Name])
}

// check makes the radio button with a sent value the chosen one; without such a value all stay.
func check(options []option, sent []string) {
	if len(sent) == 0 || !slices.ContainsFunc(options, func(o option) bool { return o.Value == sent[0] }) {
		return
	}
	for i := range options {
		options[i].Checked = options[i].Value == sent[0]
	}
}

// choice is what the form says about a list, and what is wrong with it.
func (c *choiceView) choice() (newsletter.Choice, error) {
	choice := newsletter.Choice{ListID: c.id, AllTopics: c.AllTopics}
	for _, pace := range c.Paces {
		if pace.Checked {
			choice.ScheduleID = pace.id
		}
	}
	if choice.ScheduleID == 0 {
		return choice, fault("pace-"+c.Name, "pace_unknown", "no pace is chosen for the list %q", c.Name)
	}
	var ids []int64
	for _, topic := range c.Topics {
		if topic.Checked && !c.AllTopics {
			ids = append(ids, topic.id)
		}
	}
	choice.Topics = newsletter.NewIDs(ids...)
	if !c.AllTopics && len(ids) == 0 {
		return choice, fault("topics-"+c.Name, "topics_missing", "no topic is chosen for the list %q", c.Name)
	}
	return choice, nil
}

// request is the form as Signup takes it, with every fault that the form itself can see.
func (f *formView) request(typed url.Values) (newsletter.SignupForm, error) {
	form := newsletter.SignupForm{
		Address: f.Address, Name: f.Name, WordingHash: f.WordingHash, PrivacyHash: f.PrivacyHash,
		Trap: typed.Get("website"), Language: chosen(f.Languages),
	}
	if shown, err := strconv.ParseInt(f.Shown, 10, 64); err == nil {
		form.ShownAt = newsletter.At(time.Unix(shown, 0))
	}
	var faults []error
	if _, err := newsletter.ParseAddress(f.Address); err != nil {
		faults = append(faults, err)
	}
	for i := range f.Choices {
		if !f.Choices[i].Checked {
			continue
		}
		choice, err := f.Choices[i].choice()
		form.Choices = append(form.Choices, choice)
		faults = append(faults, err)
	}
	if len(form.Choices) == 0 {
		faults = append(faults, fault("list", "list_missing", "no list is chosen"))
	}
	_, err := newsletter.ParseName(f.Name)
	return form, errors.Join(append(faults, err)...)
}

func chosen(options []option) newsletter.Language {
	for _, o := range options {
		if o.Checked {
			return newsletter.Language(o.Value)
		}
	}
	return newsletter.Dutch
}

// fault is an error about a field of a form.
func fault(field, reason, format string, args ...any) error {
	e := newsletter.Errorf(newsletter.Invalid, reason, format, args...)
	e.Field = field
	return e
}

// clean makes one line of text of what was typed: no control characters, no space at its ends.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// shown keeps of a fault the field only where the form shows it: nobody can be led to the trap, nor to
// a choice that there is none of.
func (f *formView) shown(faults []web.Fault) []web.Fault {
	for i := range faults {
		field := faults[i].Field
		visible := field == "address" || field == "name" || field == "language" || field == "list" && !f.Single
		for _, c := range f.Choices {
			visible = visible || field == "topics-"+c.Name || field == "pace-"+c.Name && len(c.Paces) > 1
		}
		if !visible {
			faults[i].Field = ""
		}
	}
	return faults
}

// keep returns the fields of a form that make its page again.
func keep(typed url.Values, do string) url.Values {
	kept := url.Values{}
	for name, values := range typed {
		if name != web.ShowField && name != "do" {
			kept[name] = values
		}
	}
	if do != "" {
		kept.Set("do", do)
	}
	return kept
}
