package public

import (
	"html/template"
	"net/url"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// Sample is a page with data like the real: New renders them all, so that a template that doesn't work
// with its data, an operator's own among them, stops the start and not a reader.
type Sample struct {
	Name string // what it shows, such as "signup-faults"
	Page web.Page
}

// CheckTemplates executes every template of the door in every language, with all samples: what New
// refuses, without the rest of New.
func CheckTemplates(set *templates.Set) error {
	var samples []templates.Sample
	for _, site := range []*Site{sampleSite(), {Organisation: "Stichting Voorbeeld", Zone: time.UTC}} {
		for _, s := range Samples() {
			samples = append(samples, templates.Sample{Template: "web/public/" + s.Page.Template, Data: web.SampleView(s.Page, site)})
		}
	}
	return set.Check("web/public", samples...)
}

func sampleSite() *Site {
	return &Site{
		Organisation: "Democratische Broedplaats Noord", Postal: []string{"Stationsweg 1", "9700 AA Groningen"},
		Email: "redactie@nieuws.example", Phone: "050 123 45 67", Disclaimer: true, Website: "https://www.broedplaats.example", Zone: time.UTC,
		Follow: []Link{{"Mastodon", "https://social.example/@bode"}}, Statement: "https://toegankelijk.example/123",
		Mailbox: "/demo/mailbox",
	}
}

// Samples are pages in every state that a reader may meet.
func Samples() []Sample {
	all := readingSamples()
	all = append(all, joiningSamples()...)
	all = append(all, linkSamples()...)
	all = append(all, accessSamples()...)
	return append(all, requestSamples()...)
}

var sampleTime = newsletter.At(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))

func sampleList() listView {
	return listView{Name: "nieuwe-democratie", Title: "Expertgroep Nieuwe Democratie", Lang: newsletter.Dutch, URL: "/l/nieuwe-democratie",
		Description: "Ervaringen, onderzoek en werksessies over lokale democratie: van de nieuwe rol van de raad tot burgers die zelf de regie nemen."}
}

func samplePosts() []postView {
	return []postView{
		{Title: "Een raad die meer luistert dan stuurt", Lang: newsletter.Dutch, URL: "/p/abc", Author: "Marijke de Boer", PublishedAt: sampleTime,
			Summary: "Drie gemeenten lieten inwoners meebeslissen over de agenda van de gemeenteraad. Wat leverde het op, en wat kostte het?",
			Topics:  []string{"De nieuwe rol van de raad", "Maatschappelijke democratie"}},
		{Title: "Verantwoordelijkheidsverdeling in samenwerkingsverbanden", Lang: newsletter.Dutch, URL: "https://bron.example/1",
			Source: "https://bron.example/1", PublishedAt: sampleTime, Summary: "Wie beslist, als iedereen meedoet?"},
	}
}

