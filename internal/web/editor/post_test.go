package editor_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/desk/desktest"
)

// typed is the form of a post, complete.
func typedPost() url.Values {
	return url.Values{"title": {"Werksessie"}, "text": {"Wij nodigen u **uit**."}, "when": {"draft"}, "language": {"nl"}}
}

func wantPage(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q\n%s", want, page)
		}
	}
}

// upload posts a form with a file, and returns the status, where to go on to, and the page.
func (b *bench) upload(path string, form url.Values, field string, file []byte) (int, string, string) {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile(field, "foto.png")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(desktest.Cookie(b.CookieName(), b.token))
	answer := httptest.NewRecorder()
	b.ServeHTTP(answer, r)
	return answer.Code, answer.Header().Get("Location"), answer.Body.String()
}

func TestPostIsWrittenPlannedAndWithdrawn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		wantPage(t, b.get("/desk/posts/new"), `action="/desk/posts?list=nieuwe-democratie"`) // one list needs no choice
		form := typedPost()
		form.Set("title", "")
		form.Set("ends", "2026-11-02T09:00")
		status, _, page := b.ask(http.MethodPost, "/desk/posts?list=nieuwe-democratie", form)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%d", status)
		}
		wantPage(t, page, `href="#title"`, `href="#starts"`, "Wij nodigen u **uit**.")
		// What is wrong behind a closed part is said in our own words, and the part is open.
		form.Set("link", "geen adres")
		_, _, page = b.ask(http.MethodPost, "/desk/posts?list=nieuwe-democratie", form)
		wantPage(t, page, "novalidate", "<details open>", `id="link-fault"`)
		form.Set("starts", "?") // what the browser couldn't read
		_, _, page = b.ask(http.MethodPost, "/desk/posts?list=nieuwe-democratie", form)
		wantPage(t, page, `id="starts-fault"`)

		form = typedPost()
		form.Set("topic", "1")
		form.Set("when", "at")
		form.Set("publish_at", "2026-11-02T09:30") // on the clock of Amsterdam
		form.Set("starts", "2026-12-03T19:30")
		form.Set("place", "Assen")
		page = b.post("/desk/posts?list=nieuwe-democratie", form)
		wantPage(t, page, "Gepland", "maandag 2 november 2026, 09.30 uur", `value="2026-12-03T19:30"`)
		found, err := s.SearchPosts(t.Context(), newsletter.PostSearch{Lists: []int64{b.world.List.ID}})
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		p := found[0]
		if !p.PublishAt.Equal(storetest.Start.Add(90*time.Minute)) || p.Summary != "Wij nodigen u uit." || !p.Topics.Has(1) || p.State != newsletter.PostDraft {
			t.Errorf("%+v", p)
		}
		if trail, err := s.AuditTrail(t.Context(), "post", p.PublicID.String()); err != nil || len(trail) != 1 || trail[0].ActorKind != "staff" {
			t.Errorf("%v, %v", trail, err)
		}

		// Published by hand, and then withdrawn.
		at := "/desk/posts/" + p.PublicID.String()
		form.Set("when", "now")
		page = b.post(at, form)
		wantPage(t, page, "Gepubliceerd", "/p/"+p.PublicID.String())
		b.world.Crowd(2, b.world.Daily)
		wantPage(t, b.get(at+"/withdraw"), "Dit bericht intrekken?")
		page = b.post(at+"/withdraw", nil)
		wantPage(t, page, "Ingetrokken", "komt in geen editie meer")
		if status, _, _ := b.ask(http.MethodPost, at+"/withdraw", nil); status != http.StatusConflict {
			t.Errorf("withdrawn twice: %d", status)
		}
	})
}

