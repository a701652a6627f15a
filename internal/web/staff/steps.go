package staff

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// StepsPath is the path of the first steps.
const StepsPath = "/desk/first-steps"

// Installation is what the operator configured, as far as the first steps show it. It is changed where it
// stands: in the operator's file.
type Installation struct {
	Organisation, Mail, Phone, Website string
	Postal                             []string
	Sender                             newsletter.Address
	SenderName                         string
	ReplyTo                            newsletter.Address
	Relay                              string // the mail server, without a password
	Signed                             string // the domain that signs our mail; empty: the mail server does, or nobody
	Host                               string // of the site: new lists are named below it
	Language                           newsletter.Language
	File                               string // that is read at the start; empty: none
}

func (d *door) stepRoutes() {
	d.Place(desk.Place{Key: "first_steps", Path: StepsPath, Roles: admins, Order: 99})
	admin := func(pattern string, h web.Handler) { d.Handle(desk.Route{Pattern: pattern, Roles: admins}, h) }
	admin("GET "+StepsPath, d.steps)
	admin("GET "+StepsPath+"/{step}", d.stepForm)
	admin("POST "+StepsPath+"/test", d.sendTest)
	admin("POST "+StepsPath+"/list", d.makeList)
	admin("POST "+StepsPath+"/topics", d.makeTopics)
}

// stepKeys are the steps, in their order. Each can be taken at any time and again.
var stepKeys = []string{"organisation", "sender", "test", "list", "topics", "pace", "privacy", "people"}

// stepsPage lists the steps, and what is left of them.
type stepsPage struct {
	Steps []stepLine
	Left  int
}

type stepLine struct {
	Key, URL string
	State    desk.State
}

// stepPage is one step.
type stepPage struct {
	Key, Title, Text string
	Number, Of       int
	State            desk.State
	Facts            []fact // what holds
	File             string // where it is changed; empty: nowhere in a file
	Keys             []string
	Test             *newsletter.Delivery
	TestState        desk.State
	List             string // the first list's title; empty: there is none yet
	ListName         string
	Topics           []string
	Typed            listForm
	Languages        []option
	Next             string // the step after this one; empty: this is the last
}

type fact struct{ Label, Value string }

// listForm is what was typed about the first list or its topics.
type listForm struct{ TitleNL, TitleEN, Description, Topics string }

// founding is what the steps are derived from: nothing is stored about them, so they can be left and taken
// up again at any time, and what is done elsewhere is done here too.
type founding struct {
	list    *newsletter.List // the first one that lives
	topics  []newsletter.Topic
	paces   int
	people  int
	privacy map[newsletter.Language]bool
	test    *newsletter.Delivery
}

func (d *door) founding(r *http.Request) (*founding, error) {
	f := &founding{privacy: map[newsletter.Language]bool{}}
	lists, err := d.Store.Lists(r.Context())
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(lists, func(l newsletter.List) bool { return l.State != newsletter.ListArchived }); i >= 0 {
		f.list = &lists[i]
		if err := d.foundList(r, f); err != nil {
			return nil, err
		}
	}
	for _, lang := range newsletter.Languages() {
		words, err := d.Store.LatestWording(r.Context(), newsletter.WordingPrivacy, lang)
		if err != nil && !newsletter.Is(err, newsletter.NotFound) {
			return nil, err
		}
		f.privacy[lang] = err == nil && words.Text != ""
	}
	all, err := d.Store.AllStaff(r.Context())
	if err != nil {
		return nil, err
	}
	f.people = len(all)
	f.test, err = d.Store.LastTestMail(r.Context(), desk.StaffOf(r).ID)
	return f, err
}

func (d *door) foundList(r *http.Request, f *founding) error {
	topics, err := d.Store.Topics(r.Context(), f.list.ID)
	if err != nil {
		return err
	}
	for _, t := range topics {
		if t.ArchivedAt.IsZero() {
			f.topics = append(f.topics, t)
		}
	}
	paces, err := d.Store.Schedules(r.Context(), f.list.ID)
	for _, c := range paces {
		if c.ArchivedAt.IsZero() {
			f.paces++
		}
	}
	return err
}

