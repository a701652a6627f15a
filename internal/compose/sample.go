package compose

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
	"bode.example/templates"
)

// Samples declares every template of email/ with example data, for templates.Set.Check.
func Samples(set *templates.Set) ([]templates.Sample, error) {
	c, err := New(set, sampleOrganisation(), bytes.NewReader(make([]byte, 1<<16)))
	if err != nil {
		return nil, err
	}
	var samples []templates.Sample
	for _, d := range sampleDigests(newsletter.Dutch, newsletter.Standard) {
		marker, err := mailer.NewMarker(c.random, Fields()...)
		if err != nil {
			return nil, err
		}
		headline, err := c.Headline(d)
		if err != nil {
			return nil, err
		}
		view, err := c.newDigestView(d, headline, marker)
		if err != nil {
			return nil, err
		}
		for _, name := range []string{"email/digest.html", "email/digest.txt", "email/digest_web.html"} {
			samples = append(samples, templates.Sample{Template: name, Data: view})
		}
	}
	for _, m := range sampleMessages(newsletter.Dutch) {
		n, w := m.notice(), &words{composer: c, lang: newsletter.Dutch}
		view := c.newNoticeView(&n, newsletter.Standard, w)
		if w.err != nil {
			return nil, w.err
		}
		for _, ending := range []string{".html", ".txt"} {
			samples = append(samples, templates.Sample{Template: "email/" + m.Template() + ending, Data: view})
		}
	}
	return samples, nil
}

// Check makes every mail with example data, in every language and layout, and holds it to what
// package documentation promises. It is called when the program starts: a template of the operator
// that drops the link for leaving stops the start, not the mail.
func (c *Composer) Check() error {
	var faults []error
	for _, lang := range newsletter.Languages() {
		for _, layout := range []newsletter.Layout{newsletter.Standard, newsletter.Large} {
			for _, d := range sampleDigests(lang, layout) {
				if _, err := c.Digest(d); err != nil {
					faults = append(faults, fmt.Errorf("digest in %s, layout %s: %w", lang, layout, err))
				}
			}
			for _, m := range sampleMessages(lang) {
				draft, err := c.Notice(lang, layout, m)
				if err == nil {
					_, err = draft.Compile(nil)
				}
				if err != nil {
					faults = append(faults, fmt.Errorf("%s in %s, layout %s: %w", m.Template(), lang, layout, err))
				}
			}
		}
	}
	return errors.Join(faults...)
}

// sampleZone is fixed, so that nothing here depends on the machine's zone files.
func sampleZone() *time.Location { return time.FixedZone("CET", 3600) }

func sampleOrganisation() Organisation {
	return Organisation{
		Name:   "Stichting Noorderkring",
		Postal: []string{"Brink 14", "9401 HS Assen"},
		Email:  "redactie@noorderkring.example", Phone: "0592 - 12 34 56",
		Site:     "https://nieuws.noorderkring.example",
		From:     mailer.Address{Name: "Stichting Noorderkring", Addr: "nieuws@noorderkring.example"},
		ReplyTo:  mailer.Address{Addr: "redactie@noorderkring.example"},
		SenderID: "noorderkring",
	}
}

func sampleList(lang newsletter.Language) List {
	title := "Expertgroep Nieuwe Democratie"
	if lang == newsletter.English {
		title = "Expert group New Democracy"
	}
	return List{
		Name: "nieuwe-democratie", Title: title, ID: "nieuwe-democratie.noorderkring.example",
		From:    mailer.Address{Name: title, Addr: "nieuws@noorderkring.example"},
		ReplyTo: mailer.Address{Addr: "redactie@noorderkring.example"},
	}
}

// sampleDigests are a full one, one with a single post and nothing else, and one with links alone.
func sampleDigests(lang newsletter.Language, layout newsletter.Layout) []*Digest {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, sampleZone())
	const web = "https://nieuws.noorderkring.example/e/k3v7m2q9t4w8x5z6b7c2d3f4g5"
	base := Digest{
		Edition: "a2b3c4d5e6f7g8h9j2k3m4n5p6", Language: lang, Layout: layout, List: sampleList(lang),
		Date: at, Zone: sampleZone(), WebURL: web,
	}
	full, single, away := base, base, base
	full.Introduction = sampleIntroduction
	full.Posts = samplePosts()
	full.NewTopics = []string{"Jongeren en politiek", "Wijkbudgetten"}
	full.NextAt = at.AddDate(0, 0, 7)
	full.Away = []Link{
		{"Wat een dorpsbelang wel en niet kan", "https://www.noorderkring.example/dorpsbelang", newsletter.Dutch},
		{"How Scottish councils share a budget", "https://www.noorderkring.example/scotland", newsletter.English},
		{"Een bericht zonder link", "", newsletter.Dutch},
	}
	single.Posts = samplePosts()[1:2]
	away.Away = full.Away
	return []*Digest{&full, &single, &away}
}

