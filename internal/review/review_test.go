package review_test

import (
	"context"
	"fmt"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/templates"
)

var noon = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)

const (
	site  = "https://nieuws.voorbeeld.nl"
	leave = site + "/?voorbeeld=afmelden"
)

// web answers for links by what they are named; it is a Prober.
type web map[string]newsletter.LinkAnswer

func (w web) Probe(_ context.Context, link string) newsletter.LinkAnswer {
	if said, ok := w[link]; ok {
		return said
	}
	return newsletter.LinkOK
}

// letter is a mail as the templates make it, of HTML and text that may each lack something.
type letter struct{ markup, text, header string }

func goodLetter() letter {
	return letter{
		markup: `<html><body style="color:#1c2326;background-color:#ffffff"><h1>Nieuwe Democratie</h1><h2>De raad</h2><h3><a href="https://raad.voorbeeld.nl/1">Nieuws uit de raad</a></h3>` +
			`<p>Tekst.</p><p><a href="` + leave + `">Afmelden</a></p></body></html>`,
		text:   "Nieuws uit de raad\n\nAfmelden:\n" + leave + "\n",
		header: "List-Unsubscribe: <" + leave + ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
	}
}

func (l letter) message() []byte {
	var b strings.Builder
	b.WriteString(l.header + "Content-Type: multipart/alternative; boundary=grens\r\n\r\n")
	for kind, content := range map[string]string{"text/plain": l.text, "text/html": l.markup} {
		fmt.Fprintf(&b, "--grens\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(content)) // into memory
		_ = w.Close()
		b.WriteString("\r\n")
	}
	b.WriteString("--grens--\r\n")
	return []byte(b.String())
}

// goodEdition is one of which there is nothing to say.
func goodEdition() *review.Edition {
	return &review.Edition{
		Edition: newsletter.Edition{Subject: "Nieuws uit de raad", Preheader: "En drie andere berichten", Introduction: "Lees [het verslag van 3 november](https://raad.voorbeeld.nl/verslag)."},
		Site:    site, Leaves: newsletter.At(noon),
		Posts: []newsletter.EditionPost{
			{PostID: 1, PublicID: newsletter.NewPublicID(), Disposition: newsletter.PostIn, Own: true, Title: "Nieuws uit de raad", Summary: "De raad kwam bijeen.",
				HTML: `<p>De <a href="https://raad.voorbeeld.nl/1">raad</a> kwam bijeen. <img src="https://raad.voorbeeld.nl/zaal.png" alt="De raadzaal"/></p>`},
			{PostID: 2, PublicID: newsletter.NewPublicID(), Disposition: newsletter.PostIn, Title: "Bewonersavond", Summary: "Kom langs.", Link: "https://bewoners.voorbeeld.nl/2",
				StartsAt: newsletter.At(noon.Add(24 * time.Hour))},
		},
		Mails: []newsletter.SampleMail{{Language: newsletter.Dutch, Layout: newsletter.Standard, Subject: "Nieuws uit de raad", LeaveURL: leave, Message: goodLetter().message()}},
	}
}

func look(t *testing.T, e *review.Edition, w web) review.Findings {
	t.Helper()
	links := review.NewLinks(w)
	links.Ask(t.Context(), review.LinksOf(e), noon)
	found, unknown := review.Look(e, links, noon)
	if unknown != 0 {
		t.Errorf("of %d links nothing is known", unknown)
	}
	return found
}

func TestNothingToSay(t *testing.T) {
	if found := look(t, goodEdition(), nil); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
}

// Each rule by a change to an edition of which there was nothing to say: exactly one finding follows.
func TestEveryRule(t *testing.T) {
	post := func(change func(p *newsletter.EditionPost)) func(*review.Edition) {
		return func(e *review.Edition) { change(&e.Posts[0]) }
	}
	feedPost := func(change func(p *newsletter.EditionPost)) func(*review.Edition) {
		return func(e *review.Edition) { change(&e.Posts[1]) }
	}
	mail := func(change func(l *letter)) func(*review.Edition) {
		return func(e *review.Edition) {
			l := goodLetter()
			change(&l)
			e.Mails[0].Message = l.message()
		}
	}
	markup := func(old, new string) func(*review.Edition) {
		return mail(func(l *letter) { l.markup = strings.Replace(l.markup, old, new, 1) })
	}
	own := func(subject string) func(*review.Edition) {
		return func(e *review.Edition) { e.Edition.Subject, e.Mails[0].Subject = subject, subject }
	}
	introduction := func(text string) func(*review.Edition) {
		return func(e *review.Edition) { e.Edition.Introduction = text }
	}
	for _, tt := range []struct {
		name     string
		change   func(*review.Edition)
		severity review.Severity
		kind     review.Kind
		part     review.Part
		words    string // of the Args
	}{
		{"no header to leave by", mail(func(l *letter) { l.header = "" }), review.Severe, review.KindLeave, review.PartMail, ""},
		{"no one-click", mail(func(l *letter) { l.header, _, _ = strings.Cut(l.header, "List-Unsubscribe-Post") }), review.Severe, review.KindLeave, review.PartMail, ""},
		{"no link to leave by in the text", mail(func(l *letter) { l.text = "Nieuws." }), review.Severe, review.KindLeave, review.PartMail, ""},
		{"nor in the HTML", markup(leave, site+"/"), review.Severe, review.KindLeave, review.PartMail, ""},
		{"no text", mail(func(l *letter) { l.text = leave[:0] + " " + "\n" }), review.Severe, review.KindText, review.PartMail, ""},
		{"clipped", markup("<p>Tekst.", "<p>"+strings.Repeat("Tekst en nog meer. ", 6000)), review.Severe, review.KindSize, review.PartMail, "111"},
		{"left out", func(e *review.Edition) { e.Mails[0].LeftOut = 3 }, review.Hint, review.KindLeftOut, review.PartMail, "3"},
		{"picture without words", markup("<p>Tekst.", `<p><img src="https://raad.voorbeeld.nl/zaal.png">Tekst.`), review.Severe, review.KindMailAlt, review.PartMail, "zaal.png"},
		{"two main headings", markup("<h2>De raad</h2>", "<h1>De raad</h1><h2>Nieuws</h2>"), review.Warning, review.KindHeadingOne, review.PartMail, ""},
		{"a level is skipped", markup("<h2>De raad</h2>", ""), review.Warning, review.KindHeadingOrder, review.PartMail, "Nieuws uit de raad"},
		{"an empty heading", markup("<h2>De raad</h2>", "<h2> </h2>"), review.Warning, review.KindHeadingEmpty, review.PartMail, ""},
		{"hard to read", markup("<p>Tekst.", `<p style="color:#767676;background-color:#eeeeee">Tekst.`), review.Warning, review.KindContrast, review.PartMail, "3.9"},
		{"not to be read", markup("<p>Tekst.", `<p style="color:#cccccc">Tekst.`), review.Severe, review.KindContrast, review.PartMail, "1.6"},
		{"a link without words", markup("<p>Tekst.", `<p><a href="https://raad.voorbeeld.nl/3"> </a>Tekst.`), review.Severe, review.KindLinkEmpty, review.PartMail, "https://raad.voorbeeld.nl/3"},
		{"words of the template", markup("<p>Tekst.", `<p><a href="https://raad.voorbeeld.nl/3">Lees meer</a>`), review.Warning, review.KindLinkWords, review.PartMail, "Lees meer"},
		{"two places", markup("<p>Tekst.", `<p><a href="https://raad.voorbeeld.nl/3">Nieuws uit de raad</a>`), review.Warning, review.KindLinkSame, review.PartMail, "Nieuws uit de raad"},
		{"words in the introduction", introduction("[Klik hier](https://raad.voorbeeld.nl/verslag)."), review.Warning, review.KindLinkWords, review.PartIntroduction, "Klik hier"},
		{"words in a post", post(func(p *newsletter.EditionPost) { p.HTML = `<p><a href="https://raad.voorbeeld.nl/1">hier</a></p>` }), review.Warning, review.KindLinkWords, review.PartPost, "hier"},
		{"an address for words", introduction("Lees https://raad.voorbeeld.nl/verslag eens."), review.Hint, review.KindLinkBare, review.PartIntroduction, "https://raad.voorbeeld.nl/verslag"},
		{"a link that is none", introduction("[Het verslag](www.voorbeeld.nl/verslag)"), review.Severe, review.KindLinkUnreadable, review.PartIntroduction, "www.voorbeeld.nl/verslag"},
		{"shortened", introduction("[Het verslag](https://bit.ly/3abc)"), review.Warning, review.KindLinkShortened, review.PartIntroduction, "https://bit.ly/3abc"},
		{"a picture in a post", post(func(p *newsletter.EditionPost) { p.HTML = `<p>x <img src="https://raad.voorbeeld.nl/plan.png"/></p>` }), review.Warning, review.KindPictureAlt, review.PartPost, "plan.png"},
		{"a picture beside a post", post(func(p *newsletter.EditionPost) { p.Picture = "https://raad.voorbeeld.nl/x.png" }), review.Warning, review.KindPictureHidden, review.PartPost, ""},
		{"a feed's picture", feedPost(func(p *newsletter.EditionPost) { p.Picture = "https://raad.voorbeeld.nl/x.png" }), review.Hint, review.KindPictureHidden, review.PartPost, ""},
		{"shouting", own("BELANGRIJK NIEUWS UIT DE RAAD"), review.Warning, review.KindCapitals, review.PartSubject, "BELANGRIJK NIEUWS UIT DE RAAD"},
		{"a title that shouts", feedPost(func(p *newsletter.EditionPost) { p.Title = "KOM NAAR DE BEWONERSAVOND" }), review.Hint, review.KindCapitals, review.PartPost, "KOM NAAR DE BEWONERSAVOND"},
		{"exclaiming", own("Let op!! Nieuws"), review.Warning, review.KindExclamation, review.PartSubject, "Let op!! Nieuws"},
		{"an exclaiming title", feedPost(func(p *newsletter.EditionPost) { p.Title = "Kom! Nu!" }), review.Hint, review.KindExclamation, review.PartPost, "Kom! Nu!"},
		{"long", own("Nieuws uit de raad " + strings.Repeat("en nog meer ", 7)), review.Hint, review.KindSubjectLong, review.PartSubject, "103"},
		{"an answer that is none", own("RE: Nieuws uit de raad"), review.Warning, review.KindSubjectReply, review.PartSubject, "RE: Nieuws uit de raad"},
		{"said twice", func(e *review.Edition) { e.Edition.Preheader = "nieuws uit de Raad " }, review.Hint, review.KindPreheaderSame, review.PartPreheader, ""},
		{"not filled in", introduction("Beste lezer, lorem ipsum dolor."), review.Severe, review.KindPlaceholder, review.PartIntroduction, "lorem ipsum"},
		{"not filled in, of another program", own("Nieuws voor *|FNAME|*"), review.Severe, review.KindPlaceholder, review.PartSubject, "*|FNAME|*"},
		{"not filled in, in a post", feedPost(func(p *newsletter.EditionPost) { p.Summary = "Op [datum] in de zaal." }), review.Warning, review.KindPlaceholder, review.PartPost, "[datum]"},
		{"a title alone", feedPost(func(p *newsletter.EditionPost) { p.Summary = " " }), review.Hint, review.KindPostEmpty, review.PartPost, ""},
		{"twice", feedPost(func(p *newsletter.EditionPost) { p.Title = "nieuws uit de raad" }), review.Warning, review.KindPostTwice, review.PartPost, ""},
		{"over", feedPost(func(p *newsletter.EditionPost) { p.StartsAt = newsletter.At(noon.Add(-time.Hour)) }), review.Warning, review.KindEventPast, review.PartPost, ""},
		{"nothing in it", func(e *review.Edition) {
			e.Posts[0].Disposition, e.Posts[1].Disposition = newsletter.PostLeftOut, newsletter.PostPushed
		}, review.Warning, review.KindNothing, review.PartMail, ""},
		{"a long introduction", introduction(strings.Repeat("Een zin over de raad. ", 300)), review.Hint, review.KindIntroduction, review.PartIntroduction, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := goodEdition()
			tt.change(e)
			found := look(t, e, nil)
			if tt.kind == review.KindText { // a mail without text doesn't say in it how to leave
				found = slices.DeleteFunc(found, func(f review.Finding) bool { return f.Kind == review.KindLeave })
			}
			if len(found) != 1 {
				t.Fatalf("found %+v", found)
			}
			f := found[0]
			if f.Severity != tt.severity || f.Kind != tt.kind || f.Where.Part != tt.part || !strings.Contains(fmt.Sprint(f.Args), tt.words) {
				t.Errorf("found %+v", f)
			}
			if tt.part == review.PartPost && (f.Where.Post.IsZero() || f.Where.Title == "") {
				t.Errorf("which post? %+v", f.Where)
			}
		})
	}
}