// done reports whether a step is taken, and whether it need be.
func (d *door) done(f *founding, key string) (done, optional bool) {
	switch key {
	case "organisation":
		return d.Installation.Organisation != "" && len(d.Installation.Postal) > 0, false
	case "sender":
		return d.Installation.Sender != "", false
	case "test":
		return f.test != nil && f.test.State == newsletter.DeliverySent, false
	case "list":
		return f.list != nil, false
	case "topics":
		return len(f.topics) > 0, true
	case "pace":
		return f.paces > 0, false
	case "privacy":
		return f.privacy[d.Installation.Language], false
	}
	return f.people > 1, true
}

func (d *door) stepState(f *founding, key string) desk.State {
	switch done, optional := d.done(f, key); {
	case done:
		return desk.State{Kind: "good", Key: "step_done"}
	case optional:
		return desk.State{Kind: "waiting", Key: "step_optional"}
	}
	return desk.State{Kind: "careful", Key: "step_open"}
}

func (d *door) steps(w http.ResponseWriter, r *http.Request) error {
	f, err := d.founding(r)
	if err != nil {
		return err
	}
	page := stepsPage{}
	for _, key := range stepKeys {
		page.Steps = append(page.Steps, stepLine{Key: key, URL: StepsPath + "/" + key, State: d.stepState(f, key)})
		if done, optional := d.done(f, key); !done && !optional {
			page.Left++
		}
	}
	return d.Render(w, r, web.Page{Template: "steps.html", Data: page})
}

func (d *door) stepForm(w http.ResponseWriter, r *http.Request) error {
	return d.showStep(w, r, r.PathValue("step"), listForm{}, nil)
}

func (d *door) showStep(w http.ResponseWriter, r *http.Request, key string, typed listForm, fault error) error {
	at := slices.Index(stepKeys, key)
	if at < 0 {
		return web.Status(http.StatusNotFound)
	}
	f, err := d.founding(r)
	if err != nil {
		return err
	}
	page := stepPage{Key: key, Title: d.text(r, "step_"+key, nil), Text: d.text(r, "step_"+key+"_text", nil), Number: at + 1, Of: len(stepKeys),
		State: d.stepState(f, key), Typed: typed, File: d.Installation.File, Test: f.test}
	if at+1 < len(stepKeys) {
		page.Next = StepsPath + "/" + stepKeys[at+1]
	}
	if f.list != nil {
		page.List, page.ListName = titleOf(r, f.list), f.list.Name
	}
	for _, t := range f.topics {
		page.Topics = append(page.Topics, t.Texts.In(web.Language(r), f.list.Language).Title)
	}
	if f.test != nil {
		page.TestState = testState(f.test.State)
	}
	page.Facts, page.Keys = d.configured(r, key, f)
	p := web.Page{Template: "step.html", Data: page}
	if fault != nil {
		return d.again(w, r, fault, p)
	}
	return d.Render(w, r, p)
}

func testState(s newsletter.DeliveryState) desk.State {
	switch s {
	case newsletter.DeliverySent:
		return desk.State{Kind: "good", Key: "step_test_sent"}
	case newsletter.DeliveryPending, newsletter.DeliveryHandingOver:
		return desk.State{Kind: "busy", Key: "step_test_busy"}
	}
	return desk.State{Kind: "wrong", Key: "step_test_failed"}
}

// configured is what holds of a step that stands in the operator's file, and the keys that say so there.
func (d *door) configured(r *http.Request, key string, f *founding) (facts []fact, keys []string) {
	c := &d.Installation
	say := func(label, value string) {
		if value == "" {
			value = d.text(r, "step_missing", nil)
		}
		facts = append(facts, fact{d.text(r, "step_"+label, nil), value})
	}
	switch key {
	case "organisation":
		say("name", c.Organisation)
		say("postal", strings.Join(c.Postal, ", "))
		say("mail", c.Mail)
		say("phone", c.Phone)
		say("website", c.Website)
		keys = []string{"organisation.name", "organisation.postal_address", "organisation.mail", "organisation.phone", "organisation.website"}
	case "sender":
		say("name", c.SenderName)
		say("address", c.Sender.String())
		say("reply_to", c.ReplyTo.String())
		say("relay", c.Relay)
		say("signed", c.Signed)
		keys = []string{"sender.name", "sender.address", "sender.reply_to", "smtp.url", "dkim.domain"}
	case "privacy":
		for _, o := range languageOptions("") {
			has := d.text(r, "step_missing", nil)
			if f.privacy[newsletter.Language(o.Value)] {
				has = d.text(r, "step_there", nil)
			}
			facts = append(facts, fact{o.Label, has})
		}
		keys = []string{"pages.nl.privacy_file", "pages.en.privacy_file", "pages.nl.contact_file", "pages.en.contact_file"}
	}
	return facts, keys
}

