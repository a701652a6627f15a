package editor

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// approvePage is the data of edition-approve.html.
type approvePage struct {
	*editionHead
	Posts    []editionPost // that it brings
	Readers  int64
	Versions []versionLine
	Others   int            // versions besides
	Says     correctionPart // of a correction: what it says
	Findings findings
	Seen     string // newsletter.Fingerprint of what is approved
	Hold     int    // minutes; 0: none
	FourEyes bool
	OwnWork  bool // who looks has worked on it, and four eyes are asked for
	Admin    bool
	Now      bool // it leaves at once, not at a slot
	Free     bool // it can be stopped until its slot, which comes later than the end of the hold time
	Despite  string
	Changes  []editionChange // since it was looked at
}

// versionLine is a version of an edition as who approves it sees it.
type versionLine struct {
	Language newsletter.Language
	Large    bool
	Subject  string
	Posts    int
	Readers  int64
	URL      string
}

// shownVersions is how many versions are told with their subjects: each is made for that.
const shownVersions = 8

// versionsOf tells the versions of an edition, those of most readers first, and how many more there are.
func (d *door) versionsOf(r *http.Request, e *newsletter.Edition, out *outlook) (lines []versionLine, more int) {
	for i := range out.variants[:min(shownVersions, len(out.variants))] {
		v := &out.variants[i]
		line := versionLine{Language: v.Language, Large: v.Large, Posts: v.Posts, Readers: v.Readers, URL: mailURL(e, "mail", v.Key, "wide")}
		if v.share != nil {
			_, line.Subject, _, _ = d.Composer.Compose(r.Context(), out.digest(v, newsletter.PublicID{})) // what can't be made, is found by the checks
		}
		lines = append(lines, line)
	}
	return lines, len(out.variants) - len(lines)
}

func (d *door) askApprove(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	report, err := d.Review.Check(r.Context(), e.PublicID, d.Now())
	if err != nil {
		return err
	}
	return d.showApprove(w, r, e, report, approveForm{Seen: r.URL.Query().Get("seen")}, nil)
}

// approveForm is what the form of an approval holds; Seen comes from the page of the edition too.
type approveForm struct{ Seen, Despite string }

