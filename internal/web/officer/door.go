package officer

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/templates"
)

// Config is what the officers' pages need.
type Config struct {
	Desk     *desk.Desk
	Store    Store
	Requests *datarequest.Service
	Sender   Sender
	// Retention is how long things are kept.
	Retention Retention
	// Processing is the register of processing in a language.
	Processing func(newsletter.Language) (*newsletter.ProcessingRegister, error)
	// Anchors is where the heads of the chains go.
	Anchors Anchors
}

// Sender is who writes letters on paper.
type Sender struct {
	Name, Mail, Phone, Website string
	Postal                     []string
}

// Store is what the pages read.
type Store interface {
	Requests(ctx context.Context, page store.RequestPage) ([]newsletter.DataRequest, error)
	Request(ctx context.Context, number int64, by newsletter.Actor, now time.Time) (*store.RequestFile, error)
	RequestByID(ctx context.Context, id int64) (*newsletter.DataRequest, error)
	AccountStore
}

// door holds what the handlers share.
type door struct {
	*desk.Desk
	Config
}

// The roles of the privacy desk.
var (
	officers = []newsletter.Role{newsletter.RoleOfficer}
	readers  = []newsletter.Role{newsletter.RoleOfficer, newsletter.RoleSupervisor}
)

// Add adds the officers' pages to a desk.
func Add(c Config) error {
	if err := CheckTemplates(c.Desk.Templates); err != nil {
		return err
	}
	d := &door{Desk: c.Desk.In("officer"), Config: c}
	d.Place(desk.Place{Key: "requests", Path: "/desk/requests", Roles: readers, Order: 70})
	d.Handle(desk.Route{Pattern: "GET /desk/requests", Roles: readers}, d.register)
	d.Handle(desk.Route{Pattern: "GET /desk/requests/new", Roles: officers}, d.newRequest)
	d.Handle(desk.Route{Pattern: "POST /desk/requests", Roles: officers}, d.enter)
	d.Handle(desk.Route{Pattern: "GET /desk/requests/stop", Roles: officers}, d.stopForm)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/stop", Roles: officers}, d.stop)
	d.Handle(desk.Route{Pattern: "GET /desk/requests/{number}", Roles: readers}, d.request)
	d.Handle(desk.Route{Pattern: "GET /desk/requests/{number}/change", Roles: officers}, d.change)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/change", Roles: officers}, d.amend)
	d.Handle(desk.Route{Pattern: "GET /desk/requests/{number}/letters/{letter}", Roles: readers}, d.printed)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/letters/{letter}/posted", Roles: officers}, d.posted)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/package", Roles: officers}, d.enclosed)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/dismiss", Roles: officers}, d.dismiss)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/ask", Roles: officers}, d.ask)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/verify", Roles: officers}, d.verify)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/begin", Roles: officers}, d.begin)
	d.Handle(desk.Route{Pattern: "GET /desk/requests/{number}/{act}", Roles: officers}, d.letter)
	d.Handle(desk.Route{Pattern: "POST /desk/requests/{number}/{act}", Roles: officers}, d.send)
	d.accountRoutes()
	return nil
}

// CheckTemplates executes every template of the officers with its samples.
func CheckTemplates(set *templates.Set) error {
	return set.Check("web/officer", desk.CheckSamples(Samples())...)
}

func number(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil || n < 1 {
		return 0, web.Status(http.StatusNotFound)
	}
	return n, nil
}

func urlOf(r *newsletter.DataRequest) string { return "/desk/requests/" + strconv.FormatInt(r.ID, 10) }

func actor(r *http.Request) newsletter.Actor { return desk.StaffOf(r).Actor() }
