package datarequest

import (
	"archive/zip"
	"context"
	_ "embed" // the schema
	"encoding/json"
	"io"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Controller is who answers for the data (GDPR art. 4(7)), as a package tells it.
type Controller struct {
	Name    string   `json:"name"`
	Postal  []string `json:"postal_address"`
	Email   string   `json:"email"`
	Website string   `json:"website,omitempty"`
}

// Term is how long something is kept.
type Term struct {
	What string `json:"what"`
	Kept string `json:"kept"`
}

// Package is all that is held about a person, with what GDPR art. 15(1) says must stand beside it. Its JSON keeps
// to dossier.schema.json. Nothing in it is about somebody else: staff are named by what they are.
type Package struct {
	Schema     string              `json:"$schema"`
	MadeAt     newsletter.Time     `json:"made_at"`
	Language   newsletter.Language `json:"language"`
	Controller Controller          `json:"controller"`
	Purposes   []string            `json:"purposes"`
	Grounds    []string            `json:"grounds"`
	Sources    []string            `json:"sources"`
	Recipients []string            `json:"recipients"`
	Retention  []Term              `json:"retention"`
	Rights     []string            `json:"rights"`
	Data       newsletter.Dossier  `json:"data"`
}

//go:embed dossier.schema.json
var schema []byte

// SchemaPath is where the public site shows the schema.
const SchemaPath = "/privacy/schema/dossier-1.json"

// Schema is the JSON Schema (2020-12) that the JSON in a package keeps to.
func (s *Service) Schema() []byte { return schema }

// Export looks at the link to a package, and in which language it will be.
func (s *Service) Export(ctx context.Context, link string, now time.Time) (*newsletter.DataExport, newsletter.Language, error) {
	expired := newsletter.Errorf(newsletter.Expired, "export_expired", "this link has expired: ask for your data once more")
	id, err := s.links.Verify(token.Export, link, now)
	if newsletter.Is(err, newsletter.Expired) {
		return nil, "", expired
	} else if err != nil {
		return nil, "", err
	}
	x, err := s.store.DataExport(ctx, id)
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, "", expired
	} else if err != nil {
		return nil, "", err
	}
	r, err := s.store.RequestByID(ctx, x.RequestID)
	if err != nil {
		return nil, "", err
	}
	return x, r.Language, nil
}

// Fetch counts that a package is fetched, and returns what goes into it: all that is held now.
func (s *Service) Fetch(ctx context.Context, link string, now time.Time) (*newsletter.Dossier, error) {
	x, _, err := s.Export(ctx, link, now)
	if err != nil {
		return nil, err
	}
	by := newsletter.Person(x.PublicID)
	if err := s.store.FetchDataExport(ctx, x.PublicID, by, now); err != nil {
		return nil, err
	}
	return s.store.Dossier(ctx, x.Address, s.hashes.All(x.Address), by, now)
}

// Package puts around a dossier what must stand beside it, in a language.
func (s *Service) Package(d *newsletter.Dossier, lang newsletter.Language, now time.Time) (*Package, error) {
	w := words{texts: s.texts, lang: lang}
	all := func(keys ...string) []string {
		var texts []string
		for _, key := range keys {
			texts = append(texts, w.say("package_"+key, map[string]any{"Organisation": s.config.Organisation}))
		}
		return texts
	}
	p := &Package{Schema: s.config.Site + SchemaPath, MadeAt: newsletter.At(now), Language: lang, Controller: s.config.Controller,
		Purposes:   all("purpose_newsletter", "purpose_proof", "purpose_suppression"),
		Grounds:    all("ground_consent", "ground_duty"),
		Sources:    all("source_form", "source_mail"),
		Recipients: append([]string{}, s.config.Recipients...),
		Retention:  []Term{},
		Rights:     all("right_all", "right_withdraw", "right_complaint", "right_profiling"),
		Data:       *d,
	}
	p.Controller.Postal = append([]string{}, p.Controller.Postal...)
	if s.config.Retention != nil {
		p.Retention = s.config.Retention(lang)
	}
	return p, w.err
}

// Pack writes a package as a ZIP: a page in the language of its reader, the same as JSON with its schema, and the
// tables as CSV.
func (s *Service) Pack(out io.Writer, d *newsletter.Dossier, lang newsletter.Language, now time.Time) error {
	if !lang.Valid() {
		lang = newsletter.Dutch
	}
	p, err := s.Package(d, lang, now)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	file := func(name string, write func(io.Writer) error) {
		if err != nil {
			return
		}
		var f io.Writer
		if f, err = z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now.UTC()}); err == nil {
			err = write(f)
		}
	}
	file("index.html", func(f io.Writer) error { return s.page(f, p) })
	file("data.json", func(f io.Writer) error {
		e := json.NewEncoder(f)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(p)
	})
	file("data.schema.json", func(f io.Writer) error { _, err := f.Write(schema); return err })
	for _, t := range p.tables() {
		file(t.name+".csv", t.write)
	}
	if err != nil {
		return err
	}
	return z.Close()
}
