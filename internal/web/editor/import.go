package editor

import (
	"context"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// importStore is what the pages of imports read and change.
type importStore interface {
	Imports(ctx context.Context, lists []int64, before int64, limit int) ([]newsletter.Import, error)
	Import(ctx context.Context, id newsletter.PublicID) (*newsletter.Import, error)
	ImportRows(ctx context.Context, id, after int64, limit int) ([]newsletter.ImportRow, error)
	ImportReport(ctx context.Context, id int64, outcome newsletter.ImportOutcome, after int64, limit int) ([]newsletter.ImportRecord, error)
	CreateImport(ctx context.Context, im *newsletter.Import, rows []newsletter.ImportRow, by newsletter.Actor, now time.Time) error
	PlanImport(ctx context.Context, id newsletter.PublicID, plan newsletter.ImportPlan, by newsletter.Actor, now time.Time) error
	StartImport(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	CancelImport(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
}

const importsPath = "/desk/imports"

// uploadTime is how long a file may take to come, and to be stored.
const uploadTime = 2 * time.Minute

func (d *door) importRoutes() {
	d.Handle(desk.Route{Pattern: "GET /desk/imports", Roles: editors}, d.imports)
	d.Handle(desk.Route{Pattern: "POST /desk/imports", Roles: editors, List: d.listByQuery, Body: newsletter.MaxImportBytes + web.MaxBody, Time: uploadTime}, d.uploadImport)
	d.Handle(desk.Route{Pattern: "GET /desk/imports/{import}", Roles: editors, List: d.listOfImport}, d.importPage)
	d.Handle(desk.Route{Pattern: "POST /desk/imports/{import}", Roles: editors, List: d.listOfImport}, d.planImport)
	d.Handle(desk.Route{Pattern: "POST /desk/imports/{import}/run", Roles: editors, List: d.listOfImport}, d.runImport)
	d.Handle(desk.Route{Pattern: "GET /desk/imports/{import}/match", Roles: editors, List: d.listOfImport}, d.matchImport)
	d.Handle(desk.Route{Pattern: "GET /desk/imports/{import}/events", Roles: editors, List: d.listOfImport, Time: streamLife}, d.importEvents)
	d.Handle(desk.Route{Pattern: "GET /desk/imports/{import}/cancel", Roles: editors, List: d.listOfImport}, d.askCancelImport)
	d.Handle(desk.Route{Pattern: "POST /desk/imports/{import}/cancel", Roles: editors, List: d.listOfImport}, d.cancelImport)
	d.Handle(desk.Route{Pattern: "GET /desk/imports/{import}/report", Roles: editors, List: d.listOfImport, Time: exportTime}, d.importReport)
}

// listOfImport is the list of the import that a path names.
func (d *door) listOfImport(r *http.Request) (int64, error) {
	im, err := d.importOf(r)
	if err != nil {
		return 0, err
	}
	return im.ListID, nil
}

func (d *door) importOf(r *http.Request) (*newsletter.Import, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("import"))
	if err != nil {
		return nil, err
	}
	return d.Store.Import(r.Context(), id)
}

func importURL(id newsletter.PublicID) string { return importsPath + "/" + id.String() }

// importsPage is the data of imports.html.
type importsPage struct {
	Lists   []choice // into which a file may be taken
	Only    string   // the name of the list, when there is one
	Imports []importLine
	Pager   desk.Pager
}

// importLine is an import in the list.
type importLine struct {
	URL, File, List string
	State           desk.State
	Lines           int64
	At              newsletter.Time
}

// importStates is how the states of imports look.
var importStates = map[newsletter.ImportState]string{
	newsletter.ImportUploaded: "waiting", newsletter.ImportChecking: "busy", newsletter.ImportChecked: "careful",
	newsletter.ImportRunning: "busy", newsletter.ImportDone: "good", newsletter.ImportCancelled: "over",
}

func importStateOf(s newsletter.ImportState) desk.State {
	return desk.State{Kind: importStates[s], Key: "import_state_" + string(s)}
}

func (d *door) imports(w http.ResponseWriter, r *http.Request) error { return d.showImports(w, r) }

func (d *door) showImports(w http.ResponseWriter, r *http.Request, faults ...web.Fault) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	ids, open := []int64{}, []newsletter.List(nil)
	for _, l := range lists {
		ids = append(ids, l.ID)
		if l.State != newsletter.ListArchived {
			open = append(open, l)
		}
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	found, err := d.Store.Imports(r.Context(), ids, before, perPage+1)
	if err != nil {
		return err
	}
	page := importsPage{Lists: listChoices(r, open, r.URL.Query().Get("list"))}
	if len(open) == 1 {
		page.Only = open[0].Name
	}
	if before != 0 {
		page.Pager.Newest = importsPath
	}
	if len(found) > perPage {
		found = found[:perPage]
		page.Pager.Older = importsPath + "?before=" + strconv.FormatInt(found[perPage-1].ID, 10)
	}
	words := d.paceWords(r, lists)
	for _, im := range found {
		page.Imports = append(page.Imports, importLine{URL: importURL(im.PublicID), File: im.FileName, List: words[im.ListID],
			State: importStateOf(im.State), Lines: im.Lines, At: im.CreatedAt})
	}
	p := web.Page{Template: "imports.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// uploadImport takes a file in; its columns are matched on the next page.
func (d *door) uploadImport(w http.ResponseWriter, r *http.Request) error {
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), id)
	if err != nil {
		return err
	}
	name, data, err := uploadedFile(r)
	if err != nil {
		return err
	}
	im, rows, err := d.parseImport(r, l, name, data)
	if err == nil {
		err = d.Store.CreateImport(r.Context(), im, rows, d.actor(r), d.Now())
	}
	if faults := d.Faults(r, err); len(faults) > 0 {
		return d.showImports(w, r, faults...)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, importURL(im.PublicID), http.StatusSeeOther)
	return nil
}

func uploadedFile(r *http.Request) (name string, data []byte, err error) {
	if _, err := web.Form(r); err != nil {
		return "", nil, err
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return "", nil, nil // Parse says that nobody is in it
	}
	header := r.MultipartForm.File["file"][0]
	file, err := header.Open()
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, newsletter.MaxImportBytes+1))
	return fileName(header.Filename), data, err
}

