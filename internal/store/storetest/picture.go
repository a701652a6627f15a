package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// testForgetPictures: each place that may show a picture keeps it, and nothing else does.
func testForgetPictures(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Reader("jan", w.Daily)
	upload := func(name string, at time.Time) string {
		t.Helper()
		p := newsletter.Picture{ListID: w.List.ID, Media: "image/png", Width: 1, Height: 1}
		w.check(s.AddPicture(t.Context(), &p, []byte(name), By, at))
		return "https://nieuws.example/pictures/" + p.File()
	}
	keep := []string{"post", "article", "draft", "withdrawn", "logo", "introduction", "frozen", "letter", "new"}
	at := map[string]string{}
	for _, name := range append(slices.Clone(keep), "never used", "replaced") {
		at[name] = upload(name, Start)
	}
	w.Do(`UPDATE picture SET created_at = $1 WHERE public_id = $2`, newsletter.At(Start.Add(time.Hour)), picture(at["new"]))
	post := func(p newsletter.Post) newsletter.Post {
		t.Helper()
		p.ListID, p.Title = w.List.ID, "Bericht"
		w.check(s.AddPost(t.Context(), &p, By, Start))
		return p
	}
	post(newsletter.Post{Picture: at["post"], Alt: "x"})
	post(newsletter.Post{HTML: `<p><img src="` + at["article"] + `" alt=""></p>`})
	post(newsletter.Post{State: newsletter.PostDraft, Markdown: "![](" + at["draft"] + ")"})
	gone := post(newsletter.Post{Picture: at["withdrawn"]})
	_, err := s.WithdrawPost(t.Context(), gone.PublicID, By, Start)
	w.check(err)
	changed := post(newsletter.Post{Picture: at["frozen"], Alt: "x"})
	l := w.List
	l.Branding.Logo, l.Branding.LogoAlt = at["logo"][len("https://nieuws.example"):], "Logo"
	w.check(s.ChangeList(t.Context(), &l, By, Start))
	e, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)
	w.check(s.EditEdition(t.Context(), e.PublicID, newsletter.EditionWords{Introduction: "![](" + at["introduction"] + ")"}, By, Start))
	if _, err := s.ApproveEdition(t.Context(), e.PublicID, By, Start); err != nil {
		t.Fatal(err)
	}
	changed.Picture = at["replaced"]
	w.check(s.EditPost(t.Context(), &changed, By, Start))
	changed.Picture = ""
	w.check(s.EditPost(t.Context(), &changed, By, Start))
	w.Do(`INSERT INTO variant (public_id, edition_id, key, language, layout, posts, subject, letter, web)
		SELECT $1, id, 'k', 'nl', 'standard', '[]', 's', $2, $3 FROM edition`, newsletter.NewPublicID(), []byte{1}, `<img src="`+at["letter"]+`">`)

	n, err := s.ForgetPictures(t.Context(), Start.Add(time.Minute), By, Start.Add(31*24*time.Hour))
	if err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	var left []string
	for name, path := range at {
		if Query(t, s, `SELECT COUNT(*) FROM picture WHERE public_id = '`+picture(path)+`'`)[0][0] == "1" {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	slices.Sort(keep)
	if diff := cmp.Diff(keep, left); diff != "" {
		t.Error(diff)
	}
	if n, err := s.ForgetPictures(t.Context(), Start.Add(time.Minute), By, Start.Add(31*24*time.Hour)); err != nil || n != 0 {
		t.Errorf("twice: %d, %v", n, err)
	}
}

// picture is the id of a picture in its address.
func picture(address string) string {
	const before = "https://nieuws.example/pictures/"
	return address[len(before) : len(before)+26]
}