// What is found at a link, told where it can be mended.
func TestLinksThatLeadNowhere(t *testing.T) {
	const in = "https://raad.voorbeeld.nl/verslag"
	for said, want := range map[newsletter.LinkAnswer]struct {
		severity review.Severity
		kind     review.Kind
	}{
		newsletter.LinkGone: {review.Severe, review.KindLinkGone}, newsletter.LinkNoHost: {review.Severe, review.KindLinkNoHost},
		newsletter.LinkPrivate: {review.Warning, review.KindLinkPrivate}, newsletter.LinkCertificate: {review.Warning, review.KindLinkCert},
		newsletter.LinkFailing: {review.Warning, review.KindLinkFailing}, newsletter.LinkClosed: {review.Hint, review.KindLinkClosed},
		newsletter.LinkInsecure: {review.Hint, review.KindLinkInsecure}, newsletter.LinkUnreadable: {review.Severe, review.KindLinkUnreadable},
	} {
		found := look(t, goodEdition(), web{in: said})
		if len(found) != 1 || found[0].Severity != want.severity || found[0].Kind != want.kind || found[0].Where.Part != review.PartIntroduction || found[0].Args["Address"] != in {
			t.Errorf("%s: %+v", said, found)
		}
	}
	gone := look(t, goodEdition(), web{"https://bewoners.voorbeeld.nl/2": newsletter.LinkGone})
	if len(gone) != 1 || gone[0].Where.Title != "Bewonersavond" || gone[0].Where.Own {
		t.Errorf("of a feed's post: %+v", gone)
	}
}