func readingSamples() []Sample {
	list, event := sampleList(), eventView{sampleTime, newsletter.At(sampleTime.Add(2 * time.Hour)), "Provinciehuis, Groningen", "/ics/abc.ics"}
	post := samplePosts()[0]
	post.Picture, post.Alt = "/static/icon.svg", "Raadsleden en inwoners aan één tafel"
	body := template.HTML("<p>In de raadszaal staan de tafels dit keer in een kring.</p><h2>Wat er anders ging</h2><p>Inwoners kregen evenveel spreektijd als raadsleden.</p><blockquote><p>Ik werd voor het eerst niet onderbroken.</p></blockquote><ul><li>Loting</li><li>Kleine groepen</li></ul>")
	return []Sample{
		{"home", web.Page{Template: "home.html", Data: homePage{Alone: &list, Lists: []listView{list}, Form: sampleForm(1), Posts: samplePosts(), Archive: "/l/nieuwe-democratie/posts"}}},
		{"home-several", web.Page{Template: "home.html", Data: homePage{Lists: []listView{list, sampleOtherList()}, Form: sampleForm(2)}}},
		{"home-empty", web.Page{Template: "home.html", Data: homePage{}}},
		{"home-closed", web.Page{Template: "home.html", Data: homePage{Alone: &list, Form: &formView{Closed: "privacy"}}}},
		{"list", web.Page{Template: "list.html", Data: listPage{List: list, Form: sampleForm(1), Posts: samplePosts(), Archive: "/l/nieuwe-democratie/posts"}}},
		{"list-paused", web.Page{Template: "list.html", Data: listPage{List: list, Ended: "paused"}}},
		{"list-archived", web.Page{Template: "list.html", Data: listPage{List: list, Ended: "archived", Posts: samplePosts()}}},
		{"list-closed", web.Page{Template: "list.html", Data: listPage{List: list, Form: &formView{Closed: "none"}}}},
		{"archive", web.Page{Template: "archive.html", Data: archivePage{List: list, Posts: samplePosts(), Newest: "/l/x/posts", Older: "/l/x/posts?after=abc"}}},
		{"archive-empty", web.Page{Template: "archive.html", Data: archivePage{List: list}}},
		{"post", web.Page{Template: "post.html", Pictures: true, Data: postPage{List: list, Post: post, Event: event, Body: body, Mailto: "mailto:?subject=x", Related: samplePosts()}}},
		{"post-plain", web.Page{Template: "post.html", Pictures: true, Data: postPage{List: list, Post: samplePosts()[1], Body: body, Mailto: "mailto:?subject=x"}}},
		{"edition", web.Page{Template: "edition.html", Pictures: true, Data: editionPage{List: list, Subject: "Een raad die meer luistert dan stuurt, en 3 andere berichten", Lang: newsletter.Dutch, At: sampleTime, Body: sampleEdition}}},
		{"edition-corrected", web.Page{Template: "edition.html", Data: editionPage{List: list, Subject: "Bewonersavond op maandag", Lang: newsletter.Dutch, At: sampleTime, Body: sampleEdition,
			Corrected: []correctedView{{"/e/x", "Correctie: de avond is op dinsdag", sampleTime}}}}},
		{"edition-undated", web.Page{Template: "edition.html", Pictures: true, Data: editionPage{List: list, Subject: "Extra", Lang: newsletter.English, Body: sampleEdition}}},
		{"contact", web.Page{Template: "document.html", Data: documentPage{Name: "contact", Body: "<p>Mail of bel de redactie.</p>", Lang: newsletter.Dutch, Version: 2, At: sampleTime}}},
		{"privacy-empty", web.Page{Template: "document.html", Data: documentPage{Name: "privacy"}}},
		{"accessibility", web.Page{Template: "document.html", Data: documentPage{Name: "accessibility"}}},
		{"disclaimer", web.Page{Template: "document.html", Data: documentPage{Name: "disclaimer", Body: "<p>Aan de inhoud kunt u geen rechten ontlenen.</p>", Lang: newsletter.Dutch, Version: 1, At: sampleTime}}},
		{"sitemap", web.Page{Template: "sitemap.html", Data: sitemapPage{[]listView{list, sampleOtherList()}}}},
		{"error", web.Page{Template: "error.html", Status: 404, Private: true, Data: web.ErrorPage{Status: 404, Title: "Deze pagina bestaat niet", Text: "Misschien is de link niet volledig, of staat de pagina er niet meer."}}},
	}
}

// sampleEdition is in the shape of email/digest_web.html.
const sampleEdition template.HTML = `<p>In deze nieuwsbrief staat de raad centraal.</p>
<section><h2>Agenda</h2><section class="event"><h3><a href="/p/abc">Werksessie: loting in de praktijk</a></h3><p><strong>donderdag 3 december 2026, 19.30 tot 21.30 uur</strong><br>Provinciehuis, Groningen</p><p>Samen oefenen met een burgerberaad.</p><p><a href="/ics/abc.ics">Zet in uw agenda: <span>Werksessie: loting in de praktijk</span></a></p></section></section>
<section><h2>De nieuwe rol van de raad</h2><section class="post"><h3><a href="/p/def">Een raad die meer luistert dan stuurt</a></h3><p class="meta">20 november 2026</p><p>Drie gemeenten lieten inwoners meebeslissen over de agenda.</p><p><a href="/p/def">Lees verder: <span>Een raad die meer luistert dan stuurt</span></a></p></section></section>
<p class="note">Er is een nieuw onderwerp: burgerberaden.</p><p class="meta">De volgende editie komt op maandag 30 november 2026.</p>`

