package review

import (
	"context"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// Store is what the desk needs of the database; store.Store has it.
type Store interface {
	Edition(ctx context.Context, id newsletter.PublicID) (*newsletter.Edition, error)
	EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error)
	List(ctx context.Context, id int64) (*newsletter.List, error)
	Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
	Original(ctx context.Context, e *newsletter.Edition) (*newsletter.Original, error)
	ApproveReviewed(ctx context.Context, id newsletter.PublicID, r newsletter.Reviewed, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
}

// Composer makes the mails of an edition; compose.Composer does.
type Composer interface {
	Sample(d *newsletter.Digest, now time.Time) (*newsletter.SampleMail, error)
}

// Desk checks editions before they leave.
type Desk struct {
	Store    Store
	Composer Composer
	Links    *Links
	Site     string // the address of the public pages, without a slash at its end
}

// Report is what was found.
type Report struct {
	Findings Findings `json:"findings"`
	// Links is how many different links there are, and Unknown of how many nothing is known (yet).
	Links   int `json:"links"`
	Unknown int `json:"unknown"`
	// Print is what was looked at: newsletter.Fingerprint, and Posts are those of the edition.
	Print string                   `json:"-"`
	Posts []newsletter.EditionPost `json:"-"`
}

// patience is how long all links together may take to answer: a page waits for it.
const patience = 12 * time.Second

// Look checks an edition without asking the network: links are told as far as they are known.
func (d *Desk) Look(ctx context.Context, id newsletter.PublicID, now time.Time) (*Report, error) {
	e, err := d.edition(ctx, id, now)
	if err != nil {
		return nil, err
	}
	return d.report(e, now), nil
}

// Check looks and asks the links too, for some seconds at most.
func (d *Desk) Check(ctx context.Context, id newsletter.PublicID, now time.Time) (*Report, error) {
	e, err := d.edition(ctx, id, now)
	if err != nil {
		return nil, err
	}
	return d.check(ctx, e, now)
}

func (d *Desk) check(ctx context.Context, e *Edition, now time.Time) (*Report, error) {
	var links []string
	for _, t := range e.targets() {
		links = append(links, t.address)
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	d.Links.Ask(asking, links, now)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.report(e, now), nil
}

func (d *Desk) report(e *Edition, now time.Time) *Report {
	r := &Report{Links: len(e.targets()), Print: e.print(), Posts: e.Posts}
	r.Findings, r.Unknown = Look(e, d.Links, now)
	return r
}

// Approval is somebody's wish to approve an edition.
type Approval struct {
	// Seen is the fingerprint of what they looked at (Report.Print). Empty stands for what the check finds: at the
	// command line, nobody has a page before them that could be old.
	Seen string
	// Despite is the reason to approve although something severe was found; only an admin may give one.
	Despite string
	Admin   bool
}

// Flaws checks an edition that its slot is about to approve, and names the severe findings that hold it, each kind
// once. One without posts has none where its schedule skips those; and a letter that can't be made holds nobody
// back but its own readers, which the release sees to. Print is what was looked at.
func (d *Desk) Flaws(ctx context.Context, id newsletter.PublicID, now time.Time) (flaws []string, print string, err error) {
	e, err := d.edition(ctx, id, now)
	if err != nil {
		return nil, "", err
	}
	in := func(p newsletter.EditionPost) bool { return p.Disposition == newsletter.PostIn }
	if e.Empty == newsletter.EmptySkip && !slices.ContainsFunc(e.Posts, in) {
		return nil, e.print(), nil
	}
	report, err := d.check(ctx, e, now)
	if err != nil {
		return nil, "", err
	}
	flaws = slices.DeleteFunc(report.Findings.Kinds(), func(kind string) bool { return kind == string(KindUnmade) })
	return flaws, report.Print, nil
}

// longReason is how many characters a reason may have.
const longReason = 500

// Approve checks an edition and approves it, if nothing severe was found or an admin says why it leaves all
// the same. The report comes back in any case, so that a refusal can be explained. When the edition isn't what
// was seen, be it by a change before or while it is checked, they are to look again (Conflict, edition_changed).
func (d *Desk) Approve(ctx context.Context, id newsletter.PublicID, a Approval, by newsletter.Actor, now time.Time) (*newsletter.Edition, *Report, error) {
	looked, err := d.edition(ctx, id, now)
	if err != nil {
		return nil, nil, err
	}
	if a.Seen == "" || !looked.Edition.State.Follows() { // what is frozen is refused by the store, which says why
		a.Seen = looked.print()
	}
	if looked.print() != a.Seen {
		return nil, d.report(looked, now), newsletter.EditionChanged(id)
	}
	report, err := d.check(ctx, looked, now)
	if err != nil {
		return nil, nil, err
	}
	reviewed := newsletter.Reviewed{Print: a.Seen}
	if report.Findings.Severe() {
		a.Despite = strings.TrimSpace(a.Despite)
		switch {
		case a.Despite == "":
			return nil, report, report.Findings.Refusal(id)
		case !a.Admin:
			return nil, report, newsletter.Errorf(newsletter.Forbidden, "edition_despite", "only an admin can approve the edition %s despite what is severe in it", id)
		case len([]rune(a.Despite)) > longReason:
			return nil, report, newsletter.Errorf(newsletter.Invalid, "edition_despite_long", "the reason may have %d characters", longReason)
		}
		reviewed.Despite, reviewed.Flaws = a.Despite, report.Findings.Kinds()
	}
	e, err := d.Store.ApproveReviewed(ctx, id, reviewed, by, now)
	if newsletter.IsEditionChanged(err) { // while it was checked: tell of what there is now
		if again, lookErr := d.Look(ctx, id, now); lookErr == nil {
			report = again
		}
	}
	return e, report, err
}

// edition collects what is looked at. A mail that can't be made is no error here: it is a finding.
func (d *Desk) edition(ctx context.Context, id newsletter.PublicID, now time.Time) (*Edition, error) {
	e, err := d.Store.Edition(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &Edition{Edition: *e, Site: d.Site, Leaves: e.ScheduledFor}
	if at := newsletter.At(now); at.After(out.Leaves.Time) {
		out.Leaves = at
	}
	if out.Posts, err = d.Store.EditionPosts(ctx, e, now); err != nil {
		return nil, err
	}
	digest := newsletter.Digest{Edition: *e}
	if digest.Original, err = d.Store.Original(ctx, e); err != nil {
		return nil, err
	}
	for i := range out.Posts {
		if out.Posts[i].Disposition == newsletter.PostIn {
			digest.Posts = append(digest.Posts, out.Posts[i])
		}
	}
	list, err := d.Store.List(ctx, e.ListID)
	if err != nil {
		return nil, err
	}
	digest.List = *list
	if digest.Topics, err = d.Store.Topics(ctx, e.ListID); err != nil {
		return nil, err
	}
	out.List, out.Topics = digest.List, digest.Topics
	schedules, err := d.Store.Schedules(ctx, e.ListID)
	if err != nil {
		return nil, err
	}
	for i := range schedules {
		if schedules[i].ID == e.ScheduleID {
			digest.Schedule = schedules[i]
			out.Empty = schedules[i].Empty
		}
	}
	d.compose(out, &digest, now)
	return out, nil
}

// compose makes the mail of a reader of all topics, in each language and layout.
func (d *Desk) compose(e *Edition, digest *newsletter.Digest, now time.Time) {
	for _, lang := range newsletter.Languages() {
		for _, layout := range []newsletter.Layout{newsletter.Standard, newsletter.Large} {
			digest.Language, digest.Layout = lang, layout
			m, err := d.Composer.Sample(digest, now)
			if err != nil {
				e.unmade = err.Error()
				return
			}
			e.Mails = append(e.Mails, *m)
		}
	}
}