// fileName is what a file is called, without the folder that some browsers tell.
func fileName(sent string) string {
	name := strings.ToValidUTF8(path.Base(strings.ReplaceAll(sent, `\`, "/")), "")
	if utf8.RuneCountInString(name) > 100 {
		name = string([]rune(name)[:100])
	}
	return name
}

// parseImport makes an import of a file, with a plan that the editor may correct.
func (d *door) parseImport(r *http.Request, l *newsletter.List, name string, data []byte) (*newsletter.Import, []newsletter.ImportRow, error) {
	f, err := roster.Parse(data)
	if err != nil {
		return nil, nil, err
	}
	plan := newsletter.ImportPlan{Columns: f.Columns, Language: l.Language, AllTopics: true, LeaveTopicsOut: true, PerHour: 200}
	schedules, err := d.Store.Schedules(r.Context(), l.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range schedules {
		if s.ArchivedAt.IsZero() && plan.ScheduleID == 0 {
			plan.ScheduleID = s.ID
		}
	}
	return &newsletter.Import{ListID: l.ID, FileName: name, Head: f.Head, Encoding: f.Encoding, Separator: string(f.Separator), Plan: plan}, f.Rows, nil
}

// runImport does what the dry run showed.
func (d *door) runImport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	if err := d.Store.StartImport(r.Context(), im.PublicID, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, importURL(im.PublicID), "import_started")
}

func (d *door) askCancelImport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	say := d.sayer(r)
	text := say("import_cancel_text")
	if im.State == newsletter.ImportRunning {
		text = say("import_cancel_running")
	}
	return d.Confirm(w, r, desk.Confirm{Title: say("import_cancel_title"), Text: text, Action: importURL(im.PublicID) + "/cancel",
		Button: say("import_cancel"), Grave: true, Back: importURL(im.PublicID), Crumbs: []desk.Link{{Text: say("import_title"), URL: importsPath}}})
}

func (d *door) cancelImport(w http.ResponseWriter, r *http.Request) error {
	im, err := d.importOf(r)
	if err != nil {
		return err
	}
	if err := d.Store.CancelImport(r.Context(), im.PublicID, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, importsPath, "import_cancelled")
}

// importEvents says when the page about an import has something new to show.
func (d *door) importEvents(w http.ResponseWriter, r *http.Request) error {
	return d.follow(w, r, func() (news, error) {
		im, err := d.importOf(r)
		if err != nil {
			return news{}, err
		}
		return news{state: string(im.State) + " " + strconv.FormatInt(im.Handled, 10), over: !im.State.Works()}, nil
	})
}
