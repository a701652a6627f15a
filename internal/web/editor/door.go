package editor

import (
	"context"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/progress"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/templates"
)

// Config is what the editors' pages need.
type Config struct {
	Desk     *desk.Desk
	Store    Store
	Mail     Mail
	Audience *Audience
	Review   Review
	Approver Approver
	Composer Composer
	Hashes   Hashes
	Feeds    Fetcher
	LinkLife time.Duration // of an invitation; 0: a week
	SignedBy string        // the domain that signs our mail; empty: none does
}

// Store is what the pages read and change; store.Store has it all. Each noun adds its own part.
type Store interface {
	listStore
	todayStore
	progressStore
	recipientStore
	correctionStore
	postStore
	editionStore
	scheduleStore
	feedStore
	topicStore
	peopleStore
	importStore
	suppressionStore
	listsStore
}

// listStore is what every noun needs of lists.
type listStore interface {
	// Lists returns archived ones too, in the order in which they were made.
	Lists(ctx context.Context) ([]newsletter.List, error)
	List(ctx context.Context, id int64) (*newsletter.List, error)
	ListByName(ctx context.Context, name string) (*newsletter.List, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
}

// door holds what the handlers share.
type door struct {
	*desk.Desk
	Config
	watch   *progress.Watch // how far editions are
	streams streams
	easel   chan struct{} // has room for the one picture that is made anew: pixels take much more room than a file
}

// Add adds the editors' pages to a desk.
func Add(c Config) error {
	if err := CheckTemplates(c.Desk.Templates); err != nil {
		return err
	}
	d := &door{Desk: c.Desk.In("editor"), Config: c, watch: progress.New(c.Store, c.Desk.Now), streams: streams{each: map[newsletter.PublicID]int{}}, easel: make(chan struct{}, 1)}
	d.routes()
	return nil
}

// CheckTemplates executes every template of the editors with its samples.
func CheckTemplates(set *templates.Set) error {
	return set.Check("web/editor", desk.CheckSamples(Samples())...)
}

// editors are who may write, plan and send. An editor is one of some lists: see desk.Route.List.
var editors = []newsletter.Role{newsletter.RoleEditor, newsletter.RoleAdmin}

// myLists are the lists of who is signed in; archived ones too.
func (d *door) myLists(r *http.Request) ([]newsletter.List, error) {
	all, err := d.Store.Lists(r.Context())
	if err != nil {
		return nil, err
	}
	staff, mine := desk.StaffOf(r), []newsletter.List(nil)
	for _, l := range all {
		if staff.Edits(l.ID) {
			mine = append(mine, l)
		}
	}
	return mine, nil
}

// titleOf is what somebody calls a thing of a list: its title in the language of the page, or its name.
func titleOf(r *http.Request, l *newsletter.List, texts newsletter.Texts, name string) string {
	if title := texts.In(web.Language(r), l.Language).Title; title != "" {
		return title
	}
	return name
}