func (d *door) showApprove(w http.ResponseWriter, r *http.Request, e *newsletter.Edition, report *review.Report, form approveForm, faults []web.Fault) error {
	if !e.State.CanBecome(newsletter.EditionApproved) {
		return d.Done(w, r, editionURL(e.PublicID, ""), "edition_elsewhere")
	}
	head, err := d.headOf(r, e, "approve")
	if err != nil {
		return err
	}
	out, made, err := d.outlookOf(r, e)
	if err != nil {
		return err
	}
	if e.Subject == "" && made != "" {
		head.Title = made
	}
	rule, err := d.Store.ApprovalRule(r.Context(), e.ListID)
	if err != nil {
		return err
	}
	page := approvePage{editionHead: head, Readers: out.readers, Seen: report.Print, Hold: int((rule.Hold.D() + time.Minute - 1) / time.Minute), FourEyes: rule.FourEyes,
		OwnWork: rule.Approver(e, actor(r)) != nil, Admin: desk.StaffOf(r).Has(newsletter.RoleAdmin), Despite: form.Despite,
		Changes: changesOf(form.Seen, report), Now: head.Extra || !e.ScheduledFor.After(d.Now())}
	page.Free = !page.Now && e.ScheduledFor.After(d.Now().Add(rule.Hold.D()))
	if page.Says, err = d.correctionOf(r, e, head.ListLanguage); err != nil {
		return err
	}
	if page.Says.Corrects != nil {
		page.Readers = page.Says.Readers
	} else {
		page.Versions, page.Others = d.versionsOf(r, e, out)
	}
	for _, p := range linesOf(r, out, head.ListLanguage) {
		if p.In {
			page.Posts = append(page.Posts, p)
		}
	}
	if page.Findings, err = d.findingsOf(r, report); err != nil {
		return err
	}
	p := web.Page{Template: "edition-approve.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// approveEdition approves what was looked at, and nothing else: when something changed since the page was
// made, it is shown again.
func (d *door) approveEdition(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	form := approveForm{Seen: cmp.Or(typed.Get("seen"), "nothing"), Despite: typed.Get("despite")}
	_, report, err := d.Approver.Approve(r.Context(), e.PublicID,
		review.Approval{Seen: form.Seen, Despite: form.Despite, Admin: desk.StaffOf(r).Has(newsletter.RoleAdmin)}, actor(r), d.Now())
	if err == nil {
		return d.Done(w, r, editionURL(e.PublicID, ""), "edition_approved")
	}
	faults := d.Faults(r, err)
	if len(faults) == 0 || report == nil {
		return err
	}
	if newsletter.IsEditionChanged(err) {
		d.Audience.Forget(e.ScheduleID) // the page shows what was found now, not a minute ago
		if e, err = d.editionOf(r); err != nil {
			return err
		}
	}
	return d.showApprove(w, r, e, report, form, faults)
}

// act is what store methods that move an edition have in common.
type act func(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)

// move carries an act out, and says what was done on the edition's page.
func (d *door) move(w http.ResponseWriter, r *http.Request, do act, done string) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	e, err := do(r.Context(), idOf(r), actor(r), d.Now())
	if err != nil {
		return err
	}
	return d.Done(w, r, editionURL(e.PublicID, ""), done)
}

// reviewEdition takes an approval back: the "Stop" of the hold time too.
func (d *door) reviewEdition(w http.ResponseWriter, r *http.Request) error {
	return d.move(w, r, d.Store.ReviewEdition, "edition_in_review")
}

func (d *door) pauseEdition(w http.ResponseWriter, r *http.Request) error {
	return d.move(w, r, d.Store.PauseEdition, "edition_paused")
}

func (d *door) resumeEdition(w http.ResponseWriter, r *http.Request) error {
	return d.move(w, r, d.Store.ResumeEdition, "edition_resumed")
}

func (d *door) cancelEdition(w http.ResponseWriter, r *http.Request) error {
	return d.move(w, r, d.Store.CancelEdition, "edition_cancelled")
}

// canSooner reports whether an edition waits for nothing but its slot.
func canSooner(e *newsletter.Edition, now time.Time) bool {
	return e.State == newsletter.EditionApproved && e.Kind == newsletter.EditionSlot && e.SoonerAt.IsZero() && e.ScheduledFor.After(now)
}

// askSooner asks once more before an edition leaves ahead of its slot.
func (d *door) askSooner(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	if !canSooner(e, d.Now()) {
		return d.Done(w, r, editionURL(e.PublicID, ""), "edition_elsewhere")
	}
	head, err := d.headOf(r, e, "sooner")
	if err != nil {
		return err
	}
	out, made, err := d.outlookOf(r, e)
	if err != nil {
		return err
	}
	rule, err := d.Store.ApprovalRule(r.Context(), e.ListID)
	if err != nil {
		return err
	}
	title := cmp.Or(e.Subject, made, head.Title)
	points := []string{d.text(r, "edition_sooner_readers", map[string]any{"Count": int(out.readers), "List": head.List}),
		d.text(r, "edition_sooner_slot", map[string]any{"At": d.moment(r, e.ScheduledFor, head.Zone)})}
	if rule.Hold > 0 {
		points = append(points, d.text(r, "edition_sooner_hold", map[string]any{"Hold": d.holdWords(r, rule.Hold.D())}))
	} else {
		points = append(points, d.text(r, "edition_no_way_back", nil))
	}
	return d.Confirm(w, r, desk.Confirm{Title: d.text(r, "edition_sooner_title", nil), Text: d.text(r, "edition_sooner_text", map[string]any{"Title": title}), Points: points,
		Action: editionURL(e.PublicID, "sooner"), Button: d.text(r, "edition_sooner_button", nil), Grave: true, Back: editionURL(e.PublicID, ""),
		Crumbs: []desk.Link{{Text: d.text(r, "place_editions", nil), URL: "/desk/editions"}, {Text: title, URL: editionURL(e.PublicID, "")}}})
}

func (d *door) sendSooner(w http.ResponseWriter, r *http.Request) error {
	return d.move(w, r, d.Store.SendSooner, "edition_sooner")
}

func (d *door) askResume(w http.ResponseWriter, r *http.Request) error {
	return d.ask(w, r, "resume", newsletter.EditionSending, false)
}

func (d *door) askCancel(w http.ResponseWriter, r *http.Request) error {
	return d.ask(w, r, "cancel", newsletter.EditionCancelled, true)
}

// ask asks once more before something that can't be undone. Its texts are "edition_<what>_…".
func (d *door) ask(w http.ResponseWriter, r *http.Request, what string, to newsletter.EditionState, grave bool) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	if !e.State.CanBecome(to) {
		return d.Done(w, r, editionURL(e.PublicID, ""), "edition_elsewhere")
	}
	head, err := d.headOf(r, e, what)
	if err != nil {
		return err
	}
	args := map[string]any{"Title": head.Title, "List": head.List}
	points := []string{d.text(r, "edition_"+what+"_posts", nil)}
	if head.Released {
		points = []string{d.text(r, "edition_"+what+"_released", nil)}
	}
	if e.Kind == newsletter.EditionCorrection && to == newsletter.EditionCancelled {
		points = []string{d.text(r, "edition_cancel_correction", nil)}
	}
	return d.Confirm(w, r, desk.Confirm{
		Title: d.text(r, "edition_"+what+"_title", nil), Text: d.text(r, "edition_"+what+"_text", args), Points: points,
		Action: editionURL(e.PublicID, what), Button: d.text(r, "edition_"+what+"_button", nil), Grave: grave, Back: editionURL(e.PublicID, ""),
		Crumbs: []desk.Link{{Text: d.text(r, "place_editions", nil), URL: "/desk/editions"}, {Text: head.Title, URL: editionURL(e.PublicID, "")}},
	})
}