func (d *door) sendTest(w http.ResponseWriter, r *http.Request) error {
	if err := d.Staff.SendTestMail(r.Context(), desk.StaffOf(r), d.Now()); err != nil {
		return d.showStep(w, r, "test", listForm{}, err)
	}
	return d.Done(w, r, StepsPath+"/test", "test_mail")
}

// maxTitle bounds the title of a list or topic, in characters.
const maxTitle = 120

// title reads the title of a list or topic.
func title(typed, field string) (string, error) {
	t := strings.Join(strings.Fields(typed), " ")
	if t == "" || len([]rune(t)) > maxTitle || strings.ContainsFunc(t, unicode.IsControl) || nameOf(t) == "" {
		return "", &newsletter.Error{Code: newsletter.Invalid, Reason: "step_title", Field: field, Message: "give a title of at most 120 characters"}
	}
	return t, nil
}

// nameOf is the name of a thing in addresses, from its title: small letters, digits and hyphens.
func nameOf(title string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteRune(c)
		case !unicode.Is(unicode.Mn, c) && b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := b.String()
	return strings.Trim(name[:min(len(name), 60)], "-")
}

func (d *door) makeList(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := listForm{TitleNL: form.Get("title_nl"), TitleEN: form.Get("title_en"), Description: form.Get("description")}
	c, texts := &d.Installation, newsletter.Texts{}
	for lang, field := range map[newsletter.Language]string{newsletter.Dutch: "title_nl", newsletter.English: "title_en"} {
		if form.Get(field) == "" && lang != c.Language {
			continue
		}
		t, err := title(form.Get(field), field)
		if err != nil {
			return d.showStep(w, r, "list", typed, err)
		}
		texts[lang] = newsletter.Text{Title: t}
	}
	own := texts[c.Language]
	own.Description = strings.Join(strings.Fields(typed.Description), " ")
	texts[c.Language] = own
	name := nameOf(own.Title)
	l := &newsletter.List{Name: name, Texts: texts, Language: c.Language, SenderName: c.SenderName, SenderAddress: c.Sender.String(),
		ReplyTo: c.ReplyTo.String(), ListID: name + "." + c.Host}
	if err := d.Store.CreateList(r.Context(), l, desk.StaffOf(r).Actor(), d.Now()); err != nil {
		return d.showStep(w, r, "list", typed, err)
	}
	return d.Done(w, r, StepsPath+"/topics", "list_made")
}

// makeTopics makes a topic of each line.
func (d *door) makeTopics(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := listForm{Topics: form.Get("topics")}
	f, err := d.founding(r)
	if err != nil {
		return err
	}
	if f.list == nil {
		http.Redirect(w, r, StepsPath+"/list", http.StatusSeeOther)
		return nil
	}
	var titles []string
	for line := range strings.Lines(typed.Topics) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		t, err := title(line, "topics")
		if err != nil {
			return d.showStep(w, r, "topics", typed, err)
		}
		titles = append(titles, t)
	}
	if len(titles) == 0 {
		_, err := title("", "topics")
		return d.showStep(w, r, "topics", typed, err)
	}
	for n, t := range titles {
		topic := &newsletter.Topic{ListID: f.list.ID, Name: nameOf(t), Texts: newsletter.Texts{f.list.Language: {Title: t}}}
		if err := d.Store.CreateTopic(r.Context(), topic, desk.StaffOf(r).Actor(), d.Now()); err != nil {
			typed.Topics = strings.Join(titles[n:], "\n") // those before it are made
			return d.showStep(w, r, "topics", typed, atField(err, "topic_exists", "topics"))
		}
	}
	return d.Done(w, r, StepsPath+"/topics", "topics_made")
}
