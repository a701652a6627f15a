package compose

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"bode.example/internal/newsletter"
)

func TestB1_B8_B9_A9_ListHeaders(t *testing.T) {
	c := composer(t)
	d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	d.List.Title = "Nieuwe Democratie: één expertgroep"
	m := readMail(t, merged(t, c, d))
	for name, want := range map[string]string{
		"List-Unsubscribe":      "<" + samplePersonal.UnsubscribeURL + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted":        "auto-generated",
		"Feedback-ID":           "a2b3c4d5e6f7g8h9j2k3m4n5p6:nieuwe-democratie:digest:noorderkring",
		"Reply-To":              "<redactie@noorderkring.example>",
	} {
		if got := m.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if id := m.header.Get("List-Id"); !strings.HasSuffix(id, " <nieuwe-democratie.noorderkring.example>") {
		t.Errorf("List-Id is %q", id)
	}
}

// A mail that belongs to one list and can leave it has the list's headers; no other mail has.
func TestB1_NoticesHaveListHeadersOnlyIfTheyCanLeave(t *testing.T) {
	c := composer(t)
	for _, m := range sampleMessages(newsletter.Dutch) {
		draft, err := c.Notice(newsletter.Dutch, newsletter.Standard, m)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, f := range draft.Header {
			got[f.Name] = f.Value
		}
		welcome, isWelcome := m.(*Welcome)
		want := isWelcome && len(welcome.Choices) == 1
		if (got["List-Unsubscribe"] != "") != want || (got["List-Id"] != "") != want {
			t.Errorf("%s with the headers %v", m.Template(), got)
		}
		if got["Auto-Submitted"] != "auto-generated" {
			t.Errorf("A9: %s has Auto-Submitted %q", m.Template(), got["Auto-Submitted"])
		}
	}
}

func TestB7_LinksToLeaveAreSeenInBothParts(t *testing.T) {
	m := readMail(t, merged(t, composer(t), sampleDigests(newsletter.Dutch, newsletter.Standard)[1]))
	for _, link := range []string{samplePersonal.UnsubscribeURL, samplePersonal.PreferencesURL, samplePersonal.WhyURL} {
		if !strings.Contains(m.html, `href="`+link+`"`) {
			t.Errorf("the HTML has no link to %s", link)
		}
		if !strings.Contains(m.text, "\n"+link+"\n") {
			t.Errorf("the text has no line with %s", link)
		}
	}
}

func TestVersionForTheBrowserBearsNoPerson(t *testing.T) {
	for _, d := range sampleDigests(newsletter.Dutch, newsletter.Standard) {
		r, err := composer(t).Digest(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"Beste", "/u/", "/v/", "/w/", "style=", "<html", "<style"} {
			if strings.Contains(r.Web, personal) {
				t.Errorf("it holds %q", personal)
			}
		}
		if at := strings.Index(r.Web, "<h"); at < 0 || !strings.HasPrefix(r.Web[at:], "<h2") || strings.Contains(r.Web, "<h1") {
			t.Error("its headings don't begin at h2")
		}
	}
}

// D1: nobody can write to a stranger through the form.
func TestD1_ConfirmationHoldsNothingFromTheForm(t *testing.T) {
	for i := range 2 {
		m, ok := sampleMessages(newsletter.Dutch)[i].(*Confirmation)
		if !ok {
			t.Fatal("the first samples are confirmations")
		}
		draft, err := composer(t).Notice(newsletter.Dutch, newsletter.Standard, m)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(draft.Text, "Beste") || strings.Contains(draft.HTML, "Beste") {
			t.Error("it greets somebody by name")
		}
		for _, choice := range m.Choices {
			for _, want := range append([]string{choice.List.Title, "Wanneer: elke maandag om 08.00 uur"}, choice.Topics...) {
				if choice.Schedule != "" && !strings.Contains(draft.Text, want) {
					t.Errorf("D2: it confirms %q without naming it", want)
				}
			}
		}
		if !strings.Contains(draft.Text, "maandag 30 november 2026, 08.00 uur") || !strings.Contains(draft.Text, "hoeft u niets te doen") {
			t.Error("it doesn't say how long the link is good, or what to do if nobody asked for it")
		}
	}
}

// hostile is what a stranger's feed may hold.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)> {{.Greeting}} %!s(MISSING) </style></title><!-- &amp; ` + "\u202e"

func TestWhatStrangersWriteStaysText(t *testing.T) {
	d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	d.Subject, d.Preheader, d.Introduction = hostile, hostile, hostile+"\n\n[x](javascript:alert(1)) <script>alert(1)</script>"
	d.NewTopics = []string{hostile}
	d.Away = []Link{{Title: hostile, URL: "javascript:alert(1)"}}
	d.Posts = append(d.Posts, Post{
		Title: hostile, Link: "javascript:alert(1)", Summary: hostile, Topics: []string{hostile}, Language: hostile, Place: hostile,
		Picture: Picture{"data:text/html,<script>alert(1)</script>", hostile}, CalendarURL: "//evil.example/x",
		StartsAt: d.Date, EndsAt: d.Date.Add(-time.Hour),
	}, Post{Title: "Plaatje", Link: `https://ok.example/" onmouseover="alert(1)`, Picture: Picture{`https://ok.example/"onload="x`, hostile}})
	r, err := composer(t).Digest(d)
	if err != nil {
		t.Fatal(err)
	}
	m := readMail(t, mergeLetter(t, r.Letter, &Personal{Greeting: hostile, UnsubscribeURL: "https://a.example/u/1", PreferencesURL: "https://a.example/v/1", WhyURL: "https://a.example/w/1"}))
	for where, markup := range map[string]string{"mail": m.html, "browser": r.Web} {
		for n := range parseMarkup(t, markup).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "script" || n.Data == "img" && !strings.HasPrefix(src(n), "https://") {
				t.Errorf("%s: <%s> got through", where, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: the attribute %s got through", where, a.Key)
				}
				if a.Key == "href" {
					if u, err := url.Parse(a.Val); err != nil || u.Scheme != "https" && u.Scheme != "mailto" {
						t.Errorf("%s: a link to %q got through", where, a.Val)
					}
				}
			}
		}
	}
	if !strings.Contains(m.text, "{{.Greeting}}") {
		t.Error("a post can't speak of templates")
	}
}

