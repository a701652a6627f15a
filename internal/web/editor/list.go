package editor

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/schedule"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// listsStore is what the pages of lists change.
type listsStore interface {
	CreateList(ctx context.Context, l *newsletter.List, by newsletter.Actor, now time.Time) error
	ChangeList(ctx context.Context, l *newsletter.List, by newsletter.Actor, now time.Time) error
	MoveList(ctx context.Context, id int64, to newsletter.ListState, next map[int64]newsletter.Time, by newsletter.Actor, now time.Time) error
}

// admins are who may make lists and say how they look.
var admins = []newsletter.Role{newsletter.RoleAdmin}

func (d *door) listRoutes() {
	d.Place(desk.Place{Key: "lists", Path: "/desk/lists", Roles: admins, Order: 80})
	d.Handle(desk.Route{Pattern: "GET /desk/lists", Roles: admins}, d.lists)
	d.Handle(desk.Route{Pattern: "GET /desk/lists/new", Roles: admins}, d.newList)
	d.Handle(desk.Route{Pattern: "POST /desk/lists", Roles: admins, Body: maxPost}, d.addList)
	d.Handle(desk.Route{Pattern: "GET /desk/lists/{list}", Roles: admins}, d.list)
	d.Handle(desk.Route{Pattern: "POST /desk/lists/{list}", Roles: admins, Body: maxPost}, d.saveList)
	d.Handle(desk.Route{Pattern: "POST /desk/lists/{list}/preview", Roles: admins, Body: maxPost}, d.previewList)
	d.Handle(desk.Route{Pattern: "POST /desk/lists/{list}/pause", Roles: admins}, d.listAct(newsletter.ListPaused, "list_paused"))
	d.Handle(desk.Route{Pattern: "POST /desk/lists/{list}/resume", Roles: admins}, d.listAct(newsletter.ListActive, "list_resumed"))
	d.Handle(desk.Route{Pattern: "GET /desk/lists/{list}/archive", Roles: admins}, d.askArchiveList)
	d.Handle(desk.Route{Pattern: "POST /desk/lists/{list}/archive", Roles: admins}, d.listAct(newsletter.ListArchived, "list_archived"))
}

func listURL(l *newsletter.List) string { return "/desk/lists/" + l.Name }

// listLine is a list among the lists.
type listLine struct {
	URL, Title, Sender string
	State              desk.State
}

// listStates is how the states of lists look.
var listStates = map[newsletter.ListState]string{newsletter.ListActive: "good", newsletter.ListPaused: "careful", newsletter.ListArchived: "over"}

func listStateOf(l *newsletter.List) desk.State {
	return desk.State{Kind: listStates[l.State], Key: "list_state_" + string(l.State)}
}

func (d *door) lists(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	var lines []listLine
	for i := range lists {
		l := &lists[i]
		lines = append(lines, listLine{URL: listURL(l), Title: titleOf(r, l, l.Texts, l.Name), Sender: l.SenderName + " <" + l.SenderAddress + ">", State: listStateOf(l)})
	}
	return d.Render(w, r, web.Page{Template: "lists.html", Data: lines})
}

// listPage is the data of list.html.
type listPage struct {
	New                          bool
	URL, Action, Title           string
	State                        desk.State
	Active, Archived             bool
	Name                         string
	TitleNL, TitleEN             string
	DescriptionNL, DescriptionEN string
	Languages                    []choice
	SenderName, SenderAddress    string
	ReplyTo                      string
	Logo, LogoAlt                string
	LogoWidth, LogoHeight        int
	Accent, Band, Postal, Footer string
	Contrasts                    []contrastLine
}

// contrastLine says how well a colour is seen.
type contrastLine struct {
	Key         string // of its text
	Light, Dark string // the ratios, on the light card and on the dark one
	Shade       string // the colour that stands on the dark card, if it is another
}

func (d *door) newList(w http.ResponseWriter, r *http.Request) error {
	l := &newsletter.List{Language: newsletter.Dutch}
	if lists, err := d.myLists(r); err == nil && len(lists) > 0 { // the sender is most often the same
		l.SenderName, l.SenderAddress, l.ReplyTo = lists[0].SenderName, lists[0].SenderAddress, lists[0].ReplyTo
	}
	return d.renderList(w, r, d.listPage(r, l))
}