func TestPictureOfAPost(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	form := typedPost()
	status, _, page := b.upload("/desk/posts?list=nieuwe-democratie", form, "picture", file.Bytes())
	if status != http.StatusUnprocessableEntity {
		t.Fatalf("a picture without words: %d", status)
	}
	wantPage(t, page, `href="#alt"`, `name="picture_url" value="https://nieuws.example/pictures/`)
	_, rest, _ := strings.Cut(page, `name="picture_url" value="`)
	kept, _, _ := strings.Cut(rest, `"`)
	form.Set("picture_url", kept) // nobody has to choose it again
	form.Set("alt", "Een zaal")
	page = b.post("/desk/posts?list=nieuwe-democratie", form)
	wantPage(t, page, `<img class="thumb" src="`+kept+`" alt="Een zaal">`)
	status, _, page = b.upload("/desk/posts?list=nieuwe-democratie", form, "picture", []byte("geen foto"))
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#picture"`) {
		t.Errorf("%d", status)
	}
	form.Set("picture_url", "https://elders.example/teller.png")
	if page = b.post("/desk/posts?list=nieuwe-democratie", form); strings.Contains(page, "elders.example") {
		t.Error("a picture of another site was taken")
	}
}

func TestPostPreview(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	form := typedPost()
	form.Set("text", "Wij <script>alert(1)</script> nodigen u **uit**.")
	form.Set("title", "")
	for as, wants := range map[string][]string{"page": {"<strong>uit</strong>", "Bericht zonder titel"}, "mail": {"Wij  nodigen u uit.", "Expertgroep Nieuwe Democratie", "Beste lezer,"}} {
		form.Set("as", as)
		status, _, page := b.ask(http.MethodPost, "/desk/posts/preview?list=nieuwe-democratie", form)
		if status != http.StatusOK || strings.Contains(page, "<script") {
			t.Errorf("%s: %d", as, status)
		}
		if as == "mail" {
			page = strings.Join(strings.Fields(page), " ")
			wants[0] = "Wij nodigen u uit."
		}
		wantPage(t, page, wants...)
	}
	if found, err := b.store.SearchPosts(t.Context(), newsletter.PostSearch{Lists: []int64{b.world.List.ID}}); err != nil || len(found) != 0 {
		t.Errorf("a preview keeps nothing: %v, %v", found, err)
	}
}

func TestImportedPostIsCorrected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		feed := b.world.Feed("nieuws", nil)
		b.world.Fetch(feed, storetest.Start, storetest.Item(1, "werksessie"))
		list := b.get("/desk/posts?from=feed")
		_, rest, _ := strings.Cut(list, `href="/desk/posts/`+"")
		for !strings.HasPrefix(rest[26:], `"`) {
			_, rest, _ = strings.Cut(rest, `href="/desk/posts/`)
		}
		at := "/desk/posts/" + rest[:26]
		page := b.get(at)
		_, rest, _ = strings.Cut(page, `name="changed" value="`)
		changed, _, _ := strings.Cut(rest, `"`)
		b.now = b.now.Add(time.Minute)
		form := url.Values{"title": {"Werksessie in Assen"}, "summary": {"werksessie."}, "changed": {changed}, "topic": {"2"}}
		page = b.post(at, form)
		wantPage(t, page, "Werksessie in Assen", "De bron zegt:", "<q>werksessie</q>", "Neem de versie van de bron weer over")
		if status, _, page := b.ask(http.MethodPost, at, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "intussen veranderd") {
			t.Errorf("a form that is too old: %d", status)
		}
		b.world.Fetch(feed, storetest.Start.Add(time.Hour), storetest.Item(1, "werksessie, nieuw"))
		wantPage(t, b.get(at), "<h1>Werksessie in Assen</h1>", "werksessie, nieuw")
		page = b.post(at+"/restore", nil)
		wantPage(t, page, "<h1>werksessie, nieuw</h1>")
	})
}