func src(n *html.Node) string {
	s, _ := attribute(n, "src")
	return s
}

// TestG1_ALongDigestIsCutNeverItsFooter makes digests of hundreds of posts of every length.
func TestG1_ALongDigestIsCutNeverItsFooter(t *testing.T) {
	c := composer(t)
	text := func(name string) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			word := rapid.SampledFrom([]string{"raad ", "burgerberaad ", "é&<>\"' ", "🙂 ", "woordzonderspaties", "中文 ", "{{x}} "}).Draw(t, name)
			return strings.Repeat(word, rapid.IntRange(0, 300).Draw(t, name+" length"))
		})
	}
	rapid.Check(t, func(rt *rapid.T) {
		d := *sampleDigests(newsletter.Dutch, rapid.SampledFrom([]newsletter.Layout{newsletter.Standard, newsletter.Large}).Draw(rt, "layout"))[0]
		d.Introduction = text("introduction").Draw(rt, "introduction")
		d.Posts = nil
		base := Post{
			Title: text("title").Draw(rt, "title") + "x", Summary: text("summary").Draw(rt, "summary"),
			Topics: []string{text("topic").Draw(rt, "topic")},
			Link:   "https://www.noorderkring.example/" + strings.Repeat("a", rapid.IntRange(0, 1500).Draw(rt, "link")),
		}
		topics := rapid.IntRange(1, 40).Draw(rt, "topics")
		for i := range rapid.IntRange(0, 300).Draw(rt, "posts") {
			post := base
			post.Topics = []string{fmt.Sprint(base.Topics[0], i%topics)}
			if i%7 == 0 {
				post.StartsAt, post.Place = d.Date.Add(time.Duration(i)*time.Hour), base.Title
			}
			d.Posts = append(d.Posts, post)
		}
		r, err := c.Digest(&d)
		if err != nil {
			rt.Fatal(err)
		}
		m := readMail(t, mergeLetter(t, r.Letter, &samplePersonal))
		if len(m.html) > MaxHTML {
			rt.Fatalf("the HTML is %d octets long", len(m.html))
		}
		if len(d.Posts) > 0 && r.LeftOut == len(d.Posts) {
			rt.Fatal("there was no room for a single post")
		}
		if r.LeftOut > 0 && len(m.html) < MaxHTML/2 {
			rt.Fatalf("%d posts were left out of a mail of %d octets", r.LeftOut, len(m.html))
		}
		for _, part := range []string{m.html, m.text} {
			for _, want := range []string{samplePersonal.UnsubscribeURL, samplePersonal.PreferencesURL, samplePersonal.WhyURL, "Brink 14", "https://nieuws.noorderkring.example/privacy", d.WebURL} {
				if !strings.Contains(part, want) {
					rt.Fatalf("the footer lacks %q", want)
				}
			}
			if more := strings.Contains(part, "niet meer in deze mail"); more != (r.LeftOut > 0) {
				rt.Fatalf("%d posts are left out, and it says so: %v", r.LeftOut, more)
			}
		}
		if got := strings.Count(r.Web, "Lees verder:"); got != len(d.Posts) {
			rt.Fatalf("the version for the browser has %d of %d posts", got, len(d.Posts))
		}
	})
}

