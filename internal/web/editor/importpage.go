package editor

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/roster"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// importView is the data of import.html: an import in any state but that of being matched.
type importView struct {
	File, List, URL string
	Events          string // where news comes from; empty: nothing happens by itself
	State           desk.State
	Busy, Checked   bool
	Running, Ended  bool
	Invite          bool
	PerHour         int
	Ground, Source  string // Ground is a text's key
	Lines, Handled  int64
	Percent         int64
	Tally           []tallyLine
	WillAct         bool // somebody joins or is invited when it runs
	Refused         []refusedLine
	MoreRefused     bool
	At, Until       newsletter.Time // Until: when invitations will all have left, about
}

// tallyLine is one figure of an import; Key is its text's.
type tallyLine struct {
	Key   string
	Count int64
}

type refusedLine struct {
	Line   int64
	Reason string
}

// shownRefusals is how many refused lines the page shows; the report has them all.
const shownRefusals = 50

// importMatch is the data of import-match.html.
type importMatch struct {
	File, List, Action, Cancel string
	Encoding                   string
	Separator                  string // a text's key
	Lines                      int64
	Columns                    []columnChoice
	Invite                     bool
	PerHour                    string
	Grounds                    []choice
	Source, On, Words          string
	Languages, Paces, Topics   []choice
	LeaveTopicsOut             bool
}

// columnChoice is a column with its first cells and what it may hold.
type columnChoice struct {
	Field, Head string
	Number      int
	Cells       []string
	Fields      []choice
}

// previewed is how many rows the preview has.
const previewed = 3

func (d *door) importPage(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	if im.State == newsletter.ImportUploaded {
		return d.showMatch(w, r, im, im.Plan, nil)
	}
	view, err := d.importView(r, im)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "import.html", Data: view})
}

// matchImport shows the columns once more, after a dry run.
func (d *door) matchImport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	if im.State != newsletter.ImportUploaded && im.State != newsletter.ImportChecked {
		http.Redirect(w, r, importURL(im.PublicID), http.StatusSeeOther)
		return nil
	}
	return d.showMatch(w, r, im, im.Plan, nil)
}

func (d *door) importView(r *http.Request, im *newsletter.Import) (*importView, error) {
	l, err := d.Store.List(r.Context(), im.ListID)
	if err != nil {
		return nil, err
	}
	v := &importView{File: im.FileName, List: titleOf(r, l, l.Texts, l.Name), URL: importURL(im.PublicID), State: importStateOf(im.State),
		Busy: im.State.Works(), Checked: im.State == newsletter.ImportChecked, Running: im.State == newsletter.ImportRunning, Ended: im.State.Ended(),
		Invite: im.Plan.Invite, PerHour: im.Plan.PerHour, Source: im.Plan.Source, Lines: im.Lines, Handled: im.Handled, At: im.CreatedAt,
		WillAct: im.Tally.Added+im.Tally.Invited > 0, Tally: tallyLines(im)}
	if v.Busy {
		v.Events = v.URL + "/events"
	}
	if im.Plan.Ground != "" {
		v.Ground = "ground_" + string(im.Plan.Ground)
	}
	if im.Lines > 0 {
		v.Percent = 100 * im.Handled / im.Lines
	}
	if v.Invite && (v.Checked || v.Running) {
		left := time.Duration(im.Lines) * time.Hour / time.Duration(max(1, im.Plan.PerHour))
		v.Until = newsletter.At(d.Now().Add(left))
	}
	records, err := d.Store.ImportReport(r.Context(), im.ID, newsletter.LineRefused, 0, shownRefusals+1)
	if v.MoreRefused = len(records) > shownRefusals; v.MoreRefused {
		records = records[:shownRefusals]
	}
	say := d.sayer(r)
	for _, record := range records {
		v.Refused = append(v.Refused, refusedLine{record.Line, say("error_" + record.Reason)})
	}
	return v, err
}

// tallyLines are the figures; a dry run says what would be.
func tallyLines(im *newsletter.Import) []tallyLine {
	t := im.Tally
	all := []tallyLine{{"added", t.Added}, {"invited", t.Invited}, {"known", t.Known}, {"left", t.Left}, {"kept_away", t.KeptAway},
		{"duplicates", t.Duplicates}, {"refused", t.Refused}}
	if im.Plan.Invite {
		all = slices.Delete(all, 0, 1)
	} else {
		all = slices.Delete(all, 1, 2)
	}
	prefix := "import_was_"
	if im.State == newsletter.ImportChecking || im.State == newsletter.ImportChecked {
		prefix = "import_would_"
	}
	for i := range all {
		all[i].Key = prefix + all[i].Key
	}
	return all
}

// separatorKeys are the texts that name separators.
var separatorKeys = map[string]string{",": "import_comma", ";": "import_semicolon", "\t": "import_tab", "|": "import_bar"}