func sampleOtherList() listView {
	return listView{Name: "rekenkamers", Title: "Rekenkamerberichten", Lang: newsletter.Dutch, URL: "/l/rekenkamers", Description: "Onderzoek van gemeentelijke rekenkamers, kort samengevat."}
}

func sampleForm(lists int) *formView {
	form := &formView{
		Page: "/", Single: lists == 1, Shown: "1795417200", WordingHash: "a1", PrivacyHash: "b2", linkDays: 7,
		Wording:   "Ja, stuur mij per e-mail de nieuwsbrief die ik hier kies. Ik kan mij op elk moment afmelden.",
		Languages: []option{{Value: "nl", Label: "Nederlands", Checked: true}, {Value: "en", Label: "English"}},
	}
	for _, list := range []listView{sampleList(), sampleOtherList()}[:lists] {
		form.Choices = append(form.Choices, sampleChoice(list))
	}
	return form
}

func sampleChoice(list listView) choiceView {
	return choiceView{listView: list, Checked: true, AllTopics: true,
		Topics: []option{
			{Value: "raad", Label: "De nieuwe rol van de raad", Lang: newsletter.Dutch, Hint: "Over raadsleden, griffies en hun werkwijze."},
			{Value: "maatschappelijk", Label: "Maatschappelijke democratie", Lang: newsletter.Dutch, Checked: true},
			{Value: "organisatie", Label: "Interne organisatieontwikkelingen bij gemeenten", Lang: newsletter.Dutch},
		},
		Paces: []option{
			{Value: "wekelijks", Label: "Elke week", Lang: newsletter.Dutch, Hint: "Volgende editie: maandag 30 november 2026, 08.00 uur.", Checked: true},
			{Value: "maandelijks", Label: "Elke maand", Lang: newsletter.Dutch},
		}}
}

func joiningSamples() []Sample {
	typed := sampleForm(1)
	typed.Alone = true
	typed.Address, typed.Name = "jan@voorbeeld", "Jan"
	typed.Choices[0].AllTopics = false
	for i := range typed.Choices[0].Topics {
		typed.Choices[0].Topics[i].Checked = false
	}
	one := sampleForm(1)
	one.Alone = true
	one.Choices[0].Paces = one.Choices[0].Paces[:1]
	several := sampleForm(2)
	several.Alone = true
	faults := []web.Fault{
		{Field: "address", Text: "Dit adres kan niet kloppen: na de @ ontbreekt een einde, zoals .nl."},
		{Field: "topics-nieuwe-democratie", Text: "Kies minstens één onderwerp, of kies ‘Alle onderwerpen’."},
	}
	kept := url.Values{"address": {"jan@voorbeeld"}, "do": {"edit"}}
	again := []web.Field{{Name: "address", Value: "jan@voorbeeld.nl"}}
	standing := sampleStanding()
	return []Sample{
		{"signup-faults", web.Page{Template: "signup.html", Status: 422, Private: true, Kept: kept, Faults: faults, Data: signupPage{Form: typed}}},
		{"signup-faults-several", web.Page{Template: "signup.html", Status: 422, Private: true, Kept: kept, Faults: []web.Fault{{Field: "list", Text: "Kruis minstens één nieuwsbrief aan."}}, Data: signupPage{Form: several}}},
		{"signup-limit", web.Page{Template: "signup.html", Status: 429, Private: true, Kept: kept, Faults: []web.Fault{{Text: "Vanaf dit netwerk kwamen te veel aanmeldingen achter elkaar. Probeer het over 10 minuten opnieuw; wat u typte, staat er nog."}}, Data: signupPage{Form: one}}},
		{"signup-expired", web.Page{Template: "signup.html", Status: 410, Private: true, Data: signupPage{Form: sampleForm(1), Notice: "expired"}}},
		{"signup-left", web.Page{Template: "signup.html", Private: true, Data: signupPage{Form: sampleForm(1), Notice: "left"}}},
		{"signup-closed", web.Page{Template: "signup.html", Status: 409, Private: true, Data: signupPage{Form: &formView{Closed: "switch", Alone: true}}}},
		{"signup-sent", web.Page{Template: "sent.html", Private: true, Kept: kept, Data: sentPage{Address: "jan@voorbeeld.nl", Sender: "Expertgroep Nieuwe Democratie (nieuws@nieuws.example)", Subject: "Bevestig uw aanmelding voor Expertgroep Nieuwe Democratie", LinkDays: 7, Again: again}}},
		{"confirm", web.Page{Template: "confirm.html", Private: true, Data: confirmPage{State: "open", Address: "jan@voorbeeld.nl", Standing: []standingView{standing}}}},
		{"confirmed", web.Page{Template: "confirm.html", Private: true, Data: confirmPage{State: "done", Address: "jan@voorbeeld.nl", Standing: []standingView{standing}}}},
		{"confirmed-before", web.Page{Template: "confirm.html", Private: true, Data: confirmPage{State: "active", Address: "jan@voorbeeld.nl", Standing: []standingView{standing}}}},
	}
}