// Findings are in order, each once, and refuse when they must.
func TestFindings(t *testing.T) {
	e := goodEdition()
	e.Edition.Introduction = "Lorem ipsum https://raad.voorbeeld.nl/verslag [hier](https://raad.voorbeeld.nl/4)"
	e.Mails = append(e.Mails, e.Mails[0])
	e.Mails[0].LeftOut, e.Mails[1].LeftOut = 2, 2
	found := look(t, e, web{"https://raad.voorbeeld.nl/4": newsletter.LinkGone})
	var got []string
	for _, f := range found {
		got = append(got, string(f.Severity)+" "+string(f.Kind))
	}
	want := []string{"severe placeholder", "severe link_gone", "warning link_words", "hint link_bare", "hint posts_left_out"}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	err := found.Refusal(newsletter.NewPublicID())
	if !newsletter.Is(err, newsletter.Conflict) || !strings.Contains(err.Error(), "link_gone, placeholder") {
		t.Errorf("refused with %v", err)
	}
	if !found.Severe() || found.Count(review.Hint) != 2 || !slices.Equal(found.Kinds(), []string{"link_gone", "placeholder"}) {
		t.Errorf("%v %v", found.Severe(), found.Kinds())
	}
	if err := look(t, goodEdition(), nil).Refusal(newsletter.NewPublicID()); err != nil {
		t.Error(err)
	}
}

// Every kind says in both languages what it is, why it matters and how to mend it.
func TestEveryKindHasItsTexts(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	args := map[string]any{"Words": "woorden", "Address": "https://voorbeeld.nl", "Count": 2, "Size": 120, "Front": "#fff", "Back": "#eee", "Ratio": "1.2"}
	for _, lang := range newsletter.Languages() {
		said := map[string]review.Kind{}
		for _, kind := range review.Kinds() {
			for _, part := range []review.Part{review.PartSubject, review.PartPreheader, review.PartIntroduction, review.PartPost, review.PartMail} {
				f := review.Finding{Severity: review.Warning, Kind: kind, Where: review.Where{Part: part, Title: "Titel"}, Args: args}
				words, err := f.Say(set.Texts(), lang)
				if err != nil {
					t.Fatal(err)
				}
				if words.Where == "" || words.Severity == "" {
					t.Errorf("%+v", words)
				}
				if other, ok := said[words.What]; ok && other != kind {
					t.Errorf("%s and %s say the same: %s", kind, other, words.What)
				}
				said[words.What] = kind
			}
		}
	}
}
