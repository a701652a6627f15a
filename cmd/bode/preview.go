package main

import (
	"context"
	"crypto/rand"
	"os"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/mailer"
	"bode.example/templates"
)

type editionPreview struct {
	ID       string `arg:"" help:"Id of the edition, as bode edition list shows it."`
	Language string `placeholder:"nl|en" help:"Language of the reader; otherwise the list's."`
	Large    bool   `help:"As a reader who chose large letters gets it."`
	Format   string `default:"text" enum:"text,html,eml" help:"text, html or eml (the whole message)."`
	Output   string `short:"o" placeholder:"FILE" help:"Write it to a file; otherwise to standard output."`
}

func (editionPreview) Help() string {
	return `Before it is released, an edition is rendered as it would be for a reader of all topics; afterwards, what was sent is shown. The links of the reader lead nowhere.

Example:

    bode edition preview dvqk3f7x2mzj9w4t8s6r5p2n3c --format html -o preview.html`
}

func (cmd editionPreview) Run(ctx context.Context, p *program) error {
	public, err := newsletter.ParsePublicID(cmd.ID)
	if err != nil {
		return err
	}
	lang := newsletter.Language(cmd.Language)
	if lang != "" && !lang.Valid() {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--language %s is not possible; choose nl or en", lang)
	}
	c, err := p.configure(config.ForService)
	if err != nil {
		return err
	}
	s, err := openDatabase(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer s.Close()
	e, err := s.Edition(ctx, public)
	if err != nil {
		return err
	}
	message, err := cmd.message(ctx, p, c, s, e)
	if err != nil {
		return err
	}
	text, err := partOf(message, cmd.Format)
	if err != nil {
		return err
	}
	if cmd.Output != "" {
		return os.WriteFile(cmd.Output, text, 0o600)
	}
	_, err = p.out.Write(text)
	return err
}

// message makes the mail as somebody without a name would get it.
func (cmd editionPreview) message(ctx context.Context, p *program, c *config.Config, s *store.Store, e *newsletter.Edition) ([]byte, error) {
	texts, err := templates.Load(c.TemplatesDir)
	if err != nil {
		return nil, &configError{err}
	}
	composer, err := compose.New(texts, organisation(c), rand.Reader)
	if err != nil {
		return nil, err
	}
	list, err := s.List(ctx, e.ListID)
	if err != nil {
		return nil, err
	}
	lang := newsletter.Language(cmd.Language)
	if lang == "" {
		lang = list.Language
	}
	letter, err := cmd.letter(ctx, s, composer, e, list, lang, p)
	if err != nil {
		return nil, err
	}
	message, _, err := composer.SampleMessage(letter, lang, p.now().In(c.Zone))
	return message, err
}

// letter is what was sent, or else what would be.
func (cmd editionPreview) letter(ctx context.Context, s *store.Store, composer *compose.Composer, e *newsletter.Edition, list *newsletter.List, lang newsletter.Language, p *program) (*mailer.Letter, error) {
	layout := newsletter.Standard
	if cmd.Large {
		layout = newsletter.Large
	}
	variants, err := s.EditionVariants(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	if len(variants) > 0 {
		return sentLetter(ctx, s, variants, lang, layout)
	}
	d := &newsletter.Digest{Edition: *e, List: *list, Language: lang, Layout: layout}
	if d.Topics, err = s.Topics(ctx, list.ID); err != nil {
		return nil, err
	}
	schedules, err := s.Schedules(ctx, list.ID)
	if err != nil {
		return nil, err
	}
	for _, schedule := range schedules {
		if schedule.ID == e.ScheduleID {
			d.Schedule = schedule
		}
	}
	posts, err := s.EditionPosts(ctx, e, p.now())
	if err != nil {
		return nil, err
	}
	for _, post := range posts {
		if post.Disposition == newsletter.PostIn {
			d.Posts = append(d.Posts, post)
		}
	}
	digest, err := composer.FromEdition(d)
	if err != nil {
		return nil, err
	}
	rendered, err := composer.Digest(digest)
	if err != nil {
		return nil, err
	}
	return rendered.Letter, nil
}

// sentLetter is the letter of the variant that most readers of a language and layout got.
func sentLetter(ctx context.Context, s *store.Store, variants []store.VariantCount, lang newsletter.Language, layout newsletter.Layout) (*mailer.Letter, error) {
	var best *store.VariantCount
	for i := range variants {
		v := &variants[i]
		if v.Language == lang && v.Layout == layout && (best == nil || v.Mails > best.Mails) {
			best = v
		}
	}
	if best == nil {
		return nil, newsletter.Errorf(newsletter.NotFound, "no_variant", "nobody was sent this edition in language %s with %s letters", lang, layout)
	}
	v, _, err := s.VariantByPublicID(ctx, best.PublicID)
	if err != nil {
		return nil, err
	}
	var letter mailer.Letter
	return &letter, letter.UnmarshalBinary(v.Letter)
}