func sampleStanding() standingView {
	return standingView{Title: "Expertgroep Nieuwe Democratie", Lang: newsletter.Dutch, Topics: []string{"De nieuwe rol van de raad", "Maatschappelijke democratie"},
		Pace: "Elke week", NextAt: sampleTime, Links: newsletter.Links{Preferences: "abc", Unsubscribe: "def", Why: "ghi"}}
}

func linkSamples() []Sample {
	choice := sampleChoice(sampleList())
	choice.AllTopics = false
	lists := []preferenceView{{Choice: choice, Links: newsletter.Links{Unsubscribe: "def"}}}
	paused := []preferenceView{{Choice: sampleChoice(sampleOtherList()), Paused: true, Until: "2026-12-31", Links: newsletter.Links{Unsubscribe: "def"}}}
	languages := sampleForm(1).Languages
	page := preferencesPage{Masked: "j•••@voorbeeld.nl", Lists: lists, Name: "Jan", Languages: languages, Tomorrow: "2026-11-24"}
	saved, wrong, former := page, page, page
	over := sampleChoice(sampleList())
	over.AllTopics, over.Former = false, true
	over.Topics = append(over.Topics, option{Value: "oud", Label: "Herindeling", Hint: "Dit onderwerp is gestopt; er komt niets meer over.", Lang: newsletter.Dutch, Checked: true})
	former.Lists = []preferenceView{{Choice: over, Links: newsletter.Links{Unsubscribe: "def"}}}
	saved.Saved, saved.Large = true, true
	saved.Lists = append(saved.Lists, paused...)
	wrong.Lists = paused
	resting := sampleStanding()
	resting.Paused, resting.AllTopics, resting.Until = true, true, sampleTime
	forever := resting
	forever.Until = newsletter.Time{}
	ended := sampleStanding()
	ended.Ended = true
	title := "Expertgroep Nieuwe Democratie"
	return []Sample{
		{"preferences", web.Page{Template: "preferences.html", Private: true, Data: page}},
		{"preferences-saved", web.Page{Template: "preferences.html", Private: true, Data: saved}},
		{"preferences-former", web.Page{Template: "preferences.html", Private: true, Data: former}},
		{"preferences-faults", web.Page{Template: "preferences.html", Status: 422, Private: true, Kept: url.Values{"name": {"Jan"}}, Faults: []web.Fault{{Field: "until-rekenkamers", Text: "Deze datum is al geweest. Kies een dag vanaf morgen."}, {Field: "name", Text: "Deze naam is te lang. Gebruik hoogstens 100 tekens."}}, Data: wrong}},
		{"unsubscribe", web.Page{Template: "unsubscribe.html", Private: true, Data: unsubscribePage{Title: title, Others: 1, Preferences: "/v/abc"}}},
		{"unsubscribe-paused", web.Page{Template: "unsubscribe.html", Private: true, Data: unsubscribePage{Title: title, Paused: true, Preferences: "/v/abc"}}},
		{"unsubscribe-returned-paused", web.Page{Template: "unsubscribe.html", Private: true, Data: unsubscribePage{Title: title, Paused: true, Returned: true, Preferences: "/v/abc"}}},
		{"preferences-none", web.Page{Template: "preferences.html", Private: true, Data: preferencesPage{Masked: "j•••@voorbeeld.nl"}}},
		{"unsubscribe-left", web.Page{Template: "unsubscribe.html", Private: true, Data: unsubscribePage{Title: title, Left: true, CanUndo: true, Others: 2}}},
		{"unsubscribe-long-ago", web.Page{Template: "unsubscribe.html", Private: true, Data: unsubscribePage{Title: title, Left: true}}},
		{"unsubscribe-returned", web.Page{Template: "unsubscribe.html", Private: true, Data: unsubscribePage{Title: title, Returned: true, Preferences: "/v/abc"}}},
		{"why", web.Page{Template: "why.html", Private: true, Data: whyPage{Standing: sampleStanding(), RequestedAt: sampleTime, ConfirmedAt: sampleTime, Channel: "het formulier op deze site", Wording: "Ja, stuur mij per e-mail de nieuwsbrief die ik hier kies.", WordingLang: newsletter.Dutch}}},
		{"why-paused", web.Page{Template: "why.html", Private: true, Data: whyPage{Standing: resting}}},
		{"why-ended", web.Page{Template: "why.html", Private: true, Data: whyPage{Standing: ended}}},
		{"why-paused-openly", web.Page{Template: "why.html", Private: true, Data: whyPage{Standing: forever}}},
	}
}