func (d *door) showMatch(w http.ResponseWriter, r *http.Request, im *newsletter.Import, plan newsletter.ImportPlan, typed url.Values, faults ...web.Fault) error {
	l, topics, err := d.listAndTopics(r, im.ListID)
	if err != nil {
		return err
	}
	rows, err := d.Store.ImportRows(r.Context(), im.ID, 0, previewed)
	if err != nil {
		return err
	}
	v := importMatch{File: im.FileName, List: titleOf(r, l, l.Texts, l.Name), Action: importURL(im.PublicID), Cancel: importURL(im.PublicID) + "/cancel",
		Encoding: im.Encoding, Separator: separatorKeys[im.Separator], Lines: im.Lines, Invite: plan.Invite, PerHour: strconv.Itoa(max(1, plan.PerHour)),
		Source: plan.Source, Words: plan.Words, LeaveTopicsOut: plan.LeaveTopicsOut, Languages: choices(string(plan.Language), "language_", "nl", "en")}
	if typed == nil && plan.Ground == "" {
		v.Invite = true // until somebody says that they agreed, people are asked
	}
	if plan.PerHour == 0 {
		v.PerHour = "200"
	}
	if !plan.ConsentedAt.IsZero() {
		v.On = plan.ConsentedAt.In(d.Zone).Format(time.DateOnly)
	}
	if typed != nil {
		v.On, v.PerHour = typed.Get("on"), typed.Get("per_hour")
	}
	v.Columns = d.columnChoices(r, im, plan, rows)
	for _, g := range newsletter.Grounds() {
		v.Grounds = append(v.Grounds, choice{Value: string(g), Label: "ground_" + string(g), Chosen: g == plan.Ground})
	}
	for _, t := range topics {
		if t.ArchivedAt.IsZero() {
			v.Topics = append(v.Topics, choice{Value: strconv.FormatInt(t.ID, 10), Label: titleOf(r, l, t.Texts, t.Name), Chosen: plan.Topics.Has(t.ID)})
		}
	}
	if v.Paces, err = d.paceChoices(r, []newsletter.List{*l}, plan.ScheduleID); err != nil {
		return err
	}
	p := web.Page{Template: "import-match.html", Data: v, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

func (d *door) columnChoices(r *http.Request, im *newsletter.Import, plan newsletter.ImportPlan, rows []newsletter.ImportRow) []columnChoice {
	say := d.sayer(r)
	var all []columnChoice
	for i, head := range im.Head {
		c := columnChoice{Field: "column-" + strconv.Itoa(i), Head: head, Number: i + 1}
		for _, row := range rows {
			if i < len(row.Cells) && row.Cells[i] != "" {
				c.Cells = append(c.Cells, row.Cells[i])
			}
		}
		holds := newsletter.ImportField("")
		if i < len(plan.Columns) {
			holds = plan.Columns[i]
		}
		c.Fields = append(c.Fields, choice{Label: say("import_field_none")})
		for _, f := range newsletter.ImportFields() {
			c.Fields = append(c.Fields, choice{Value: string(f), Label: say("import_field_" + string(f)), Chosen: f == holds})
		}
		all = append(all, c)
	}
	return all
}

// planImport reads the form, and begins the dry run.
func (d *door) planImport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	_, topics, err := d.listAndTopics(r, im.ListID)
	if err != nil {
		return err
	}
	schedules, err := d.Store.Schedules(r.Context(), im.ListID)
	if err != nil {
		return err
	}
	plan := planOf(typed, len(im.Head), topics)
	err = roster.CheckPlan(&plan, len(im.Head), topics, schedules)
	if on := typed.Get("on"); on != "" && !plan.Invite {
		day, wrong := time.ParseInLocation(time.DateOnly, on, d.Zone)
		if wrong != nil || day.After(d.Now()) {
			return d.showMatch(w, r, im, plan, typed, d.Faults(r, fieldError("on", "import_date", "the day can't be read, or is yet to come"))...)
		}
		plan.ConsentedAt = newsletter.At(day)
	}
	if err == nil {
		err = d.Store.PlanImport(r.Context(), im.PublicID, plan, d.actor(r), d.Now())
	}
	if faults := d.Faults(r, err); len(faults) > 0 && !newsletter.Is(err, newsletter.Conflict) {
		return d.showMatch(w, r, im, plan, typed, faults...)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, importURL(im.PublicID), http.StatusSeeOther)
	return nil
}

func planOf(typed url.Values, columns int, topics []newsletter.Topic) newsletter.ImportPlan {
	plan := newsletter.ImportPlan{Invite: typed.Get("way") == "invite", Ground: newsletter.Ground(typed.Get("ground")), Source: richtext.Line(typed.Get("source")),
		Words: typed.Get("words"), Language: newsletter.Language(typed.Get("language")), LeaveTopicsOut: typed.Has("leave_topics_out"),
		Topics: chosenTopics(typed["topic"], topics)}
	plan.PerHour, _ = strconv.Atoi(typed.Get("per_hour"))
	plan.ScheduleID, _ = strconv.ParseInt(typed.Get("pace"), 10, 64)
	plan.AllTopics = len(plan.Topics) == 0
	for i := range columns {
		plan.Columns = append(plan.Columns, newsletter.ImportField(typed.Get("column-"+strconv.Itoa(i))))
	}
	return plan
}

// importReport writes what became of each line as CSV.
func (d *door) importReport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	say := d.sayer(r)
	out := &download{w: w, name: "import-" + im.PublicID.String()[:8] + ".csv", media: "text/csv; charset=utf-8"}
	separator := ';'
	if im.Separator == "," {
		separator = ','
	}
	sheet, err := roster.NewSheet(out, separator, say("import_report_line"), say("import_report_outcome"), say("import_report_reason"))
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		records, err := d.Store.ImportReport(r.Context(), im.ID, "", after, 1000)
		if err != nil {
			return err
		}
		for _, record := range records {
			reason := ""
			if record.Reason != "" {
				reason = say("error_" + record.Reason)
			}
			if err := sheet.Write(strconv.FormatInt(record.Line, 10), say("import_outcome_"+string(record.Outcome)), reason); err != nil {
				return err
			}
			after = record.Line
		}
		if len(records) < 1000 {
			return sheet.Flush()
		}
	}
}
