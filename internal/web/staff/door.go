package staff

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/templates"
)

// Config is what the pages need.
type Config struct {
	Desk  *desk.Desk
	Staff *staff.Service
	Store Store
	// Installation is what the first steps show.
	Installation Installation
}

// Store is what the pages read and change beside the service; store.Store has it all.
type Store interface {
	Lists(ctx context.Context) ([]newsletter.List, error)
	AllStaff(ctx context.Context) ([]newsletter.Staff, error)
	Staff(ctx context.Context, id newsletter.PublicID) (*newsletter.Staff, error)
	Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
	LatestWording(ctx context.Context, purpose string, language newsletter.Language) (*newsletter.Wording, error)
	LastTestMail(ctx context.Context, staffID int64) (*newsletter.Delivery, error)
	CreateList(ctx context.Context, l *newsletter.List, by newsletter.Actor, now time.Time) error
	CreateTopic(ctx context.Context, topic *newsletter.Topic, by newsletter.Actor, now time.Time) error
	AuditLog(ctx context.Context, q store.AuditQuery) ([]store.AuditEntry, error)
}

// door holds what the handlers share.
type door struct {
	*desk.Desk
	Config
}

// Add adds the pages to a desk.
func Add(c Config) error {
	if err := CheckTemplates(c.Desk.Templates); err != nil {
		return err
	}
	d := &door{Desk: c.Desk.In("staff"), Config: c}
	d.signInRoutes()
	d.factorRoutes()
	d.enrolRoutes()
	d.accountRoutes()
	d.peopleRoutes()
	d.auditRoutes()
	d.stepRoutes()
	return nil
}

// CheckTemplates executes every template of these pages with its samples.
func CheckTemplates(set *templates.Set) error {
	return set.Check("web/staff", desk.CheckSamples(Samples())...)
}

// Paths that others name.
const (
	LinkPath  = "/desk/sign-in/link/"  // and the token of a link from a mail or a command
	FirstPath = "/desk/sign-in/first/" // and the token of the link to the first steps
)

var admins = []newsletter.Role{newsletter.RoleAdmin}

// open adds a route for which nobody need be signed in.
func (d *door) open(pattern string, h web.Handler) {
	d.Handle(desk.Route{Pattern: pattern, Open: true}, h)
}

// with is a handler for a session, half or whole. Without one the browser begins anew.
func (d *door) with(h func(http.ResponseWriter, *http.Request, *newsletter.Session) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, err := d.Staff.Current(r.Context(), d.TokenOf(r), d.Now())
		if newsletter.Is(err, newsletter.Forbidden) || newsletter.Is(err, newsletter.Expired) {
			http.Redirect(w, r, desk.SignInPath, http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
		d.Prefer(r, n.Staff.Language)
		return h(w, r, n)
	}
}

// client is where a form came from, as far as limits and sessions need it.
func (d *door) client(r *http.Request) newsletter.Client {
	var network string
	if n := web.Network(d.Desk.Proxies.Client(r)); n.IsValid() {
		network = n.String()
	}
	return newsletter.Client{Network: network, Agent: r.UserAgent()}
}

// nonceLife is for how long a browser can come back to a link that it asked for; the links end long before.
const nonceLife = 24 * time.Hour

func (d *door) nonceCookie() string {
	if d.URL.Scheme == "https" {
		return "__Host-sign-in"
	}
	return "sign-in"
}

// nonce returns what this browser showed when it asked to sign in; "": it never did.
func (d *door) nonce(r *http.Request) string {
	nonce, _ := d.asked(r)
	return nonce
}

// asked returns the nonce, and where they were going who asked: a link in a mail comes back without it.
func (d *door) asked(r *http.Request) (nonce, next string) {
	cookie, err := r.Cookie(d.nonceCookie())
	if err != nil {
		return "", ""
	}
	nonce, goingTo, _ := strings.Cut(cookie.Value, ".")
	if len(nonce) != 43 {
		return "", ""
	}
	to, err := base64.RawURLEncoding.DecodeString(goingTo)
	if err != nil {
		return nonce, ""
	}
	return nonce, string(to)
}

// longestNext is how long an address may be that is kept while somebody signs in.
const longestNext = 1500

// newNonce gives a browser that asks to sign in another one: what somebody else put there is of no use.
func (d *door) newNonce(w http.ResponseWriter, next string) string {
	nonce := staff.NewNonce()
	value := nonce
	if to := desk.NextOf(next); to != desk.Home && len(to) <= longestNext {
		value += "." + base64.RawURLEncoding.EncodeToString([]byte(to))
	}
	d.setNonce(w, value)
	return nonce
}

func (d *door) setNonce(w http.ResponseWriter, nonce string) {
	http.SetCookie(w, &http.Cookie{Name: d.nonceCookie(), Value: nonce, Path: "/", MaxAge: int(nonceLife.Seconds()), //nolint:gosec // Secure follows the site: without https a browser would drop it
		Secure: d.URL.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// begun puts a new session's token in the browser, and leads it on.
func (d *door) begun(w http.ResponseWriter, r *http.Request, token string, n *newsletter.Session, next string) error {
	if token != "" {
		d.SetSession(w, token, n.ExpiresAt.Time)
	}
	to := desk.NextOf(next)
	codes, err := d.Staff.Codes(n)
	if err != nil {
		return err
	}
	switch {
	case !n.Whole():
		to = "/desk/sign-in/second" + nextQuery(next)
	case len(codes) > 0:
		to = "/desk/account/codes" + nextQuery(next)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// nextQuery hands on where somebody was going.
func nextQuery(next string) string {
	if to := desk.NextOf(next); to != desk.Home {
		return "?" + url.Values{"next": {to}}.Encode()
	}
	return ""
}

// again shows a form once more with what is wrong with it, or returns an error that the form can't mend.
func (d *door) again(w http.ResponseWriter, r *http.Request, err error, p web.Page) error {
	if p.Faults = d.Faults(r, err); len(p.Faults) == 0 {
		return err
	}
	if p.Status = http.StatusUnprocessableEntity; newsletter.Is(err, newsletter.TooMany) {
		p.Status = http.StatusTooManyRequests
	}
	return d.Render(w, r, p)
}

// option is one of several boxes or lines of a choice.
type option struct {
	Value, Label, Hint string
	Chosen             bool
}

func languageOptions(chosen newsletter.Language) []option {
	return []option{
		{Value: "nl", Label: "Nederlands", Chosen: chosen == newsletter.Dutch},
		{Value: "en", Label: "English", Chosen: chosen == newsletter.English},
	}
}

// titles are what lists are called, by id.
func titles(r *http.Request, lists []newsletter.List) map[int64]string {
	names := map[int64]string{}
	for i := range lists {
		names[lists[i].ID] = titleOf(r, &lists[i])
	}
	return names
}

func titleOf(r *http.Request, l *newsletter.List) string {
	if title := l.Texts.In(web.Language(r), l.Language).Title; title != "" {
		return title
	}
	return l.Name
}

// text is a text of the catalogue in the reader's language. The keys are ours: a missing one is a fault that
// the check of templates finds.
func (d *door) text(r *http.Request, key string, args map[string]any) string {
	text, err := d.Templates.Texts().Text(web.Language(r), key, args)
	if err != nil {
		return key
	}
	return text
}

// rolesOf names roles in a line.
func rolesOf(d *door, r *http.Request, m *newsletter.Staff) (names []string) {
	for _, role := range newsletter.Roles() {
		if slices.Contains(m.Roles, role) {
			names = append(names, d.text(r, "role_"+string(role), nil))
		}
	}
	return names
}
