package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/store"
	"bode.example/templates"
)

// newReview checks editions before they leave.
func newReview(c *config.Config, s *store.Store, composer *compose.Composer) *review.Desk {
	client := feed.NewClient(feed.Options{PublicURL: site(c), Version: thisVersion().Version, Zone: c.Zone})
	return &review.Desk{Store: s, Composer: composer, Links: review.NewLinks(client), Site: site(c)}
}

// withReview runs what a command does with one edition before it leaves. It needs all that a service
// needs: it makes the mails.
func (p *program) withReview(ctx context.Context, id string, do func(desk *review.Desk, texts *templates.Set, edition newsletter.PublicID) error) error {
	public, err := newsletter.ParsePublicID(id)
	if err != nil {
		return newsletter.Errorf(newsletter.NotFound, "unknown_id", "%q is not the id of an edition: bode edition list shows them", id)
	}
	c, err := p.configure(config.ForService)
	if err != nil {
		return err
	}
	texts, err := templates.Load(c.TemplatesDir)
	if err != nil {
		return &configError{err}
	}
	composer, err := compose.New(texts, organisation(c), rand.Reader)
	if err != nil {
		return err
	}
	s, err := openDatabase(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer s.Close()
	return do(newReview(c, s, composer), texts, public)
}

type editionCheck struct {
	ID   string `arg:"" help:"Id of the edition, as bode edition list shows it."`
	JSON bool   `help:"Print JSON."`
}

func (editionCheck) Help() string {
	return `Looks at an edition as a careful colleague would, before it leaves: pictures without words, links that say nothing or lead nowhere, a subject that looks like spam, a mail that is too large. What is severe refuses an approval, and is told by the exit status too.

Links are asked for from this machine, those of private networks excepted.

Example:

    bode edition check dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd editionCheck) Run(ctx context.Context, p *program) error {
	return p.withReview(ctx, cmd.ID, func(desk *review.Desk, texts *templates.Set, id newsletter.PublicID) error {
		report, err := desk.Check(ctx, id, p.now())
		if err != nil {
			return err
		}
		if err := p.printReport(report, texts, cmd.JSON); err != nil {
			return err
		}
		return report.Findings.Refusal(id)
	})
}

// saidFinding is a finding with its words.
type saidFinding struct {
	review.Finding
	Words review.Words `json:"words"`
}

// printReport prints what was found: the worst first, each with why it matters and how to mend it.
func (p *program) printReport(report *review.Report, texts *templates.Set, asJSON bool) error {
	said := make([]saidFinding, len(report.Findings))
	for i, f := range report.Findings {
		words, err := f.Say(texts.Texts(), newsletter.English)
		if err != nil {
			return err
		}
		said[i] = saidFinding{f, words}
	}
	if asJSON {
		return p.printJSON(struct {
			Findings []saidFinding `json:"findings"`
			Links    int           `json:"links"`
			Unknown  int           `json:"unknown"`
		}{said, report.Links, report.Unknown})
	}
	for i := range said {
		f := &said[i]
		colour := map[review.Severity]string{review.Severe: red, review.Warning: yellow}[f.Severity]
		word := string(f.Severity)
		if colour != "" {
			word = p.paint(colour, word)
		}
		fmt.Fprintf(p.out, "%s: %s (%s)\n    %s\n    %s\n", word, plainCell(f.Words.What), plainCell(f.Words.Where), f.Words.Why, f.Words.How)
	}
	n := report.Findings
	fmt.Fprintf(p.out, "severe: %d, warnings: %d, hints: %d; %s looked at\n",
		n.Count(review.Severe), n.Count(review.Warning), n.Count(review.Hint), count(report.Links-report.Unknown, "link"))
	return nil
}

type editionApprove struct {
	oneEdition
	Despite string `placeholder:"REASON" help:"Approve although something severe was found. The reason is kept in the audit log."`
}

func (editionApprove) Help() string {
	return `Checks the edition, and freezes what it holds. Look at it first: bode edition preview shows it, bode edition check says what is wrong with it.

Example:

    bode edition approve dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd editionApprove) Run(ctx context.Context, p *program) error {
	return p.withReview(ctx, cmd.ID, func(desk *review.Desk, texts *templates.Set, id newsletter.PublicID) error {
		// Who may use the command line may do what an admin may.
		e, report, err := desk.Approve(ctx, id, review.Approval{Despite: cmd.Despite, Admin: true}, p.operator(), p.now())
		if err != nil {
			if report != nil && report.Findings.Severe() && cmd.Despite == "" {
				p.printSevere(report, texts)
			}
			return err
		}
		if cmd.JSON {
			return p.printJSON(e)
		}
		fmt.Fprintf(p.out, "%s %s\n", e.State.Words(), e.PublicID)
		return nil
	})
}

// printSevere says on standard error why an approval is refused.
func (p *program) printSevere(report *review.Report, texts *templates.Set) {
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Severity != review.Severe {
			continue
		}
		if words, err := f.Say(texts.Texts(), newsletter.English); err == nil {
			fmt.Fprintf(p.err, "%s: %s (%s) %s\n", f.Severity, plainCell(words.What), plainCell(words.Where), words.How)
		}
	}
}
