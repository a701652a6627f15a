package compose

import (
	"context"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

func sampleEdition() *newsletter.Digest {
	texts := func(nl, en string) newsletter.Texts {
		return newsletter.Texts{newsletter.Dutch: {Title: nl}, newsletter.English: {Title: en}}
	}
	slot := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	own, imported := newsletter.NewPublicID(), newsletter.NewPublicID()
	return &newsletter.Digest{
		VariantID: newsletter.NewPublicID(), Language: newsletter.English, Layout: newsletter.Standard,
		Edition: newsletter.Edition{PublicID: newsletter.NewPublicID(), Kind: newsletter.EditionSlot, ScheduledFor: newsletter.At(slot)},
		List: newsletter.List{
			Name: "nd", Texts: texts("Nieuwe Democratie", "New Democracy"), Language: newsletter.Dutch, ListID: "nd.noorderkring.example",
			SenderName: "Nieuwe Democratie", SenderAddress: "nieuws@noorderkring.example", ReplyTo: "redactie@noorderkring.example",
		},
		Schedule: newsletter.Schedule{Cron: "0 8 * * 1", Zone: "Europe/Amsterdam", State: newsletter.ScheduleActive},
		Topics: []newsletter.Topic{
			{ID: 3, Name: "raad", Texts: texts("De raad", "The council")},
			{ID: 4, Name: "dorpen", Texts: newsletter.Texts{newsletter.Dutch: {Title: "Dorpen"}}},
			{ID: 5, Name: "naamloos"},
		},
		Posts: []newsletter.EditionPost{
			{PublicID: own, Own: true, Title: "Werksessie", StartsAt: newsletter.At(slot.Add(240 * time.Hour)), Topics: newsletter.IDs{3}, Language: newsletter.Dutch},
			{PublicID: imported, Title: "Bericht", Link: "https://bron.example/bericht", Topics: newsletter.IDs{4, 5}, Language: newsletter.Dutch},
		},
		NewTopics: []newsletter.Topic{{ID: 4, Name: "dorpen", Texts: newsletter.Texts{newsletter.Dutch: {Title: "Dorpen"}}}},
		Away:      []newsletter.EditionPost{{PublicID: imported, Title: "Gemist", Link: "https://bron.example/gemist", Language: newsletter.Dutch}},
	}
}

func TestFromEdition(t *testing.T) {
	c, e := composer(t), sampleEdition()
	d, err := c.FromEdition(e)
	if err != nil {
		t.Fatal(err)
	}
	const site = "https://nieuws.noorderkring.example"
	for _, check := range []struct{ got, want string }{
		{d.List.Title, "New Democracy"},
		{d.WebURL, site + "/e/" + e.VariantID.String() + "?lang=en"},
		{d.Posts[0].Link, site + "/p/" + e.Posts[0].PublicID.String()},
		{d.Posts[0].CalendarURL, site + "/ics/" + e.Posts[0].PublicID.String() + ".ics"},
		{strings.Join(d.Posts[0].Topics, "|"), "The council"},
		{d.Posts[1].Link, "https://bron.example/bericht"},
		{d.Posts[1].CalendarURL, ""},
		{strings.Join(d.Posts[1].Topics, "|"), "Dorpen|naamloos"},
		{strings.Join(d.NewTopics, "|"), "Dorpen"},
		{d.Away[0].URL, "https://bron.example/gemist"},
		{date(newsletter.Dutch, d.Date, d.Zone), "maandag 23 november 2026"},
		{d.NextAt.UTC().Format(time.RFC3339), "2026-11-30T07:00:00Z"},
	} {
		if check.got != check.want {
			t.Errorf("got %q, want %q", check.got, check.want)
		}
	}
	e.Edition.Kind, e.Edition.ScheduledFor = newsletter.EditionExtra, newsletter.Time{}
	e.Edition.ApprovedAt = newsletter.At(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	e.Schedule.State = newsletter.SchedulePaused
	if d, err = c.FromEdition(e); err != nil || !d.Date.Equal(e.Edition.ApprovedAt.Time) || !d.NextAt.IsZero() {
		t.Errorf("an extra edition of a paused schedule has the date %v and the next %v, %v", d.Date, d.NextAt, err)
	}
}

// The same edition for readers who chose differently: what stands under which heading.
func TestPostsStandUnderTopicsThatTheReaderChose(t *testing.T) {
	c := composer(t)
	for name, under := range map[string]map[int64]int64{"first": {7: 4}, "second": {7: 5}} {
		e := sampleEdition()
		e.Language = newsletter.Dutch
		e.Topics[2].Texts = newsletter.Texts{newsletter.Dutch: {Title: "Jongeren"}}
		e.Posts[1].PostID, e.Under = 7, under
		_, _, web, err := c.Compose(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "under-"+name+".nl.html", []byte(strings.ReplaceAll(web, e.Posts[0].PublicID.String(), "POST")))
	}
}

// Whoever serves a picture learns who reads (STANDARDS D8): those of imported posts are shown from trusted domains
// alone, in the mail and in the browser; those of own posts are the editors' choice.
func TestD8_PicturesOfStrangersAreLeftOut(t *testing.T) {
	for host, shown := range map[string]bool{
		"noorderkring.example": true, "beeld.noorderkring.example": true, "BEELD.Noorderkring.example": true,
		"tracker.example": false, "anoorderkring.example": false, "noorderkring.example.tracker.example": false,
	} {
		for _, own := range []bool{false, true} {
			c, e := composer(t), sampleEdition()
			c.organisation.PictureDomains = []string{"noorderkring.example"}
			e.Posts[1].Own, e.Posts[1].Picture, e.Posts[1].Alt = own, "https://"+host+"/beeld.jpg?lezer=7", "Een dorpsplein"
			stored, _, web, err := c.Compose(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			letter := new(mailer.Letter)
			if err := letter.UnmarshalBinary(stored); err != nil {
				t.Fatal(err)
			}
			mail := readMail(t, mergeLetter(t, letter, &samplePersonal)).html
			if inMail, inWeb := strings.Contains(mail, "/beeld.jpg"), strings.Contains(web, "/beeld.jpg"); inMail != (shown || own) || inWeb != (shown || own) {
				t.Errorf("the picture at %s of a post (own %v) is in the mail %v, in the browser %v", host, own, inMail, inWeb)
			}
		}
	}
}

func TestComposeGivesWhatIsStored(t *testing.T) {
	stored, subject, web, err := composer(t).Compose(context.Background(), sampleEdition())
	if err != nil {
		t.Fatal(err)
	}
	letter := new(mailer.Letter)
	if err := letter.UnmarshalBinary(stored); err != nil {
		t.Fatal(err)
	}
	m := readMail(t, mergeLetter(t, letter, &samplePersonal))
	if subject != "Werksessie (3 December 2026) and 1 other post" || m.header.Get("Subject") != subject {
		t.Errorf("the subject is %q, in the letter %q", subject, m.header.Get("Subject"))
	}
	if !strings.Contains(m.html, `lang="nl"><a href="https://bron.example/bericht"`) || !strings.Contains(web, "Bericht") {
		t.Error("the Dutch post of an English digest isn't marked as Dutch")
	}
	e := sampleEdition()
	e.Schedule.Zone = "Mars/Olympus"
	if _, _, _, err := composer(t).Compose(context.Background(), e); err == nil {
		t.Error("a zone that doesn't exist is no fault")
	}
}
