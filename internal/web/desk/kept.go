package desk

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"bode.example/internal/web"
)

// maxKept is how many bytes of texts are given back of a form that came too late: more than a form of ours takes.
const maxKept = 256 << 10

// keptPage is the data of kept.html: a form that came when nobody was signed in any more.
type keptPage struct {
	Action string // where the form goes
	SignIn string
	Fields []web.Field
	Texts  []keptText
}

// keptText is something that was written, to be read and copied.
type keptText struct {
	Number int
	Text   string
}

// handBack answers a form that came when the session had ended with a page that holds what was typed: whoever signs
// in, in another tab, sends it from there. Nothing is carried out and nothing is stored; files are not kept. It
// reports false for a form in which nothing was typed. That another site made the form is ruled out before
// (web.Door refuses it); and who sends it on does so as whoever they signed in as.
func (d *Desk) handBack(w http.ResponseWriter, r *http.Request) (bool, error) {
	if r.Method != http.MethodPost || d.TokenOf(r) == "" || r.Header.Get("Sec-Fetch-Dest") == "iframe" {
		return false, nil
	}
	fields, err := keptFields(r)
	if err != nil || !slices.ContainsFunc(fields, func(f web.Field) bool { return f.Value != "" }) {
		return false, nil //nolint:nilerr // what can't be read can't be given back: they sign in
	}
	page := keptPage{Action: r.URL.RequestURI(), SignIn: SignInPath, Fields: fields}
	for _, f := range fields {
		if strings.ContainsAny(strings.TrimSpace(f.Value), " \n") && !strings.HasPrefix(f.Name, "was-") {
			page.Texts = append(page.Texts, keptText{len(page.Texts) + 1, f.Value})
		}
	}
	return true, d.Render(w, r, web.Page{Template: "/desk/kept.html", Status: http.StatusForbidden, Data: page})
}

// keptFields are the fields of a form, in a stable order, without its files.
func keptFields(r *http.Request) ([]web.Field, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if media == "multipart/form-data" {
		return keptParts(r)
	}
	form, err := web.Form(r)
	if err != nil {
		return nil, err
	}
	var fields []web.Field
	for name, values := range form {
		for _, value := range values {
			fields = append(fields, web.Field{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b web.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields, nil
}

// keptParts reads a multipart form as a stream: a stranger's files take no room.
func keptParts(r *http.Request) (fields []web.Field, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	left := int64(maxKept)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" || part.FormName() == "" {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		left -= int64(len(text))
		if err != nil || left < 0 {
			return nil, web.Status(http.StatusRequestEntityTooLarge)
		}
		fields = append(fields, web.Field{Name: part.FormName(), Value: string(text)})
	}
}
