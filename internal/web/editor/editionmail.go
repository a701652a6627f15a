package editor

import (
	"fmt"
	"net/http"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/mailer"
)

// outlook is what leaves, or has left, of an edition.
type outlook struct {
	release  *newsletter.Release // nil: it has left
	topics   []newsletter.Topic  // of its list
	posts    []newsletter.EditionPost
	variants []variantLine
	readers  int64
	without  int64
}

// variantLine is one letter of an edition.
type variantLine struct {
	Key      string
	Language newsletter.Language
	Large    bool
	Posts    int
	Readers  int64
	Current  bool
	URL      string

	share *newsletter.Share // of what has not left
	id    newsletter.PublicID
}

// outlookOf says which letters there are, and the subject that is made of the posts of the one that most readers
// get, whatever the editor wrote; of what has left, the subject that it had.
func (d *door) outlookOf(r *http.Request, e *newsletter.Edition) (*outlook, string, error) {
	if !e.ReleasedAt.IsZero() {
		return d.releasedOf(r, e)
	}
	readers, err := d.Audience.Readers(r.Context(), e.ScheduleID)
	if err != nil {
		return nil, "", err
	}
	release, err := d.Store.Rehearse(r.Context(), e, readers, d.Now())
	if err != nil {
		return nil, "", err
	}
	out := &outlook{release: release, topics: release.Topics, posts: release.Posts}
	look := release.Outlook()
	out.readers, out.without = look.Readers, look.Without
	for i := range look.Variants {
		v := &look.Variants[i]
		out.variants = append(out.variants, variantLine{Key: v.Key, Language: v.Language, Large: v.Layout == newsletter.Large, Posts: len(v.Share.Posts),
			Readers: v.Readers, share: &v.Share})
	}
	if len(out.variants) == 0 {
		return out, "", nil
	}
	digest := out.digest(&out.variants[0], newsletter.PublicID{})
	if e.Kind != newsletter.EditionCorrection {
		digest.Edition.Subject = ""
	}
	_, subject, _, err := d.Composer.Compose(r.Context(), digest)
	if err != nil {
		subject = "" // the checks say what is wrong
	}
	return out, subject, nil
}

// releasedOf is what has left: as it is stored, whatever the readers are by now.
func (d *door) releasedOf(r *http.Request, e *newsletter.Edition) (*outlook, string, error) {
	out := &outlook{}
	var err error
	if out.posts, err = d.Store.EditionPosts(r.Context(), e, d.Now()); err != nil {
		return nil, "", err
	}
	if out.topics, err = d.Store.Topics(r.Context(), e.ListID); err != nil {
		return nil, "", err
	}
	stored, err := d.Store.Released(r.Context(), e.ID)
	if err != nil || len(stored) == 0 {
		return out, "", err
	}
	for i := range stored {
		v := &stored[i]
		out.readers += v.Mails
		out.variants = append(out.variants, variantLine{Key: v.PublicID.String(), Language: v.Language, Large: v.Layout == newsletter.Large, Posts: len(v.Posts),
			Readers: v.Mails, id: v.PublicID})
	}
	return out, stored[0].Subject, nil
}

// digest is what a letter that has not left says. Its version for the browser is not there yet: the
// link in a sample leads nowhere.
func (o *outlook) digest(v *variantLine, id newsletter.PublicID) *newsletter.Digest {
	layout := newsletter.Standard
	if v.Large {
		layout = newsletter.Large
	}
	digest := o.release.Digest(v.share, v.Language, layout)
	digest.VariantID = id
	return digest
}

// choose finds the letter that a page asks for, or the one of most readers.
func (o *outlook) choose(key string) *variantLine {
	if len(o.variants) == 0 {
		return nil
	}
	chosen := &o.variants[0]
	for i := range o.variants {
		if o.variants[i].Key == key {
			chosen = &o.variants[i]
		}
	}
	chosen.Current = true
	return chosen
}

// letterOf is a letter as it is sent, or would be.
func (d *door) letterOf(r *http.Request, o *outlook, v *variantLine) (*mailer.Letter, string, error) {
	var letter mailer.Letter
	if v.share == nil {
		stored, _, err := d.Store.VariantByPublicID(r.Context(), v.id)
		if err != nil {
			return nil, "", err
		}
		return &letter, stored.Subject, letter.UnmarshalBinary(stored.Letter)
	}
	raw, subject, _, err := d.Composer.Compose(r.Context(), o.digest(v, newsletter.PublicID{}))
	if err != nil {
		return nil, "", unmade(err)
	}
	return &letter, subject, letter.UnmarshalBinary(raw)
}

// unmade is the error of a letter that can't be made.
func unmade(err error) error {
	return newsletter.Errorf(newsletter.Conflict, "edition_unmade", "this mail can't be made: %w", err)
}

