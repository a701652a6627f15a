package compose

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// A correction says what was written, led by the edition that it is about, and has all that a mail of a list
// must have: Digest refuses one without the way out.
func TestACorrectionSaysWhatItIsAbout(t *testing.T) {
	c, now := composer(t), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	original := sampleEdition().Edition
	web := newsletter.NewPublicID()
	for _, tt := range []struct {
		lang     newsletter.Language
		original *newsletter.Original
		want     []string
	}{
		{newsletter.Dutch, &newsletter.Original{Edition: original, Variants: []newsletter.Variant{{PublicID: web, Language: newsletter.English}}},
			[]string{"Correctie: het is dinsdag", "Dit is een correctie op de editie van maandag 23 november 2026", "/e/" + web.String(), "Wij schreven maandag. Het is dinsdag."}},
		{newsletter.English, &newsletter.Original{Edition: original}, []string{"This corrects the edition of Monday 23 November 2026.", "Wij schreven maandag."}},
		{newsletter.Dutch, nil, []string{"Wij schreven maandag."}},
	} {
		d := sampleEdition()
		d.Language, d.Original, d.Posts, d.NewTopics, d.Away = tt.lang, tt.original, nil, nil, nil
		d.Edition = newsletter.Edition{PublicID: newsletter.NewPublicID(), Kind: newsletter.EditionCorrection, ApprovedAt: newsletter.At(now),
			Correction: newsletter.CorrectionTexts{newsletter.Dutch: {Subject: "Correctie: het is dinsdag", Text: "Wij schreven *maandag*. Het is **dinsdag**."}}}
		sample, err := c.Sample(d, now)
		if err != nil {
			t.Fatal(err)
		}
		m := readMail(t, sample.Message)
		for _, want := range append(tt.want, sample.LeaveURL) {
			if flat := strings.Join(strings.Fields(sample.Subject+" "+m.text), " "); !strings.Contains(flat, want) {
				t.Errorf("%s: it lacks %q:\n%s", tt.lang, want, m.text)
			}
		}
		if sample.Subject != "Correctie: het is dinsdag" || strings.Contains(m.text, "30 november") {
			t.Errorf("the subject is %q; in:\n%s", sample.Subject, m.text)
		}
	}
}
