package public

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// preferencesPage is the data of preferences.html.
type preferencesPage struct {
	Masked    string // the address, so far that its owner knows it: the link may have been forwarded
	Saved     bool
	Lists     []preferenceView
	Name      string
	Languages []option
	Large     bool
	Tomorrow  string // the first day that a pause may end on
}

// preferenceView is one subscription in the form.
type preferenceView struct {
	Choice choiceView
	Paused bool
	Until  string // the last day of the pause, as a date field has it
	Links  newsletter.Links
}

// brand is the look of the only list in the form.
func (p *preferencesPage) brand() *web.Brand {
	if len(p.Lists) != 1 {
		return nil
	}
	return p.Lists[0].Choice.brand
}

const dateField = "2006-01-02"

func (d *door) preferences(w http.ResponseWriter, r *http.Request) error {
	page, err := d.preferencesPage(r)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "preferences.html", Brand: page.brand(), Private: true, Data: page})
}

func (d *door) preferencesPage(r *http.Request) (*preferencesPage, error) {
	settings, err := d.Settings.Settings(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return nil, err
	}
	d.Prefer(r, settings.Language)
	byID, err := d.offersByID(r)
	if err != nil {
		return nil, err
	}
	page := &preferencesPage{Masked: mask(settings.Address), Name: settings.Name, Large: settings.Layout == newsletter.Large,
		Languages: d.languages(reader(r), settings.Language),
		Tomorrow:  d.Now().In(d.Site.Zone).AddDate(0, 0, 1).Format(dateField)}
	for _, s := range settings.Standing {
		if o := byID[s.Subscription.ListID]; o != nil && s.Subscription.State != newsletter.SubscriptionUnsubscribed {
			page.Lists = append(page.Lists, d.preferenceView(o, s, reader(r)))
		}
	}
	return page, nil
}

func (d *door) preferenceView(o *offer, s newsletter.Standing, lang newsletter.Language) preferenceView {
	v := preferenceView{Choice: d.choiceView(o, s.Reading, lang), Links: s.Links, Paused: s.Subscription.State == newsletter.SubscriptionPaused}
	v.Choice.AllTopics = s.AllTopics
	d.addFormer(&v.Choice, o, s, lang)
	for i := range v.Choice.Topics {
		v.Choice.Topics[i].Checked = s.Topics.Has(v.Choice.Topics[i].id)
	}
	for i := range v.Choice.Paces {
		v.Choice.Paces[i].Checked = v.Choice.Paces[i].id == s.Subscription.ScheduleID
	}
	if until := s.Subscription.PausedUntil; v.Paused && !until.IsZero() {
		v.Until = lastDay(until).In(d.Site.Zone).Format(dateField)
	}
	return v
}

// addFormer adds what somebody chose of a list and what is archived by now, so that they see it, can give it
// up, and lose nothing by saving another wish.
func (d *door) addFormer(c *choiceView, o *offer, s newsletter.Standing, lang newsletter.Language) {
	hint := func(key string) string {
		text, err := d.Templates.Texts().Text(lang, key, nil)
		if err != nil {
			return "" // Load made sure that it is there
		}
		return text
	}
	left := len(s.Topics)
	for _, t := range o.formerTopics {
		if s.Topics.Has(t.ID) {
			text, spoken := textIn(t.Texts, lang, o.Language)
			c.Topics = append(c.Topics, option{Value: t.Name, Label: text.Title, Hint: hint("form_topic_former"), Lang: spoken, id: t.ID})
			left--
		}
	}
	c.Former = left == 0 && !s.AllTopics
	for _, p := range o.formerSchedules {
		if p.ID == s.Subscription.ScheduleID {
			text, spoken := textIn(p.Texts, lang, o.Language)
			c.Paces = append(c.Paces, option{Value: p.Name, Label: text.Title, Hint: hint("form_pace_former"), Lang: spoken, id: p.ID})
		}
	}
}