// Posts of a pause are linked, however many they are and however long their addresses: in the mail as many
// as it has room for, in the browser all.
func TestDigestAfterALongPause(t *testing.T) {
	c := composer(t)
	for name, address := range map[string]string{"short": "https://a.example/", "long": "https://a.example/?" + strings.Repeat("a&", 900)} {
		d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
		d.Away = nil
		for i := range 45 {
			d.Away = append(d.Away, Link{Title: fmt.Sprintf("Pauzebericht %d.", i+1), URL: address + strconv.Itoa(i)})
		}
		r, err := c.Digest(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := readMail(t, merged(t, c, d))
		shown := strings.Count(m.text, "Pauzebericht ")
		if shown == 0 || shown > 30 || len(m.html) > MaxHTML || r.LeftOut == len(d.Posts) {
			t.Errorf("%s: %d of the pause, %d octets, %d of %d posts left out", name, shown, len(m.html), r.LeftOut, len(d.Posts))
		}
		more := fmt.Sprintf("Uit die tijd zijn er nog %d berichten.", 45-shown)
		if !strings.Contains(m.text, more) || !strings.Contains(m.html, more) {
			t.Errorf("%s: it does not say: %s", name, more)
		}
		if n := strings.Count(r.Web, "Pauzebericht "); n != 45 {
			t.Errorf("%s: the browser shows %d", name, n)
		}
	}
}

func TestDigestRefusesWhatItCannotShow(t *testing.T) {
	c := composer(t)
	for want, spoil := range map[string]func(*Digest){
		"in the language":             func(d *Digest) { d.Language = "fr" },
		"no layout":                   func(d *Digest) { d.Layout = "huge" },
		"the zone to show it in":      func(d *Digest) { d.Zone = nil },
		"its version for the browser": func(d *Digest) { d.WebURL = "/e/1" },
		"title of its list":           func(d *Digest) { d.List.Title = "" },
		"List-Id":                     func(d *Digest) { d.List.ID = "no dot" },
		"From":                        func(d *Digest) { d.List.From.Addr = "nobody" },
	} {
		d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
		spoil(d)
		if _, err := c.Digest(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault is %v, want %q", err, want)
		}
	}
}

func TestPersonalValuesFollowTheLetter(t *testing.T) {
	values, err := samplePersonal.Values([]string{FieldWhy, FieldGreeting})
	if err != nil || values[0] != samplePersonal.WhyURL || values[1] != samplePersonal.Greeting {
		t.Errorf("the values are %q, %v", values, err)
	}
	if _, err := samplePersonal.Values([]string{"shoe_size"}); err == nil || !strings.Contains(err.Error(), "shoe_size") {
		t.Errorf("an unknown field gives %v", err)
	}
}

func TestGreeting(t *testing.T) {
	c := composer(t)
	for _, test := range []struct {
		lang       newsletter.Language
		name, want string
	}{
		{"nl", "Zoë", "Beste Zoë,"}, {"nl", " ", "Beste lezer,"}, {"en", "", "Dear reader,"}, {"en", "Jan\r\nBcc: x", "Dear Jan Bcc: x,"},
	} {
		if got, err := c.Greeting(test.lang, test.name); err != nil || got != test.want {
			t.Errorf("to %q it says %q, %v; want %q", test.name, got, err, test.want)
		}
	}
}
