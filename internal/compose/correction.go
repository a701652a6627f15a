package compose

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/templates"
)

// correct makes a digest a correction: what was wrong and what is right, led by the edition that it is about,
// and nothing else. It has all that every mail of a list has, the way out among it.
func (c *Composer) correct(digest *Digest, d *newsletter.Digest) error {
	text := d.Edition.Correction.In(d.Language, d.List.Language)
	article, err := richtext.Markdown([]byte(text.Text), nil)
	if err != nil {
		article = richtext.FromText(text.Text)
	}
	digest.Subject, digest.Preheader, digest.Introduction = text.Subject, richtext.Excerpt(article.Text, maxPreheader), text.Text
	if d.Original == nil {
		return nil
	}
	args := templates.Args{"Date": date(d.Language, d.Original.At().Time, digest.Zone)}
	key := "correction_lead"
	if id := d.Original.Web(d.Language); !id.IsZero() {
		key, args["URL"] = "correction_lead_link", c.organisation.page("/e/"+id.String(), d.Language)
	}
	lead, err := c.text(d.Language, key, args)
	digest.Introduction = lead + "\n\n" + text.Text
	return err
}
