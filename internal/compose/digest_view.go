package compose

import (
	"html"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/mailer"
	"bode.example/templates"
)

// The longest that parts of a post get, in characters: a summary is two or three lines.
const (
	maxTitle   = 160
	maxSummary = 300
	maxName    = 80 // of a topic
	maxPlace   = 160
	maxAway    = 30 // links to posts of a pause; the browser has them all
)

// awayRoom is how many octets of a mail those links may take: addresses can be long, and they must leave
// room for what is new.
const awayRoom = 16_000

// maxPictures keeps a digest mostly words: filters distrust mail that is mostly pictures.
const maxPictures = 5

// digestView is what the templates of a digest see.
type digestView struct {
	frame
	Ask              *Ask // of a proof
	List             List
	Greeting         string
	Introduction     []block
	IntroductionText string
	Contents         string // what there is, in one sentence, for want of an introduction
	Groups           []group
	Sections         bool // the groups have headings, so posts are one level deeper
	More             int  // posts that there was no room for
	Away             []Link
	AwayMore         int // posts of the pause that there was no room for
	NewTopics        []string
	NewTopicNames    string
	Next             string
	PreferencesURL   string
	UnsubscribeURL   string
	WhyURL           string

	introduction []block // not shortened, for the browser
	away         []Link  // all
}

// group is posts under one heading: the Agenda, or a topic.
type group struct {
	Heading string
	Posts   []postView
}

type postView struct {
	Title, Link, Summary string
	Under                string // date and topics, but for the topic that is the heading above
	Foreign              newsletter.Language
	Picture              *Picture
	IsEvent              bool
	When, Place          string
	Calendar             string
}

func (c *Composer) newDigestView(d *Digest, headline Headline, marker *mailer.Marker) (*digestView, error) {
	w := &words{composer: c, lang: d.Language}
	v := &digestView{
		frame: c.newFrame(headline.Subject, headline.Preheader, d.Language, d.Layout),
		List:  d.List, Greeting: marker.Mark(FieldGreeting),
		UnsubscribeURL: marker.Mark(FieldUnsubscribe), PreferencesURL: marker.Mark(FieldPreferences), WhyURL: marker.Mark(FieldWhy),
		Next: date(d.Language, d.NextAt, d.Zone),
	}
	v.Heading = d.List.Title
	c.dress(&v.frame, &d.List.Branding)
	v.Under = upperFirst(date(d.Language, d.Date, d.Zone))
	v.WebURL = webLink(d.WebURL)
	v.introduce(d, w)
	v.fillGroups(d, w)
	v.linkAway(d)
	for _, topic := range d.NewTopics {
		v.NewTopics = append(v.NewTopics, line(topic, maxName))
	}
	var quoted []string
	for _, topic := range v.NewTopics {
		quoted = append(quoted, w.say("quote", "Text", topic))
	}
	v.NewTopicNames = w.and(quoted)
	return v, w.err
}

// linkAway takes the posts of a pause, in the mail as many as there is room for.
func (v *digestView) linkAway(d *Digest) {
	room := awayRoom
	for _, link := range d.Away {
		l := Link{line(link.Title, maxTitle), webLink(link.URL), foreign(link.Language, d.Language)}
		v.away = append(v.away, l)
		const around = 250 // what the template writes around a link
		if room -= around + len(html.EscapeString(l.Title)) + len(html.EscapeString(l.URL)); room > 0 && len(v.Away) < maxAway && v.AwayMore == 0 {
			v.Away = append(v.Away, l)
		} else {
			v.AwayMore++
		}
	}
}

// introduce takes the editor's introduction, shortened for the mail if need be, or says what there is.
func (v *digestView) introduce(d *Digest, w *words) {
	v.introduction = markdownBlocks(repairMojibake(richtext.Clean(d.Introduction)))
	v.Introduction = v.introduction
	if short, cut := shorten(v.introduction, maxIntroduction); cut {
		more := span{Text: w.say("mail_browser"), Link: v.WebURL}
		v.Introduction = append(slices.Clip(short), block{Kind: "paragraph", Items: [][]span{{more}}})
	}
	v.IntroductionText = plainBlocks(v.Introduction)
	events := 0
	for i := range d.Posts {
		if d.Posts[i].isEvent(d.Date) {
			events++
		}
	}
	var what []string
	if events > 0 {
		what = append(what, w.say("digest_contents_events", "Count", events))
	}
	if posts := len(d.Posts) - events; posts > 0 {
		what = append(what, w.say("digest_contents_posts", "Count", posts))
	}
	if len(what) > 0 {
		v.Contents = w.say("digest_contents", "What", w.and(what), "Count", len(d.Posts))
	}
}