// editionMailPage is the data of edition-mail.html.
type editionMailPage struct {
	*editionHead
	Variants []variantLine
	Views    []viewLink
	View     string // "wide", "phone", "dark", "text" or "headers"
	Frame    string // the address of the letter as HTML
	Width    int    // of the frame, in CSS pixels; 0: as wide as there is room
	Height   int
	Body     string // in the views without a frame
	Subject  string
	Size     int // of the message, in kB
	Large    bool
	Key      string
	To       string   // as it was typed
	Sent     []string // a test goes to these: as they were typed
}

type viewLink struct {
	Name, URL string
	Current   bool
}

// clipped is from which size on Gmail shows only the beginning of a mail, in kB of HTML; a message is a little
// larger.
const clipped = 102

func (d *door) editionMail(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return d.showMail(w, r, mailForm{variant: q.Get("variant"), view: q.Get("view")}, nil)
}

// mailForm is what is asked of the page of a mail: which letter, how to look at it, and to whom a test was to go, or goes.
type mailForm struct {
	to, variant, view string
	sent              []string
}

// showMail shows how one letter of an edition looks, and the form for test mails.
func (d *door) showMail(w http.ResponseWriter, r *http.Request, asked mailForm, faults []web.Fault) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	head, err := d.headOf(r, e, "mail")
	if err != nil {
		return err
	}
	out, made, err := d.outlookOf(r, e)
	if err != nil {
		return err
	}
	if e.Subject == "" && made != "" {
		head.Title = made
	}
	page := editionMailPage{editionHead: head, View: "wide", To: asked.to, Sent: asked.sent}
	if viewNames[asked.view] {
		page.View = asked.view
	}
	if v := out.choose(asked.variant); v != nil {
		if err := d.fillMail(r, e, out, v, &page); err != nil {
			return err
		}
	}
	for i := range out.variants {
		out.variants[i].URL = mailURL(e, "mail", out.variants[i].Key, page.View)
	}
	page.Variants = out.variants
	p := web.Page{Template: "edition-mail.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

var viewNames = map[string]bool{"wide": true, "phone": true, "dark": true, "text": true, "headers": true}

func (d *door) fillMail(r *http.Request, e *newsletter.Edition, out *outlook, v *variantLine, page *editionMailPage) error {
	m, err := d.sampleOf(r, out, v)
	if err != nil {
		return err
	}
	header, text, _, err := m.Parts()
	if err != nil {
		return err
	}
	page.Key, page.Subject, page.Size = v.Key, m.Subject, (len(m.Message)+1023)/1024
	page.Large = page.Size > clipped
	for _, name := range []string{"wide", "phone", "dark", "text", "headers"} {
		page.Views = append(page.Views, viewLink{name, mailURL(e, "mail", v.Key, name), name == page.View})
	}
	page.Height = 900
	switch page.View {
	case "text":
		page.Body = text
	case "headers":
		page.Body = header
	case "phone":
		page.Width, page.Frame = 320, mailURL(e, "frame", v.Key, page.View)
	default:
		page.Frame = mailURL(e, "frame", v.Key, page.View)
	}
	return nil
}

// mailURL is a page about one letter.
func mailURL(e *newsletter.Edition, page, key, view string) string {
	return editionURL(e.PublicID, page) + "?variant=" + key + "&view=" + view
}

// sampleOf is the message of a letter to a reader without a name, whose own links lead nowhere.
func (d *door) sampleOf(r *http.Request, out *outlook, v *variantLine) (*newsletter.SampleMail, error) {
	letter, subject, err := d.letterOf(r, out, v)
	if err != nil {
		return nil, err
	}
	m := &newsletter.SampleMail{Language: v.Language, Subject: subject}
	m.Message, m.LeaveURL, err = d.Composer.SampleMessage(letter, v.Language, d.Now())
	return m, err
}

// framePolicy is that of a mail in a frame: its styles and pictures, and nothing that runs or leads away.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"

// editionFrame is the HTML of a letter as a mail program shows it. "dark" shows it to who prefers that,
// whatever this browser prefers; the other views to who doesn't.
func (d *door) editionFrame(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	out, _, err := d.outlookOf(r, e)
	if err != nil {
		return err
	}
	v := out.choose(r.URL.Query().Get("variant"))
	if v == nil {
		return web.Status(http.StatusNotFound)
	}
	m, err := d.sampleOf(r, out, v)
	if err != nil {
		return err
	}
	_, _, html, err := m.Parts()
	if err != nil {
		return err
	}
	scheme := "(max-width:0)"
	if r.URL.Query().Get("view") == "dark" {
		scheme = "all"
	}
	html = strings.ReplaceAll(html, "(prefers-color-scheme:dark)", scheme)
	w.Header().Set("Content-Security-Policy", framePolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = fmt.Fprint(w, html) // made by our own templates; the policy lets nothing in it run
	return err
}