const sampleIntroduction = `Deze week gaat het over **luisteren**. Drie gemeenten vertellen hoe inwoners bij hen meepraten vóórdat er een plan ligt, en wat dat van raadsleden vraagt.

Nieuw zijn ook:

- de data van onze werksessies in december;
- een [handreiking voor dorpsbudgetten](https://www.noorderkring.example/handreiking).

*De redactie*`

func samplePosts() []Post {
	day := func(d, hour, minute int) time.Time {
		return time.Date(2026, 11, d, hour, minute, 0, 0, sampleZone())
	}
	const site = "https://www.noorderkring.example/"
	return []Post{
		{
			Title: "Een burgerberaad over de dorpskern: vier avonden, één advies", Link: site + "burgerberaad-dorpskern",
			Summary: "Zestig gelote inwoners bogen zich over het plein, de winkels en het oude postkantoor. De gemeenteraad nam " +
				"zeven van hun negen voorstellen over. Wat werkte, en wat doen zij een volgende keer anders?",
			Topics: []string{"De verbinding met bewoners", "Experimenten met nieuwe democratie"}, Language: newsletter.Dutch, PublishedAt: day(20, 9, 0),
			Picture: Picture{site + "beraad.jpg", "Inwoners zitten in een kring in een sporthal en praten met elkaar"},
		},
		{
			Title: "Raadsleden op de fiets: luisteren vóór het debat", Link: site + "raadsleden-op-de-fiets",
			Summary: "Eén middag per maand rijdt een deel van de raad langs keukentafels en kantines. Niet om een plan te verdedigen, " +
				"maar om vragen op te halen. Een raadslid, een griffier en een inwoner vertellen wat het hun bracht.",
			Topics: []string{"De nieuwe rol van de raad"}, Language: newsletter.Dutch, PublishedAt: day(19, 14, 30),
		},
		{
			Title: "Werksessie: de raad die luistert", Link: site + "werksessie-raad", Summary: "Met acht raadsleden en acht inwoners oefenen " +
				"we gesprekken die niet over standpunten gaan. Deelname is gratis; er is plek voor veertig mensen.",
			Topics: []string{"De nieuwe rol van de raad"}, Language: newsletter.Dutch, PublishedAt: day(16, 10, 0),
			StartsAt: time.Date(2026, 12, 3, 19, 30, 0, 0, sampleZone()), EndsAt: time.Date(2026, 12, 3, 21, 30, 0, 0, sampleZone()),
			Place: "Dorpshuis De Deel, Hoofdstraat 58, Rolde", CalendarURL: "https://nieuws.noorderkring.example/ics/b3c4d5e6f7.ics",
		},
		{
			Title: "Citizens' assemblies in the North Sea region", Link: site + "assemblies", Language: newsletter.English, PublishedAt: day(18, 8, 0),
			Summary: "Five towns in four countries compared notes on drawing lots, paying for childcare and telling the press. Their short report is in English.",
			Topics:  []string{"Experimenten met nieuwe democratie"},
		},
		{
			Title: "De griffie als spin in het web", Link: site + "griffie", Language: newsletter.Dutch, PublishedAt: day(17, 11, 0),
			Summary: "Tussen raad, college en ambtenaren gaat veel verloren. Drie griffiers laten zien hoe een gezamenlijke agenda helpt.",
			Topics:  []string{"Het samenspel van raad, college en ambtenaren"},
		},
		{
			Title: "Redactie zoekt verhalen uit kleine kernen", Link: "", Language: newsletter.Dutch, PublishedAt: day(21, 16, 0),
			Summary: "Kent u een dorp of wijk waar inwoners zelf de regie namen? Antwoord op deze mail, dan bellen wij u.",
		},
	}
}