// fillGroups makes the groups as the templates see them. Without sections no group has a heading.
func (v *digestView) fillGroups(d *Digest, w *words) {
	sections := arrange(d.Posts, d.Date)
	v.Sections = len(sections) > 1 || len(sections) == 1 && sections[0].kind == agenda
	for _, section := range sections {
		g, topic := group{}, ""
		switch {
		case !v.Sections:
		case section.kind == agenda:
			g.Heading = w.say("digest_agenda")
		case section.kind == rest:
			g.Heading = w.say("digest_other")
		default:
			g.Heading, topic = line(section.topic, maxName), section.topic
		}
		for _, post := range section.posts {
			g.Posts = append(g.Posts, newPostView(post, topic, d))
		}
		v.Groups = append(v.Groups, g)
	}
	v.dropPictures()
}

func (v *digestView) dropPictures() {
	pictures := 0
	for _, g := range v.Groups {
		for i := range g.Posts {
			if g.Posts[i].Picture != nil {
				if pictures++; pictures > maxPictures {
					g.Posts[i].Picture = nil
				}
			}
		}
	}
}

// newPostView shows all topics of a post but the one that it stands under.
func newPostView(p *Post, topic string, d *Digest) postView {
	v := postView{
		Title: line(p.Title, maxTitle), Link: webLink(p.Link), Summary: line(p.Summary, maxSummary),
		Foreign: foreign(p.Language, d.Language), IsEvent: p.isEvent(d.Date), Place: line(p.Place, maxPlace),
		Calendar: webLink(p.CalendarURL),
	}
	var under []string
	if !p.PublishedAt.IsZero() && !v.IsEvent {
		under = append(under, templates.Day(d.Language, p.PublishedAt.In(d.Zone)))
	}
	for _, other := range p.Topics {
		if other != topic {
			under = append(under, line(other, maxName))
		}
	}
	v.Under = strings.Join(under, " · ")
	if v.IsEvent {
		v.When = upperFirst(templates.Period(d.Language, p.StartsAt.In(d.Zone), inZone(p.EndsAt, d.Zone)))
	}
	if alt := line(p.Picture.Alt, maxSummary); alt != "" && webLink(p.Picture.URL) != "" {
		v.Picture = &Picture{webLink(p.Picture.URL), alt}
	}
	return v
}

// inZone keeps the zero time what it is.
func inZone(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}

// foreign is the language of something if it isn't that of the mail, for its lang attribute.
func foreign(own, mail newsletter.Language) newsletter.Language {
	if own == mail || !own.Valid() {
		return ""
	}
	return own
}

func (v *digestView) posts() (n int) {
	for _, g := range v.Groups {
		n += len(g.Posts)
	}
	return n
}

// showing returns the view with its first n posts.
func (v *digestView) showing(n int) *digestView {
	short := *v
	short.More = v.posts() - n
	short.Groups = nil
	for _, g := range v.Groups {
		if n <= 0 {
			break
		}
		g.Posts = g.Posts[:min(n, len(g.Posts))]
		n -= len(g.Posts)
		short.Groups = append(short.Groups, g)
	}
	return &short
}

// forWeb returns the view with everything in it and nobody's links.
func (v *digestView) forWeb() *digestView {
	web := *v
	web.Ask = nil
	web.Introduction, web.Away, web.AwayMore = v.introduction, v.away, 0
	web.Greeting, web.UnsubscribeURL, web.PreferencesURL, web.WhyURL = "", "", "", ""
	return &web
}

// summaryOf is the beginning of a post, for the line after the subject.
func summaryOf(p *Post, max int) string { return line(p.Summary, max) }