// What a feed brought without a topic gets one, all of it at once.
func TestFeedPostsAreGivenATopic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		feed := b.world.Feed("nieuws", newsletter.Mapping{"raad": "raad"})
		b.world.Fetch(feed, storetest.Start, storetest.Item(1, "een", "los"), storetest.Item(2, "twee", "los"), storetest.Item(3, "drie", "raad"))
		at := "/desk/feeds/" + storetest.Query(t, s, `SELECT id FROM feed`)[0][0]
		wantPage(t, b.get(at), "2 berichten die deze feed al bracht, hebben geen onderwerp", "Geef 2 berichten dit onderwerp")
		page := b.post(at+"/topic", url.Values{"give": {strconv.FormatInt(b.world.Council.ID, 10)}})
		wantPage(t, page, "De berichten hebben nu dit onderwerp")
		hasNot(t, page, "Berichten zonder onderwerp")
		if rows := storetest.Query(t, s, `SELECT COUNT(*) FROM post_topic`); rows[0][0] != "3" {
			t.Errorf("%q", rows)
		}
		for _, give := range []string{"", "x", "99"} {
			if status, _, _ := b.ask(http.MethodPost, at+"/topic", url.Values{"give": {give}}); status < 400 || status >= 500 {
				t.Errorf("%q: %d", give, status)
			}
		}
	})
}

func TestPostsOfOtherListsAreNotFound(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	other := newsletter.List{Name: "anders", ListID: "anders.voorbeeld.nl", Language: newsletter.Dutch}
	if err := b.store.CreateList(t.Context(), &other, storetest.By, storetest.Start); err != nil {
		t.Fatal(err)
	}
	p := newsletter.Post{ListID: other.ID, Title: "Niet voor jou"}
	if err := b.store.AddPost(t.Context(), &p, storetest.By, storetest.Start); err != nil {
		t.Fatal(err)
	}
	b.signIn(newsletter.RoleEditor)
	at := "/desk/posts/" + p.PublicID.String()
	for _, path := range []string{at, at + "/withdraw", "/desk/posts/new?list=anders"} {
		if status, _, _ := b.ask(http.MethodGet, path, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, path := range []string{at, at + "/withdraw", at + "/restore", "/desk/posts?list=anders", "/desk/posts/preview?list=anders"} {
		if status, _, _ := b.ask(http.MethodPost, path, typedPost()); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if page := b.get("/desk/posts?list=anders"); strings.Contains(page, "Niet voor jou") {
		t.Error("a post of another list is listed")
	}
}

func TestPostsAreFoundByPages(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	for i := range 51 {
		b.world.Post("Bericht "+string(rune('a'+i%26))+strings.Repeat("x", i/26), storetest.Start.Add(time.Duration(i)*time.Minute))
	}
	page := b.get("/desk/posts?q=bericht&state=published")
	if n := strings.Count(page, `<th scope="row">`); n != 50 {
		t.Errorf("%d posts on the first page", n)
	}
	_, rest, _ := strings.Cut(page, `<a href="/desk/posts?after=`)
	next, _, _ := strings.Cut(rest, `"`)
	page = b.get("/desk/posts?after=" + strings.ReplaceAll(next, "&amp;", "&"))
	if n := strings.Count(page, `<th scope="row">`); n != 1 || !strings.Contains(page, "Bericht a<") {
		t.Errorf("%d posts on the second page", n)
	}
}

func idOf(id int64) string { return strconv.FormatInt(id, 10) }

// A planned post that is withdrawn has no time any more, and was never on the site.
func TestPlannedPostIsWithdrawn(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	form := typedPost()
	form.Set("when", "at")
	form.Set("publish_at", "2026-11-02T09:30")
	wantPage(t, b.post("/desk/posts?list=nieuwe-democratie", form), "maandag 2 november 2026, 09.30 uur")
	found, err := b.store.SearchPosts(t.Context(), newsletter.PostSearch{Lists: []int64{b.world.List.ID}})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	at := "/desk/posts/" + found[0].PublicID.String()
	page := b.get(at + "/withdraw")
	wantPage(t, page, "is nooit gepubliceerd")
	hasNot(t, page, "verdwijnt van de site")
	hasNot(t, b.post(at+"/withdraw", nil), "09.30 uur", "over 1 uur")
}