func (d *door) list(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	return d.renderList(w, r, d.listPage(r, l))
}

func (d *door) renderList(w http.ResponseWriter, r *http.Request, page *listPage, faults ...web.Fault) error {
	status := 0
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, web.Page{Template: "list.html", Status: status, Data: page, Faults: faults})
}

func (d *door) listPage(r *http.Request, l *newsletter.List) *listPage {
	nl, en, b := l.Texts[newsletter.Dutch], l.Texts[newsletter.English], &l.Branding
	page := &listPage{New: l.ID == 0, Action: "/desk/lists", Title: titleOf(r, l, l.Texts, l.Name), State: listStateOf(l),
		Active: l.State == newsletter.ListActive, Archived: l.State == newsletter.ListArchived, Name: l.Name,
		TitleNL: nl.Title, TitleEN: en.Title, DescriptionNL: nl.Description, DescriptionEN: en.Description,
		SenderName: l.SenderName, SenderAddress: l.SenderAddress, ReplyTo: l.ReplyTo,
		Logo: b.Logo, LogoAlt: b.LogoAlt, LogoWidth: b.LogoWidth, LogoHeight: b.LogoHeight,
		Accent: string(b.Accent), Band: string(b.Band), Postal: strings.Join(b.Postal, "\n"), Footer: b.Footer}
	if !page.New {
		page.URL, page.Action = listURL(l), listURL(l)
	}
	for _, lang := range newsletter.Languages() {
		page.Languages = append(page.Languages, choice{Value: string(lang), Label: "language_" + string(lang), Chosen: lang == l.Language})
	}
	for _, c := range []struct {
		key    string
		colour newsletter.Colour
		least  float64
	}{{"branding_accent_seen", b.Accent, newsletter.MinContrast}, {"branding_band_seen", b.Band, newsletter.MinContrastShape}} {
		if !c.colour.Valid() {
			continue
		}
		line := contrastLine{Key: c.key, Light: newsletter.Ratio(c.colour.Contrast(newsletter.LightCard)), Dark: newsletter.Ratio(c.colour.Contrast(newsletter.DarkCard))}
		if dark := c.colour.Against(newsletter.DarkCard, c.least); dark != c.colour {
			line.Shade, line.Dark = string(dark), newsletter.Ratio(dark.Contrast(newsletter.DarkCard))
		}
		page.Contrasts = append(page.Contrasts, line)
	}
	return page
}

// readList reads the form into a list. A logo that came along is kept at once, for a list that is there.
func (d *door) readList(r *http.Request, typed url.Values, l *newsletter.List, keep bool) error {
	own := newsletter.Language(typed.Get("language"))
	if own.Valid() {
		l.Language = own
	}
	l.Texts = readTexts(typed, l.Language)
	if l.ID == 0 {
		if l.Name = newsletter.NameFrom(typed.Get("name")); l.Name == "" {
			l.Name = newsletter.NameFrom(l.Texts[l.Language].Title)
		}
		l.ListID = l.Name + "." + d.URL.Hostname()
	}
	l.SenderName, l.SenderAddress, l.ReplyTo = richtext.Line(typed.Get("sender_name")), strings.TrimSpace(typed.Get("sender_address")), strings.TrimSpace(typed.Get("reply_to"))
	b := &l.Branding
	b.LogoAlt, b.Footer, b.Postal = richtext.Line(typed.Get("logo_alt")), richtext.Line(typed.Get("footer")), nil
	b.Accent, b.Band = newsletter.Colour(strings.ToLower(strings.TrimSpace(typed.Get("accent")))), newsletter.Colour(strings.ToLower(strings.TrimSpace(typed.Get("band"))))
	for line := range strings.Lines(typed.Get("postal")) {
		if line = richtext.Line(line); line != "" {
			b.Postal = append(b.Postal, line)
		}
	}
	if typed.Has("remove_logo") {
		b.Logo, b.LogoAlt, b.LogoWidth, b.LogoHeight = "", "", 0, 0
	}
	var uploaded error
	if keep {
		var logo *newsletter.Picture
		if logo, uploaded = d.uploaded(r, "logo", l, 2*240); uploaded == nil && logo != nil {
			b.Logo = "/pictures/" + logo.File()
			b.LogoWidth, b.LogoHeight = newsletter.LogoSize(logo.Width, logo.Height)
		}
		var e *newsletter.Error
		if errors.As(uploaded, &e) {
			e.Field = "logo"
		}
	}
	return errors.Join(uploaded, titleFault(joined(l.Check(d.SignedBy)), l))
}

