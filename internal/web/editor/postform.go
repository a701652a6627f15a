package editor

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/picture"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
)

// postForm is a post as it stands in the form: what was typed, also when it can't be kept.
type postForm struct {
	Title, Summary, Text, Author, Link, Place string
	Starts, Ends, PublishAt                   string // as fields of type datetime-local have them
	Picture, Alt                              string
	Decorative                                bool
	When                                      string // "draft", "now", "at"
	Changed                                   string // when the post was last changed, as it was read
	Languages, Topics                         []choice
}

// localTime is how a field of type datetime-local writes a time.
const localTime = "2006-01-02T15:04"

func (d *door) localOf(t newsletter.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.Zone).Format(localTime)
}

// formOf is the form of a post as it is stored.
func (d *door) formOf(r *http.Request, p *newsletter.Post, l *newsletter.List, topics []newsletter.Topic) postForm {
	f := postForm{Title: p.Title, Summary: p.Summary, Text: p.Markdown, Author: p.Author, Link: p.Link, Place: p.Place,
		Starts: d.localOf(p.StartsAt), Ends: d.localOf(p.EndsAt), PublishAt: d.localOf(p.PublishAt),
		Picture: p.Picture, Alt: p.Alt, Decorative: p.Picture != "" && p.Alt == "", When: "draft", Changed: changedOf(p)}
	if !p.PublishAt.IsZero() {
		f.When = "at"
	}
	if p.Markdown == "" {
		f.Text = p.HTML // Markdown allows it: posts of before, or from elsewhere
	}
	f.choose(r, p, l, topics)
	return f
}

func changedOf(p *newsletter.Post) string {
	if p.ChangedAt.IsZero() {
		return ""
	}
	return strconv.FormatInt(p.ChangedAt.UnixMicro(), 10)
}

// choose fills the choices with what the post has.
func (f *postForm) choose(r *http.Request, p *newsletter.Post, l *newsletter.List, topics []newsletter.Topic) {
	for _, lang := range newsletter.Languages() {
		f.Languages = append(f.Languages, choice{Value: string(lang), Label: "language_" + string(lang), Chosen: lang == p.Language})
	}
	for _, t := range topics {
		if t.ArchivedAt.IsZero() {
			f.Topics = append(f.Topics, choice{Value: strconv.FormatInt(t.ID, 10), Label: titleOf(r, l, t.Texts, t.Name), Chosen: p.Topics.Has(t.ID)})
		}
	}
}

// readPost reads a form into a post of the list, and says all that is wrong with it. A picture that was
// sent along is made anew and kept at once, so that nobody has to choose it again; unless the form is only
// looked at.
func (d *door) readPost(r *http.Request, p *newsletter.Post, l *newsletter.List, topics []newsletter.Topic, keep bool) (postForm, error) {
	typed, err := web.Form(r)
	if err != nil {
		return postForm{}, err
	}
	f := postForm{Text: typed.Get("text"), Starts: typed.Get("starts"), Ends: typed.Get("ends"), PublishAt: typed.Get("publish_at"),
		Picture: typed.Get("picture_url"), Alt: richtext.Line(typed.Get("alt")), Decorative: typed.Has("decorative"),
		When: typed.Get("when"), Changed: typed.Get("changed"),
		Title: richtext.Line(typed.Get("title")), Summary: richtext.Line(typed.Get("summary")), Author: richtext.Line(typed.Get("author")),
		Link: strings.TrimSpace(typed.Get("link")), Place: richtext.Line(typed.Get("place"))}
	faults := []error{d.readWords(&f, p, typed, l, topics)}
	if keep {
		faults = append(faults, d.readPicture(r, &f, l, typed.Has("remove_picture")))
	}
	p.Picture, p.Alt = d.ownPicture(f.Picture), f.Alt
	f.Picture = p.Picture
	if f.Decorative {
		p.Alt = ""
	}
	if p.Picture != "" && p.Alt == "" && !f.Decorative {
		faults = append(faults, fieldError("alt", "post_picture_alt", "say what the picture shows, or that it is decoration"))
	}
	f.choose(r, p, l, topics)
	return f, errors.Join(append(faults, p.Check())...)
}

