package editor

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/mailer"
)

// editionStore is what the pages of editions read and change.
type editionStore interface {
	Edition(ctx context.Context, id newsletter.PublicID) (*newsletter.Edition, error)
	Editions(ctx context.Context, listID int64, limit int) ([]newsletter.Edition, error)
	EditionsOf(ctx context.Context, q newsletter.EditionQuery) (editions []newsletter.Edition, more bool, err error)
	EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error)
	Rehearse(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination, now time.Time) (*newsletter.Release, error)
	Outlook(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination, now time.Time) (*newsletter.Release, error)
	Released(ctx context.Context, editionID int64) ([]newsletter.ReleasedVariant, error)
	VariantByPublicID(ctx context.Context, id newsletter.PublicID) (*newsletter.Variant, *newsletter.Edition, error)
	Staff(ctx context.Context, id newsletter.PublicID) (*newsletter.Staff, error)

	AddExtraEdition(ctx context.Context, scheduleID int64, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	EditEdition(ctx context.Context, id newsletter.PublicID, words newsletter.EditionWords, by newsletter.Actor, now time.Time) error
	OrderPosts(ctx context.Context, edition newsletter.PublicID, order []newsletter.PublicID, by newsletter.Actor, now time.Time) error
	DisposePost(ctx context.Context, edition, post newsletter.PublicID, disposition newsletter.Disposition, by newsletter.Actor, now time.Time) error
	ReviewEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	PauseEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	ResumeEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	SendSooner(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)
	CancelEdition(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Edition, error)

	AddTestLetter(ctx context.Context, l *newsletter.TestLetter, to []newsletter.Address, hashes [][]token.Hash, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	EditionReader(ctx context.Context, edition newsletter.PublicID, address newsletter.Address, by newsletter.Actor, now time.Time) (*newsletter.EditionReader, error)
	ApprovalRule(ctx context.Context, listID int64) (newsletter.ApprovalRule, error)
	SetApprovalRule(ctx context.Context, rule newsletter.ApprovalRule, by newsletter.Actor, now time.Time) error
}

// Review checks editions for pages; a *review.Desk over an Audience does.
type Review interface {
	Look(ctx context.Context, id newsletter.PublicID, now time.Time) (*review.Report, error)
	Check(ctx context.Context, id newsletter.PublicID, now time.Time) (*review.Report, error)
}

// Approver checks an edition and approves it; a *review.Desk over the database does.
type Approver interface {
	Approve(ctx context.Context, id newsletter.PublicID, a review.Approval, by newsletter.Actor, now time.Time) (*newsletter.Edition, *review.Report, error)
}

// Composer makes the mails of editions; *compose.Composer does.
type Composer interface {
	Compose(ctx context.Context, d *newsletter.Digest) (letter []byte, subject, web string, err error)
	SampleMessage(letter *mailer.Letter, lang newsletter.Language, now time.Time) (message []byte, leave string, err error)
}

// Hashes looks addresses up that must not be mailed; *token.Hashes does.
type Hashes interface {
	All(a newsletter.Address) []token.Hash
}

func (d *door) editionRoutes() {
	d.Place(desk.Place{Key: "editions", Path: "/desk/editions", Roles: editors, Order: 20})
	admins := []newsletter.Role{newsletter.RoleAdmin}
	d.Handle(desk.Route{Pattern: "GET /desk/editions", Roles: editors}, d.editions)
	d.Handle(desk.Route{Pattern: "GET /desk/editions/new", Roles: editors}, d.newEdition)
	d.Handle(desk.Route{Pattern: "POST /desk/editions/new", Roles: editors}, d.addEdition)
	d.Handle(desk.Route{Pattern: "GET /desk/editions/approval", Roles: admins}, d.approvalRules)
	d.Handle(desk.Route{Pattern: "POST /desk/editions/approval", Roles: admins}, d.setApprovalRule)

	one := func(pattern string, h web.Handler) {
		d.Handle(desk.Route{Pattern: pattern, Roles: editors, List: d.listOfEdition}, h)
	}
	one("GET /desk/editions/{id}", d.edition)
	one("POST /desk/editions/{id}/words", d.editEdition)
	one("POST /desk/editions/{id}/posts", d.arrangePosts)
	one("GET /desk/editions/{id}/mail", d.editionMail)
	one("GET /desk/editions/{id}/frame", d.editionFrame)
	one("GET /desk/editions/{id}/test", d.toMail)
	one("POST /desk/editions/{id}/test", d.testEdition)
	one("GET /desk/editions/{id}/reader", d.askReader)
	one("POST /desk/editions/{id}/reader", d.editionReader)
	one("GET /desk/editions/{id}/approve", d.askApprove)
	one("POST /desk/editions/{id}/approve", d.approveEdition)
	one("POST /desk/editions/{id}/review", d.reviewEdition)
	one("POST /desk/editions/{id}/pause", d.pauseEdition)
	one("GET /desk/editions/{id}/sooner", d.askSooner)
	one("POST /desk/editions/{id}/sooner", d.sendSooner)
	one("GET /desk/editions/{id}/resume", d.askResume)
	one("POST /desk/editions/{id}/resume", d.resumeEdition)
	one("GET /desk/editions/{id}/cancel", d.askCancel)
	one("POST /desk/editions/{id}/cancel", d.cancelEdition)
}

// listOfEdition is the list of the edition that a path names.
func (d *door) listOfEdition(r *http.Request) (int64, error) {
	e, err := d.editionOf(r)
	if err != nil {
		return 0, err
	}
	return e.ListID, nil
}

func (d *door) editionOf(r *http.Request) (*newsletter.Edition, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return d.Store.Edition(r.Context(), id)
}

// editionHead is what every page about one edition begins with.
type editionHead struct {
	ID           newsletter.PublicID
	Title        string // its subject, or what it is called until it has one
	List, Pace   string
	Extra        bool
	State        desk.State
	Reason       string          // the key of a text; empty: there is nothing to say
	ServerSaid   string          // behind the reason
	At           newsletter.Time // its slot; zero: an extra one
	Zone         *time.Location
	Follows      bool // its words and posts can be changed
	Approved     bool
	Sending      bool
	Paused       bool
	Released     bool // it has left, or is leaving
	Over         bool
	CanSooner    bool            // approved, and it waits for its slot
	Held         bool            // approved, and within the hold time
	Leaves       newsletter.Time // not before then; zero: an extra one that nobody has approved
	ApprovedBy   string          // a name; empty: it approved itself
	ReleasedAt   newsletter.Time
	Tab          string // which of its pages this is
	ListLanguage newsletter.Language
}

// URL is where the edition is; page is one of its other pages, or "".
func (h editionHead) URL(page string) string { return editionURL(h.ID, page) }

func editionURL(id newsletter.PublicID, page string) string {
	path := "/desk/editions/" + id.String()
	if page != "" {
		path += "/" + page
	}
	return path
}

// headOf collects it.
func (d *door) headOf(r *http.Request, e *newsletter.Edition, tab string) (*editionHead, error) {
	list, err := d.Store.List(r.Context(), e.ListID)
	if err != nil {
		return nil, err
	}
	c, err := d.scheduleOf(r, e)
	if err != nil {
		return nil, err
	}
	h := &editionHead{ID: e.PublicID, Title: e.Subject, List: titleOf(r, list, list.Texts, list.Name), Pace: titleOf(r, list, c.Texts, c.Name),
		Extra: e.Kind == newsletter.EditionExtra, State: stateOf(e.State), At: e.ScheduledFor, Zone: zoneOf(c), Follows: e.State.Follows(),
		Approved: e.State == newsletter.EditionApproved, Sending: e.State == newsletter.EditionSending, Paused: e.State == newsletter.EditionPaused,
		Released: !e.ReleasedAt.IsZero(), Over: e.State.Ended(), ReleasedAt: e.ReleasedAt, Tab: tab, ListLanguage: list.Language}
	h.Held, h.Leaves = e.Held(newsletter.At(d.Now())), leavesAt(e)
	h.CanSooner = canSooner(e, d.Now())
	h.Title = cmp.Or(h.Title, h.Pace)
	reason, said, _ := strings.Cut(e.Reason, ": ")
	if reason != "" && d.Templates.Texts().Has("edition_"+reason) {
		h.Reason, h.ServerSaid = "edition_"+reason, said
		if e.Flawed() {
			h.ServerSaid = "" // what the checks found stands below
		}
	}
	h.ApprovedBy, err = d.nameOf(r, e.ApprovedBy)
	return h, err
}

// nameOf is who an actor is, as "staff:…" names one; empty for others.
func (d *door) nameOf(r *http.Request, actor string) (string, error) {
	text, staff := strings.CutPrefix(actor, string(newsletter.ByStaff)+":")
	id, err := newsletter.ParsePublicID(text)
	if !staff || err != nil {
		return "", nil //nolint:nilerr // an operator, or the slot itself
	}
	who, err := d.Store.Staff(r.Context(), id)
	if newsletter.Is(err, newsletter.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return who.Name, nil
}

// scheduleOf is the schedule of an edition.
func (d *door) scheduleOf(r *http.Request, e *newsletter.Edition) (*newsletter.Schedule, error) {
	schedules, err := d.Store.Schedules(r.Context(), e.ListID)
	if err != nil {
		return nil, err
	}
	for i := range schedules {
		if schedules[i].ID == e.ScheduleID {
			return &schedules[i], nil
		}
	}
	return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "the edition %s has no schedule any more", e.PublicID)
}

// actor is who is signed in, as who makes a change.
func actor(r *http.Request) newsletter.Actor { return desk.StaffOf(r).Actor() }

// text is a text of the catalogue in the reader's language.
func (d *door) text(r *http.Request, key string, args map[string]any) string {
	text, err := d.Templates.Texts().Text(web.Language(r), key, args)
	if err != nil {
		return key
	}
	return text
}