func accessSamples() []Sample {
	kept := url.Values{"ticket": {"t"}}
	requested := newsletter.ConsentRecord{Consent: newsletter.Consent{Action: newsletter.ConsentRequested, At: sampleTime, Channel: "form"},
		Evidence: &newsletter.Evidence{Origin: newsletter.Origin{Network: "192.0.2.0/24", Agent: "Mozilla/5.0"}}}
	confirmed := newsletter.ConsentRecord{Consent: newsletter.Consent{Action: newsletter.ConsentConfirmed, At: sampleTime, Channel: "import"}}
	title := sampleList().Title
	older := newsletter.ConsentRecord{Consent: requested.Consent, Evidence: &newsletter.Evidence{Origin: newsletter.Origin{GoneAt: sampleTime}}}
	consents := []consentView{{requested, title, "het formulier op deze site"}, {confirmed, title, "import"}, {older, title, "het formulier op deze site"}}
	full := dossierPage{Ticket: "t", Subscribed: true, Consents: consents, Standing: []standingView{sampleStanding()}, Words: []string{"Ja, stuur mij per e-mail de nieuwsbrief die ik hier kies."}, Dossier: &newsletter.Dossier{
		Subscriber: newsletter.Subscriber{Address: "jan@voorbeeld.nl", Name: "Jan", Language: newsletter.Dutch, Layout: newsletter.Large, CreatedAt: sampleTime},
		Deliveries: sampleDeliveries(),
		Signups:    []newsletter.Signup{{CreatedAt: sampleTime, ExpiresAt: sampleTime}, {CreatedAt: sampleTime, ExpiresAt: sampleTime, UsedAt: sampleTime}},
		AddressChanges: []newsletter.AddressChange{
			{OldAddress: "jan@voorbeeld.nl", NewAddress: "jan.jansen@voorbeeld.nl", CreatedAt: sampleTime},
			{OldAddress: "jan@voorbeeld.nl", NewAddress: "j@voorbeeld.nl", CreatedAt: sampleTime, ConfirmedAt: sampleTime, UndoneAt: sampleTime},
			{OldAddress: "j.jansen@voorbeeld.nl", NewAddress: "jan@voorbeeld.nl", CreatedAt: sampleTime, ConfirmedAt: sampleTime},
		},
		Imports: []newsletter.WaitingRow{{List: "Nieuwe Democratie", UploadedAt: sampleTime, Cells: []newsletter.WaitingCell{{Column: "E-mail", Value: "jan@voorbeeld.nl"}}}},
		Suppressions: []newsletter.Suppression{{Reason: newsletter.SuppressedComplaint, Since: sampleTime}, {Reason: newsletter.SuppressedObjection, Since: sampleTime},
			{Reason: newsletter.SuppressedBounce, Since: sampleTime}, {Reason: newsletter.SuppressedErased, Since: sampleTime}},
	}}
	bare := dossierPage{Ticket: "t", Subscribed: true, Address: "jan@", Dossier: &newsletter.Dossier{Subscriber: newsletter.Subscriber{
		Address: "jan@voorbeeld.nl", Language: newsletter.English, Layout: newsletter.Standard, CreatedAt: sampleTime, SuppressedAt: sampleTime, RestrictedAt: sampleTime}}}
	waiting := dossierPage{Ticket: "t", Dossier: &newsletter.Dossier{Address: "jan@voorbeeld.nl", Signups: []newsletter.Signup{{Address: "jan@voorbeeld.nl", Name: "Jan",
		Network: "192.0.2.0/24", Agent: "Mozilla/5.0", CreatedAt: sampleTime, ExpiresAt: sampleTime, ListNames: []string{title, sampleOtherList().Title}}}}}
	fault := []web.Fault{{Field: "address", Text: "Dit adres kan niet kloppen: na de @ ontbreekt een naam, zoals voorbeeld.nl."}}
	samples := []Sample{
		{"access", web.Page{Template: "access.html", Data: accessPage{}}},
		{"access-faults", web.Page{Template: "access.html", Status: 422, Private: true, Kept: kept, Faults: fault, Data: accessPage{Address: "jan@"}}},
		{"access-expired", web.Page{Template: "access.html", Status: 410, Private: true, Data: accessPage{Notice: "expired"}}},
		{"access-used", web.Page{Template: "access.html", Status: 410, Private: true, Data: accessPage{Notice: "used"}}},
		{"access-sent", web.Page{Template: "access-sent.html", Private: true, Kept: kept, Data: accessSentPage{"jan@voorbeeld.nl"}}},
		{"access-open", web.Page{Template: "access-open.html", Private: true}},
		{"dossier", web.Page{Template: "dossier.html", Private: true, Kept: kept, Data: full}},
		{"dossier-faults", web.Page{Template: "dossier.html", Status: 422, Private: true, Kept: kept, Faults: fault, Data: bare}},
		{"dossier-waiting", web.Page{Template: "dossier.html", Private: true, Kept: kept, Data: waiting}},
		{"erase", web.Page{Template: "erase.html", Private: true, Kept: kept, Data: erasePage{"t", "jan@voorbeeld.nl"}}},
		{"erased", web.Page{Template: "erased.html", Private: true, Kept: kept}},
	}
	for _, state := range []string{"asked", "move", "moved", "not_moved", "undo", "undone"} {
		samples = append(samples, Sample{"address-" + state, web.Page{Template: "address.html", Private: true,
			Data: addressPage{State: state, Old: "jan@voorbeeld.nl", New: "jan.jansen@voorbeeld.nl", UndoUntil: sampleTime}}})
	}
	return samples
}

// sampleDeliveries has one of every kind and state, for each has its own words.
func sampleDeliveries() []newsletter.SentMail {
	kinds := []newsletter.DeliveryKind{newsletter.DeliveryEdition, newsletter.DeliveryConfirmation, newsletter.DeliverySignIn, newsletter.DeliveryRequest, newsletter.DeliveryNotice}
	var all []newsletter.SentMail
	for i, state := range []newsletter.DeliveryState{newsletter.DeliverySent, newsletter.DeliveryPending, newsletter.DeliveryHandingOver,
		newsletter.DeliveryFailed, newsletter.DeliveryExpired, newsletter.DeliverySuppressed, newsletter.DeliveryUncertain, newsletter.DeliveryCancelled} {
		all = append(all, newsletter.SentMail{Delivery: newsletter.Delivery{Kind: kinds[i%len(kinds)], State: state, CreatedAt: sampleTime}})
	}
	return all
}
