package editor

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
)

// subscriberForm is the data of subscriber-new.html: somebody who is added or invited by hand.
type subscriberForm struct {
	Lists                 []choice // to choose from, when none is chosen yet
	List, ListName        string
	Address, Name, Source string
	Way                   string // "invite" or "add"
	On                    string // when they agreed
	Languages, Paces      []choice
	Topics, Grounds       []choice
}

func (d *door) newSubscriber(w http.ResponseWriter, r *http.Request) error {
	l, open, err := d.myList(r, r.URL.Query().Get("list"))
	if err != nil {
		return err
	}
	if l == nil {
		return d.Render(w, r, web.Page{Template: "subscriber-new.html", Data: &subscriberForm{Lists: listChoices(r, open, "")}})
	}
	form, err := d.subscriberForm(r, l, &newsletter.Admission{Language: l.Language, Choice: newsletter.Choice{AllTopics: true}}, url.Values{"way": {"invite"}})
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "subscriber-new.html", Data: form})
}

// subscriberForm is the form with what was typed.
func (d *door) subscriberForm(r *http.Request, l *newsletter.List, a *newsletter.Admission, typed url.Values) (*subscriberForm, error) {
	f := &subscriberForm{List: titleOf(r, l, l.Texts, l.Name), ListName: l.Name, Address: typed.Get("address"), Name: typed.Get("name"),
		Source: typed.Get("source"), Way: typed.Get("way"), On: typed.Get("on")}
	f.Languages = choices(string(a.Language), "language_", "nl", "en")
	for _, g := range newsletter.Grounds() {
		f.Grounds = append(f.Grounds, choice{Value: string(g), Label: "ground_" + string(g), Chosen: g == a.Ground})
	}
	var err error
	if f.Paces, err = d.paceChoices(r, []newsletter.List{*l}, a.Choice.ScheduleID); err != nil {
		return nil, err
	}
	topics, err := d.Store.Topics(r.Context(), l.ID)
	for _, t := range topics {
		if t.ArchivedAt.IsZero() {
			f.Topics = append(f.Topics, choice{Value: strconv.FormatInt(t.ID, 10), Label: titleOf(r, l, t.Texts, t.Name), Chosen: a.Choice.Topics.Has(t.ID)})
		}
	}
	return f, err
}

func (d *door) addSubscriber(w http.ResponseWriter, r *http.Request) error {
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, id)
	if err != nil {
		return err
	}
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	a, err := d.admissionOf(typed, l, topics)
	done := "person_invited"
	switch {
	case err != nil:
	case typed.Get("way") == "add":
		done = "person_added"
		_, err = d.Store.AdmitSubscriber(r.Context(), a, d.Hashes.All(a.Address), d.actor(r), d.Now())
	default:
		err = d.Store.InviteSubscriber(r.Context(), a, cmp.Or(d.LinkLife, defaultLinkLife), d.Hashes.All(a.Address), d.actor(r), d.Now())
	}
	faults := d.Faults(r, err)
	if err != nil && len(faults) == 0 {
		return err
	}
	if len(faults) > 0 {
		form, err := d.subscriberForm(r, l, a, typed)
		if err != nil {
			return err
		}
		return d.Render(w, r, web.Page{Template: "subscriber-new.html", Data: form, Faults: faults, Status: http.StatusUnprocessableEntity})
	}
	return d.Done(w, r, subscribersPath, done)
}

// defaultLinkLife is for how long an invitation can be confirmed, unless configured.
const defaultLinkLife = 7 * 24 * time.Hour

// admissionOf reads the form, and says all that is wrong with it.
func (d *door) admissionOf(typed url.Values, l *newsletter.List, topics []newsletter.Topic) (*newsletter.Admission, error) {
	a := &newsletter.Admission{Language: newsletter.Language(typed.Get("language")), Ground: newsletter.Ground(typed.Get("ground")),
		Source: richtext.Line(typed.Get("source"))}
	var faults []error
	keep := func(err error) { faults = append(faults, err) }
	var err error
	a.Address, err = newsletter.ParseAddress(typed.Get("address"))
	keep(err)
	a.Name, err = newsletter.ParseName(typed.Get("name"))
	keep(err)
	if !a.Language.Valid() {
		a.Language = l.Language
	}
	a.Choice = newsletter.Choice{ListID: l.ID, Topics: chosenTopics(typed["topic"], topics)}
	a.Choice.AllTopics = len(a.Choice.Topics) == 0
	a.Choice.ScheduleID, _ = strconv.ParseInt(typed.Get("pace"), 10, 64)
	if typed.Get("way") != "add" {
		a.Ground, a.Source = "", ""
		return a, errors.Join(faults...)
	}
	if !a.Ground.Valid() {
		keep(fieldError("ground", "import_ground", "say what shows that this person agreed, or invite them"))
	}
	switch n := utf8.RuneCountInString(a.Source); {
	case n == 0:
		keep(fieldError("source", "import_source", "say from where you know it, or invite the person"))
	case n > newsletter.MaxSource:
		keep(fieldError("source", "import_source_long", "the source is longer than 200 characters"))
	}
	if on := typed.Get("on"); on != "" {
		day, err := time.ParseInLocation(time.DateOnly, on, d.Zone)
		if err != nil || day.After(d.Now()) {
			keep(fieldError("on", "import_date", "the day on which they agreed can't be read, or is yet to come"))
		}
		a.ConsentedAt = newsletter.At(day)
	}
	return a, errors.Join(faults...)
}