// newEditionPage is the data of edition-new.html.
type newEditionPage struct{ Schedules []option }

// newEdition asks whom an extra edition is for.
func (d *door) newEdition(w http.ResponseWriter, r *http.Request) error {
	return d.showNew(w, r, nil)
}

func (d *door) showNew(w http.ResponseWriter, r *http.Request, faults []web.Fault) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	var page newEditionPage
	for i := range lists {
		l := &lists[i]
		if l.State != newsletter.ListActive {
			continue
		}
		schedules, err := d.Store.Schedules(r.Context(), l.ID)
		if err != nil {
			return err
		}
		for j := range schedules {
			if c := &schedules[j]; c.Works() {
				page.Schedules = append(page.Schedules, option{strconv.FormatInt(c.ID, 10), titleOf(r, l, l.Texts, l.Name) + ": " + titleOf(r, l, c.Texts, c.Name), false})
			}
		}
	}
	p := web.Page{Template: "edition-new.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// addEdition makes an extra edition, which leaves when it is approved.
func (d *door) addEdition(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(typed.Get("schedule"), 10, 64)
	if err != nil {
		return d.showNew(w, r, []web.Fault{{Field: "schedule", Text: d.text(r, "edition_new_choose", nil)}})
	}
	mine, err := d.mySchedule(r, id)
	if err != nil {
		return err
	}
	if !mine {
		return web.Status(http.StatusNotFound)
	}
	e, err := d.Store.AddExtraEdition(r.Context(), id, actor(r), d.Now())
	if err != nil {
		return err
	}
	return d.Done(w, r, editionURL(e.PublicID, ""), "edition_made")
}

// mySchedule reports whether a schedule is of a list of who is signed in.
func (d *door) mySchedule(r *http.Request, id int64) (bool, error) {
	lists, err := d.myLists(r)
	if err != nil {
		return false, err
	}
	for i := range lists {
		schedules, err := d.Store.Schedules(r.Context(), lists[i].ID)
		if err != nil {
			return false, err
		}
		for j := range schedules {
			if schedules[j].ID == id {
				return true, nil
			}
		}
	}
	return false, nil
}