// readWords reads all of a post but its picture.
func (d *door) readWords(f *postForm, p *newsletter.Post, typed url.Values, l *newsletter.List, topics []newsletter.Topic) error {
	p.Title, p.Summary, p.Author, p.Link, p.Place = f.Title, f.Summary, f.Author, f.Link, f.Place
	p.Language = newsletter.Language(typed.Get("language"))
	if !p.Language.Valid() {
		p.Language = l.Language
	}
	p.Topics = chosenTopics(typed["topic"], topics)
	var faults []error
	for _, at := range []struct {
		field, text string
		into        *newsletter.Time
	}{{"starts", f.Starts, &p.StartsAt}, {"ends", f.Ends, &p.EndsAt}} {
		var err error
		if *at.into, err = d.readTime(at.field, at.text); err != nil {
			faults = append(faults, err)
		}
	}
	if micro, err := strconv.ParseInt(f.Changed, 10, 64); err == nil {
		p.ChangedAt = newsletter.At(time.UnixMicro(micro))
	}
	text, err := richtext.Markdown([]byte(f.Text), d.URL)
	if err != nil {
		return err
	}
	p.Markdown, p.HTML = strings.TrimSpace(f.Text), text.HTML
	if p.Summary == "" {
		p.Summary = richtext.Excerpt(text.Text, newsletter.MaxSummary)
	}
	for _, flaw := range text.Flaws() {
		faults = append(faults, flawError(flaw))
	}
	return errors.Join(faults...)
}

func flawError(flaw richtext.Flaw) error {
	reason := "post_text_link"
	if flaw.Kind == richtext.FlawNoAlt {
		reason = "post_text_picture"
	}
	e := newsletter.Errorf(newsletter.Invalid, reason, "%s: %s", flaw.Kind, flaw.Words)
	e.Field, e.Args = "text", map[string]any{"Words": flaw.Words}
	return e
}

// chosenTopics are the ticked ones that the list has.
func chosenTopics(ticked []string, topics []newsletter.Topic) newsletter.IDs {
	var ids []int64
	for _, t := range topics {
		if t.ArchivedAt.IsZero() && slices.Contains(ticked, strconv.FormatInt(t.ID, 10)) {
			ids = append(ids, t.ID)
		}
	}
	return newsletter.NewIDs(ids...)
}

// readTime reads a time on the clock of the desk. Empty is the zero time.
func (d *door) readTime(field, text string) (newsletter.Time, error) {
	if text == "" {
		return newsletter.Time{}, nil
	}
	for _, layout := range []string{localTime, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, d.Zone); err == nil {
			return newsletter.At(t), nil
		}
	}
	return newsletter.Time{}, fieldError(field, "post_date", "this is no date with a time")
}

// readPicture takes the picture that came with the form in place of the one that the post has.
func (d *door) readPicture(r *http.Request, f *postForm, l *newsletter.List, remove bool) error {
	if remove {
		f.Picture, f.Alt, f.Decorative = "", "", false
	}
	stored, err := d.uploaded(r, "picture", l, picture.MaxSide)
	if err != nil || stored == nil {
		return err
	}
	f.Picture = "/pictures/" + stored.File()
	return nil
}

// uploaded makes the picture that came in a field anew and keeps it; nil: none came.
func (d *door) uploaded(r *http.Request, field string, l *newsletter.List, side int) (*newsletter.Picture, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[field]) == 0 || r.MultipartForm.File[field][0].Size == 0 {
		return nil, nil //nolint:nilnil // there is none, and that is no fault
	}
	file, err := r.MultipartForm.File[field][0].Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, picture.MaxUpload+1))
	if err != nil {
		return nil, err
	}
	select {
	case d.easel <- struct{}{}:
		defer func() { <-d.easel }()
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	anew, err := picture.Make(content, side)
	if err != nil {
		return nil, err
	}
	stored := &newsletter.Picture{ListID: l.ID, Media: anew.Media, Width: anew.Width, Height: anew.Height}
	return stored, d.Store.AddPicture(r.Context(), stored, anew.Content, d.actor(r), d.Now())
}

// ownPicture is the full address of a picture of this site, or "" for any other: readers' programs fetch it,
// and no stranger is to learn of that.
func (d *door) ownPicture(address string) string {
	site := strings.TrimSuffix(d.URL.String(), "/")
	path := strings.TrimPrefix(address, site)
	if !strings.HasPrefix(path, "/pictures/") {
		return ""
	}
	return site + path
}

func fieldError(field, reason, message string) error {
	e := newsletter.Errorf(newsletter.Invalid, reason, "%s", message)
	e.Field = field
	return e
}
