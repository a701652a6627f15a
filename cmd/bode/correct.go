package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type editionCorrect struct {
	ID    string   `arg:"" help:"Id of the edition that was wrong."`
	Files []string `arg:"" name:"file" help:"What to tell, in Markdown, a file for each language."`
	JSON  bool     `help:"Print the correction as JSON."`
}

func (editionCorrect) Help() string {
	return `Makes a correction: a short mail to exactly those who got the edition, or may have, and still want mail of its list. The edition must have been sent, or cancelled, to its end. It brings no posts, and what readers are owed stays as it is.

The first line of a file is the subject, as a heading; the rest is the text. A name that ends in .nl.md or .en.md says the language; otherwise it is the list's, which must be among them. It leaves as soon as it is approved.

A correctie.md:

    # Correctie: de avond is op dinsdag
    Wij schreven dat de bewonersavond op maandag is. Het is dinsdag.

Example:

    bode edition correct dvqk3f7x2mzj9w4t8s6r5p2n3c correctie.md`
}

func (cmd editionCorrect) Run(ctx context.Context, p *program) error {
	return p.withEdition(ctx, cmd.ID, func(_ *config.Config, s *store.Store, e *newsletter.Edition) error {
		list, err := s.List(ctx, e.ListID)
		if err != nil {
			return err
		}
		texts := newsletter.CorrectionTexts{}
		for _, name := range cmd.Files {
			lang, text, err := readCorrection(name, list.Language)
			if err != nil {
				return err
			}
			if _, twice := texts[lang]; twice {
				return newsletter.Errorf(newsletter.Invalid, "usage", "%s: there are two files for the language %s", name, lang)
			}
			texts[lang] = text
		}
		made, err := s.AddCorrection(ctx, e.PublicID, texts, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(made)
		}
		n, err := s.CorrectionReaders(ctx, made)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s %s for %s\n", made.State, made.PublicID, count(int(n), "reader"))
		return nil
	})
}

// readCorrection reads what a file says, and in which language.
func readCorrection(name string, first newsletter.Language) (newsletter.Language, newsletter.CorrectionText, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return "", newsletter.CorrectionText{}, newsletter.Errorf(newsletter.Invalid, "usage", "the text of the correction can't be read: %w", err)
	}
	lang := first
	if named := newsletter.Language(strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(name, filepath.Ext(name))), ".")); named.Valid() {
		lang = named
	}
	head, text, _ := strings.Cut(strings.TrimLeft(strings.TrimPrefix(string(raw), "\ufeff"), "\r\n "), "\n")
	subject, ok := strings.CutPrefix(strings.TrimSpace(head), "# ")
	if !ok {
		return "", newsletter.CorrectionText{}, newsletter.Errorf(newsletter.Invalid, "usage", "%s: the first line must be the subject, as a heading: # Correctie: …", name)
	}
	return lang, newsletter.CorrectionText{Subject: strings.TrimSpace(subject), Text: strings.TrimSpace(text)}, nil
}