func (d *door) addList(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	l := &newsletter.List{Language: newsletter.Dutch}
	wrong := d.readList(r, typed, l, false)
	if wrong == nil {
		wrong = d.Store.CreateList(r.Context(), l, d.actor(r), d.Now())
		var e *newsletter.Error
		if errors.As(wrong, &e) && e.Reason == "list_exists" {
			e.Field = "name"
		}
	}
	return d.listTaken(w, r, l, wrong, "list_added")
}

func (d *door) saveList(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	wrong := d.readList(r, typed, l, true)
	if wrong == nil {
		wrong = d.Store.ChangeList(r.Context(), l, d.actor(r), d.Now())
	}
	return d.listTaken(w, r, l, wrong, "saved")
}

// listTaken goes on to the list, or shows the form once more.
func (d *door) listTaken(w http.ResponseWriter, r *http.Request, l *newsletter.List, wrong error, done string) error {
	if wrong == nil {
		return d.Done(w, r, listURL(l), done)
	}
	faults := d.Faults(r, wrong)
	if len(faults) == 0 {
		return wrong
	}
	return d.renderList(w, r, d.listPage(r, l), faults...)
}

// previewList answers with a mail of the list, or a page of it, as it would look by what was typed.
func (d *door) previewList(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	if wrong := d.readList(r, typed, l, false); wrong != nil && len(d.Faults(r, wrong)) == 0 {
		return wrong
	}
	if l.Branding.LogoAlt == "" {
		l.Branding.Logo = ""
	}
	say := d.sayer(r)
	p := &newsletter.Post{PublicID: newsletter.NewPublicID(), ListID: l.ID, Title: say("list_sample_title"), Summary: say("list_sample_summary"),
		Language: web.Language(r), PublishedAt: newsletter.At(d.Now())}
	var page []byte
	if r.PostForm.Get("as") == "page" {
		p.HTML = "<p>" + html.EscapeString(p.Summary) + "</p>"
		page, err = d.articleOf(r, p, l, nil)
	} else {
		var mail string
		mail, err = d.Mail.PostMail(l, nil, p, web.Language(r), d.Now(), d.Zone)
		page = []byte(mail)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", previewPolicy)
	_, _ = w.Write(page)
	return nil
}

// listAct moves a list to a state.
func (d *door) listAct(to newsletter.ListState, done string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
		if err != nil {
			return err
		}
		next := map[int64]newsletter.Time{}
		if to == newsletter.ListActive {
			schedules, err := d.Store.Schedules(r.Context(), l.ID)
			if err != nil {
				return err
			}
			for _, c := range schedules {
				if times, err := schedule.Parse(c.Cron, c.Zone); err == nil && c.Works() {
					next[c.ID] = newsletter.At(times.Next(d.Now()))
				}
			}
		}
		if err := d.Store.MoveList(r.Context(), l.ID, to, next, d.actor(r), d.Now()); err != nil {
			return err
		}
		return d.Done(w, r, listURL(l), done)
	}
}

func (d *door) askArchiveList(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	say, title := d.sayer(r), titleOf(r, l, l.Texts, l.Name)
	return d.Confirm(w, r, desk.Confirm{Title: say("list_archive_title", "List", title), Text: say("list_archive_text"), Button: say("list_archive_button"),
		Points: []string{say("list_archive_drafts"), say("list_archive_links")}, Action: listURL(l) + "/archive", Back: listURL(l), Grave: true,
		Crumbs: []desk.Link{{Text: say("place_lists"), URL: "/desk/lists"}, {Text: title, URL: listURL(l)}}})
}