func (d *door) savePreferences(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	page, err := d.preferencesPage(r)
	if err != nil {
		return err
	}
	if len(page.Lists) == 0 { // left meanwhile: there is nothing to save
		return d.Render(w, r, web.Page{Template: "preferences.html", Brand: page.brand(), Private: true, Data: page})
	}
	page.fill(typed)
	kept := keep(typed, "")
	if d.Shown(w, r, typed) {
		return d.Render(w, r, web.Page{Template: "preferences.html", Brand: page.brand(), Private: true, Kept: kept, Data: page})
	}
	form, err := d.settingsForm(page)
	if err == nil {
		err = d.Settings.SaveSettings(r.Context(), r.PathValue("token"), form, d.Now())
	}
	if err != nil {
		faults := d.Faults(r, err)
		if len(faults) == 0 {
			return err
		}
		return d.Render(w, r, web.Page{Template: "preferences.html", Brand: page.brand(), Status: web.StatusOf(err), Faults: faults, Private: true, Kept: kept, Data: page})
	}
	if page, err = d.preferencesPage(r); err != nil {
		return err
	}
	page.Saved = true
	return d.Render(w, r, web.Page{Template: "preferences.html", Brand: page.brand(), Private: true, Data: page})
}

// fill puts what was typed into the page. Lists that the form didn't hold stay as they are.
func (p *preferencesPage) fill(typed url.Values) {
	p.Name = clean(typed.Get("name"))
	p.Large = typed.Get("layout") == string(newsletter.Large)
	check(p.Languages, typed["language"])
	for i := range p.Lists {
		v := &p.Lists[i]
		if !slices.Contains(typed["list"], v.Choice.Name) {
			continue
		}
		v.Choice.fill(typed)
		v.Paused = typed.Get("state-"+v.Choice.Name) == "paused"
		v.Until = clean(typed.Get("until-" + v.Choice.Name))
	}
}

func (d *door) settingsForm(p *preferencesPage) (newsletter.SettingsForm, error) {
	form := newsletter.SettingsForm{Name: p.Name, Language: chosen(p.Languages), Layout: newsletter.Standard}
	if p.Large {
		form.Layout = newsletter.Large
	}
	_, err := newsletter.ParseName(p.Name)
	faults := []error{err}
	for i := range p.Lists {
		v := &p.Lists[i]
		choice, err := v.Choice.choice()
		faults = append(faults, err)
		wish := newsletter.Wish{Choice: choice, Paused: v.Paused}
		if v.Paused && v.Until != "" {
			wish.Until, err = d.pauseEnd(v)
			faults = append(faults, err)
		}
		form.Wishes = append(form.Wishes, wish)
	}
	return form, errors.Join(faults...)
}

// pauseEnd is the first instant after the last day of a pause, in the site's zone.
func (d *door) pauseEnd(v *preferenceView) (newsletter.Time, error) {
	field := "until-" + v.Choice.Name
	last, err := parseDay(v.Until, d.Site.Zone)
	if err != nil {
		return newsletter.Time{}, fault(field, "until_unreadable", "%q is not a date", v.Until)
	}
	v.Until = last.Format(dateField)
	end := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, d.Site.Zone)
	if !last.After(d.Now()) {
		return newsletter.Time{}, fault(field, "until_past", "%s has passed", v.Until)
	}
	return newsletter.At(end), nil
}

// parseDay reads what a date field sends, and what people type where a browser has none.
func parseDay(s string, zone *time.Location) (time.Time, error) {
	var first error
	for _, layout := range []string{dateField, "2-1-2006", "2/1/2006", "2.1.2006"} {
		day, err := time.ParseInLocation(layout, s, zone)
		if err == nil {
			return day, nil
		}
		if first == nil {
			first = err
		}
	}
	return time.Time{}, first
}

// mask shows so much of an address that its owner knows it and nobody else does. The domain is hidden too:
// it may be a family's own, or the new employer's of somebody whose old mailbox is read by others.
func mask(a newsletter.Address) string {
	local, domain, ok := strings.Cut(string(a), "@")
	dot := strings.LastIndexByte(domain, '.')
	if !ok || local == "" || dot < 1 {
		return ""
	}
	first := []rune(local)[0]
	return string(first) + "•••@" + domain[:1] + "•••" + domain[dot:]
}
