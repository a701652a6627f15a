package editor_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/webtest"
)

// visit is an editor at a browser.
type visit struct {
	*webtest.Page
	t      *testing.T
	b      *bench
	server *httptest.Server
}

// until waits until an expression of the page is true.
func (v *visit) until(what, expression string) {
	v.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !webtest.Script[bool](v.Page, expression); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			v.t.Fatalf("%s: the page doesn't come to it:\n%s", what, v.Text("main"))
		}
	}
}

// press clicks something and waits for words on the page that follows.
func (v *visit) press(selector, words string) {
	v.t.Helper()
	v.Tick(selector)
	v.until(selector, `document.readyState === "complete" && !!document.querySelector("main") && document.querySelector("main").innerText.includes(`+strconv.Quote(words)+`)`)
}

// set gives a field a value and tells its listeners.
func (v *visit) set(selector, value string) {
	v.t.Helper()
	webtest.Script[bool](v.Page, `(() => { const f = document.querySelector(`+strconv.Quote(selector)+`); f.value = `+strconv.Quote(value)+
		`; f.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)
}

func (v *visit) keep(name string) {
	v.t.Helper()
	v.CheckAccessible()
	v.CheckWidth()
	v.Picture("editor/journey/" + name)
}

// An editor writes a post with a picture and sees it before readers do, corrects an imported one, adds a feed
// through a test, makes a schedule that asks for approval, and merges two topics: on a phone, on both engines.
func TestJourney_AnEditorsContent(t *testing.T) {
	browser := webtest.Open(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		server := httptest.NewUnstartedServer(nil)
		b := newBench(t, s, "http://"+server.Listener.Addr().String())
		anna := newsletter.Staff{Address: "anna@voorbeeld.nl", Name: "Anna", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleAdmin}}
		if err := s.InviteStaff(t.Context(), &anna, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		b.world.Fetch(b.world.Feed("nieuws", nil), storetest.Start, storetest.Item(1, "werksessie"))
		b.now = b.now.Add(time.Hour)
		server.Config.Handler = b
		server.Start()
		defer server.Close()
		v := &visit{browser.Page(t), t, b, server}
		v.Cookie(server.URL, b.CookieName(), b.token)
		v.View(320, webtest.Light)
		v.writePost(s)
		v.correctPost()
		v.addFeed(s)
		v.makeSchedule(s)
		v.mergeTopics(s)
	})
}

func (v *visit) writePost(s *store.Store) {
	v.t.Helper()
	v.Go(v.server.URL + "/desk/posts/new")
	v.set("#title", "Loting in de praktijk")
	v.set("#text", "Wij gingen **kijken**.")
	const preview = `document.querySelector("iframe.preview").contentDocument?.body?.innerText ?? ""`
	v.until("the preview", `(`+preview+`).includes("Wij gingen kijken.")`)
	v.Tick("#preview-mail")
	v.until("the mail", `(`+preview+`).includes("Beste lezer,")`)
	webtest.Script[bool](v.Page, `(() => {
		const canvas = document.createElement("canvas"); canvas.width = 40; canvas.height = 30
		const bytes = Uint8Array.from(atob(canvas.toDataURL("image/png").split(",")[1]), c => c.charCodeAt(0))
		const files = new DataTransfer(); files.items.add(new File([bytes], "zaal.png", { type: "image/png" }))
		document.querySelector("#picture").files = files.files
		document.querySelector("#when-now").checked = true
		return true })()`)
	v.press(".post-form .buttons .button", "Zeg wat er op de foto te zien is")
	v.keep("post-fault")
	v.set("#alt", "Een zaal vol mensen")
	v.press(".post-form .buttons .button", "Gepubliceerd.")
	v.keep("post")
	found, err := s.SearchPosts(v.t.Context(), newsletter.PostSearch{Lists: []int64{v.b.world.List.ID}, Words: "loting", States: []newsletter.PostState{newsletter.PostPublished}})
	if err != nil || len(found) != 1 || found[0].Alt != "Een zaal vol mensen" || !strings.Contains(found[0].Picture, "/pictures/") {
		v.t.Fatalf("%+v, %v", found, err)
	}
}

func (v *visit) correctPost() {
	v.t.Helper()
	v.Go(v.server.URL + "/desk/posts?from=feed")
	v.press("table.rows tbody a", "De rest van het bericht volgt de bron.")
	v.set("#title", "Werksessie in Assen")
	v.press("main form .button", "De bron zegt:")
	v.keep("post-corrected")
}

func (v *visit) addFeed(s *store.Store) {
	v.t.Helper()
	v.Go(v.server.URL + "/desk/feeds/new")
	v.set("#url", source(v.t).URL+"/feed")
	webtest.Script[bool](v.Page, `document.querySelector("#internal").checked = true`)
	v.press(`button[name="test"]`, "Loting in de praktijk")
	v.keep("feed-test")
	v.set("#topic-0", "raad")
	v.set("#topic-1", "+")
	webtest.Script[bool](v.Page, `[...document.querySelectorAll("main button.button")].at(-1).id = "add", true`)
	v.press("#add", "Nog niet gelezen")
	v.keep("feed")
	if topics, err := s.Topics(v.t.Context(), v.b.world.List.ID); err != nil || len(topics) != 4 {
		v.t.Errorf("%+v, %v", topics, err)
	}
}

func (v *visit) makeSchedule(s *store.Store) {
	v.t.Helper()
	v.Go(v.server.URL + "/desk/schedules/new")
	v.set("#title_nl", "Elke dinsdag")
	v.Tick("#weekday-1")
	v.Tick("#weekday-2")
	v.until("the times", `document.querySelector("#times").innerText.includes("elke dinsdag om 08.00 uur")`)
	v.keep("schedule")
	v.press(".schedule-form > .buttons:last-of-type .button", "Opgeslagen.")
	c, err := s.ScheduleByID(v.t.Context(), v.b.schedule("elke-dinsdag").ID)
	if err != nil || c.Review != newsletter.ReviewApproval || !c.Reminded.Has(1) || c.Cron != "0 8 * * 2" {
		v.t.Errorf("%+v, %v", c, err)
	}
	v.Go(v.server.URL + "/desk/calendar")
	v.keep("calendar")
}

func (v *visit) mergeTopics(s *store.Store) {
	v.t.Helper()
	v.Go(v.server.URL + "/desk/topics/" + idOf(v.b.world.Council.ID))
	v.set("#into", idOf(v.b.world.Residents.ID))
	v.press(`form[action$="/merge"] button`, "laten opgaan in De verbinding met bewoners?")
	v.keep("topic-merge")
	v.press(`main form[action$="/merge"] button`, "Samengevoegd.")
	if topic, err := s.Topic(v.t.Context(), v.b.world.Council.ID); err != nil || topic.MergedInto == nil {
		v.t.Errorf("%+v, %v", topic, err)
	}
}