func sampleMessages(lang newsletter.Language) []Message {
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, sampleZone())
	const site = "https://nieuws.noorderkring.example"
	pace, greeting := "elke maandag om 08.00 uur", "Beste Jan,"
	if lang == newsletter.English {
		pace, greeting = "every Monday at 08:00", "Dear Jan,"
	}
	one := []Choice{{
		List: sampleList(lang), Topics: []string{"De nieuwe rol van de raad", "Wijkbudgetten", "Jongeren en politiek"},
		Schedule: pace, NextAt: at, UnsubscribeURL: site + "/u/AQr4n8pZ2mWq7sT1vXy5bC9dE3fG6hJ0kL",
	}}
	second := sampleList(lang)
	second.Title, second.Name = "Dorpen & wijken", "dorpen-en-wijken"
	both := slices.Concat(one[:1], []Choice{{List: second, UnsubscribeURL: site + "/u/BQr4n8pZ2mWq7sT1vXy5bC9dE3fG6hJ0kL"}})
	asked := func(choices []Choice) []Choice { // before a confirmation nobody has a link to leave
		open := append([]Choice(nil), choices...)
		for i := range open {
			open[i].UnsubscribeURL, open[i].NextAt = "", time.Time{}
		}
		return open
	}
	const token = "AWq7sT1vXy5bC9dE3fG6hJ0kLmN8pQ2rS4tU6vW8xY0zA1bC3dE5fG7hJ9k"
	return []Message{
		&Confirmation{Choices: asked(one), URL: site + "/c/" + token, ValidUntil: at, Zone: sampleZone()},
		&Confirmation{Choices: asked(both), URL: site + "/c/" + token, ValidUntil: at, Zone: sampleZone()},
		&Welcome{Greeting: greeting, Choices: one, PreferencesURL: site + "/v/" + token, Zone: sampleZone()},
		&Welcome{Greeting: greeting, Choices: both, PreferencesURL: site + "/v/" + token, Zone: sampleZone()},
		&AlreadySubscribed{Greeting: greeting, Choices: asked(one), PreferencesURL: site + "/v/" + token, Zone: sampleZone()},
		&AlreadySubscribed{Greeting: greeting, Choices: asked(both), PreferencesURL: site + "/v/" + token, Zone: sampleZone()},
		&AccessLink{Greeting: greeting, URL: site + "/a/" + token, ValidUntil: at, Zone: sampleZone()},
		&AddressConfirmation{URL: site + "/x/" + token, ValidUntil: at, Zone: sampleZone()},
		&AddressNotice{Greeting: greeting, UndoURL: site + "/z/" + token, UndoUntil: at, Zone: sampleZone()},
		&Confirmation{Choices: asked(one), URL: site + "/c/" + token, ValidUntil: at, Zone: sampleZone(), Invited: true},
		&RequestIdentity{Kind: newsletter.RequestErasure, Reference: "2026-0007", URL: site + "/q/" + token, ValidUntil: at, Zone: sampleZone()},
		&RequestLetter{Greeting: greeting, Subject: "Uw verzoek 2026-0007", Body: "Wij hebben alles gewist.\n\nDeze mail is de laatste.", URL: site + "/privacy", Zone: sampleZone()},
		&RequestLetter{Greeting: greeting, Subject: "Uw gegevens", Body: "Uw gegevens staan klaar.", Data: true, URL: site + "/d/" + token, Zone: sampleZone()},
		&RequestReminder{Kind: newsletter.RequestAccess, Reference: "2026-0007", Due: newsletter.NewDay(2026, time.December, 2), URL: site + "/desk/", Zone: sampleZone()},
		&RequestReminder{Kind: newsletter.RequestOther, Reference: "2026-0008", Due: newsletter.NewDay(2026, time.November, 20), Late: true, URL: site + "/desk/", Zone: sampleZone()},
		&SignIn{Greeting: greeting, URL: site + "/desk/sign-in/link/" + token, Code: "4071 9352", ValidUntil: at, Zone: sampleZone()},
		&Invitation{Greeting: greeting, URL: site + "/desk/sign-in/link/" + token, ValidUntil: at, Zone: sampleZone()},
		&TestMail{Greeting: greeting, URL: site + "/desk/first-steps", Zone: sampleZone()},
		&AuditAnchor{Anchor: newsletter.Anchor{At: newsletter.At(at), Audit: newsletter.ChainHead{Seq: 1204, Hash: strings.Repeat("9f2c", 16)},
			Consent: newsletter.ChainHead{Seq: 8812, Hash: strings.Repeat("41aa", 16)}}, URL: site + "/desk/privacy/ledger", Zone: sampleZone()},
	}
}
