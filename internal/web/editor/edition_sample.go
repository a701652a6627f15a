package editor

import (
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func sampleHead(state newsletter.EditionState, tab string) *editionHead {
	return &editionHead{ID: newsletter.PublicID{1}, Title: "Een raad die meer luistert dan stuurt, en 3 andere berichten", List: "Expertgroep Nieuwe Democratie",
		Pace: "Wekelijks", State: stateOf(state), At: newsletter.At(sampleTime.Add(72 * time.Hour)), Leaves: newsletter.At(sampleTime.Add(72 * time.Hour)), Zone: time.UTC, Follows: state.Follows(),
		Approved: state == newsletter.EditionApproved, Sending: state == newsletter.EditionSending, Paused: state == newsletter.EditionPaused,
		Released: state == newsletter.EditionSending || state == newsletter.EditionPaused || state == newsletter.EditionSent, Over: state.Ended(),
		ReleasedAt: sampleTime, Tab: tab, ListLanguage: newsletter.Dutch}
}

func samplePostLines() []editionPost {
	return []editionPost{
		{ID: "a", Title: "Werksessie: loting in de praktijk", Lang: newsletter.Dutch, Event: newsletter.At(sampleTime.Add(240 * time.Hour)), PublishedAt: sampleTime,
			In: true, First: true, State: dispositions[newsletter.PostIn], URL: "/desk/posts/a"},
		{ID: "b", Title: "Een raad die meer luistert dan stuurt", Lang: newsletter.Dutch, Topics: []string{"De nieuwe rol van de raad"}, PublishedAt: sampleTime,
			In: true, State: dispositions[newsletter.PostIn], URL: "/desk/posts/b"},
		{ID: "c", Title: "Verantwoordelijkheidsverdeling in samenwerkingsverbanden", Lang: newsletter.Dutch, PublishedAt: sampleTime,
			LeftOut: true, State: dispositions[newsletter.PostLeftOut], URL: "/desk/posts/c"},
		{ID: "d", Title: "Wat kost een burgerberaad?", Lang: newsletter.Dutch, PublishedAt: sampleTime, Last: true,
			Pushed: true, State: dispositions[newsletter.PostPushed], URL: "/desk/posts/d"},
	}
}

func sampleFindings(severe bool) findings {
	f := findings{Links: 5, Unknown: 2, List: []finding{{"careful", review.Words{Severity: "Beter anders", Where: "bericht “Wat kost een burgerberaad?”",
		What: "De link heet “hier”.", Why: "Wie alleen links hoort, weet dan niet waar hij heen gaat.", How: "Noem wat er te vinden is."}}}}
	if severe {
		f.Severe = 1
		f.List = append([]finding{{"wrong", review.Words{Severity: "Moet eerst anders", Where: "de mail zelf", What: "De mail is 130 kB groot.",
			Why: "Gmail laat dan alleen het begin zien.", How: "Laat berichten weg."}}}, f.List...)
	}
	return f
}

func editionSamples() []desk.Sample {
	page := func(name, template string, data any, faults ...web.Fault) desk.Sample {
		return desk.Sample{Name: name, Page: web.Page{Template: "/editor/" + template, Data: data, Faults: faults}}
	}
	words := newsletter.EditionWords{Subject: "Wie beslist mee?", Preheader: "Vier berichten", Introduction: "Dag!\n\nDeze week over de raad."}
	held := sampleHead(newsletter.EditionApproved, "edition")
	held.Held, held.ApprovedBy = true, "Marijke de Boer"
	extra := sampleHead(newsletter.EditionDraft, "edition")
	extra.Extra, extra.At, extra.Leaves = true, newsletter.Time{}, newsletter.Time{}
	paused := sampleHead(newsletter.EditionPaused, "edition")
	paused.Reason, paused.ServerSaid = "edition_sender_refused", "550 5.7.1 rejected"
	cancelled := sampleHead(newsletter.EditionCancelled, "edition")
	list := []option{{"a", "Expertgroep Nieuwe Democratie", true}, {"b", "Rekenkamers", false}}
	row := editionLine{URL: "/desk/editions/x", List: "Expertgroep Nieuwe Democratie", Pace: "Wekelijks", At: sampleTime, Zone: time.UTC, State: stateOf(newsletter.EditionInReview)}
	named := row
	named.Subject, named.Extra = "Wie beslist mee?", true
	variants := []variantLine{{Key: "x", Language: newsletter.Dutch, Posts: 3, Readers: 1204, Current: true, URL: "?variant=x"},
		{Key: "y", Language: newsletter.English, Large: true, Posts: 1, Readers: 1, URL: "?variant=y"}}
	views := []viewLink{{"wide", "?view=wide", true}, {"phone", "?view=phone", false}, {"text", "?view=text", false}}
	approve := approvePage{editionHead: sampleHead(newsletter.EditionInReview, "approve"), Posts: samplePostLines()[:3], Readers: 1204, Findings: sampleFindings(false), Seen: "x", Hold: 5, Free: true,
		Versions: []versionLine{{Language: newsletter.Dutch, Subject: "Wie beslist mee?", Posts: 3, Readers: 1200, URL: "?variant=x"}, {Language: newsletter.English, Large: true, Posts: 1, Readers: 4, URL: "?variant=y"}}, Others: 3}
	now := approve
	now.Now, now.Hold, now.Admin, now.Findings = true, 0, true, sampleFindings(true)
	refused, own := approve, approve
	refused.Findings, own.OwnWork = sampleFindings(true), true
	changed := approve
	for _, k := range []newsletter.UnseenKind{newsletter.UnseenWords, newsletter.UnseenOrder, newsletter.UnseenCorrection, newsletter.UnseenLook, newsletter.UnseenAdded,
		newsletter.UnseenGone, newsletter.UnseenPost, newsletter.UnseenDisposed} {
		changed.Changes = append(changed.Changes, editionChange{Kind: k, Title: "Wat kost een burgerberaad?", Count: 2})
	}
	answer := func(a readerAnswer) readerPage {
		return readerPage{sampleHead(newsletter.EditionInReview, "reader"), "jan@voorbeeld.example", &a}
	}
	return []desk.Sample{
		page("editions", "editions.html", editionsPage{Rows: []editionLine{row, named}, Lists: list, States: list, Pager: desk.Pager{Newest: "/desk/editions", Older: "?after=x"}, Admin: true}),
		page("editions-empty", "editions.html", editionsPage{All: true}),
		page("editions-none-such", "editions.html", editionsPage{Lists: list, States: list}),
		page("edition-in-review", "edition.html", editionPage{editionHead: sampleHead(newsletter.EditionInReview, "edition"), Words: words, Stored: words, Made: "Een raad",
			Posts: samplePostLines(), In: 2, Readers: 1204, Elsewhere: 40, Variants: 3, Without: 12, Findings: sampleFindings(true)}),
		page("edition-faults", "edition.html", editionPage{editionHead: extra, Words: words, Posts: samplePostLines(), In: 2, Readers: 1},
			web.Fault{Field: "subject", Text: "Dit is te lang."}, web.Fault{Text: "Een collega veranderde dit."}),
		page("edition-draft-empty", "edition.html", editionPage{editionHead: extra}),
		page("edition-held", "edition.html", editionPage{editionHead: held, Words: words, Posts: samplePostLines(), In: 2, Readers: 1204, Variants: 1}),
		page("edition-sending", "edition.html", editionPage{editionHead: sampleHead(newsletter.EditionSending, "edition"), Posts: samplePostLines(), Readers: 1204}),
		page("edition-paused", "edition.html", editionPage{editionHead: paused, Words: words, Readers: 1204}),
		page("edition-sent", "edition.html", editionPage{editionHead: sampleHead(newsletter.EditionSent, "edition"), Words: words, Posts: samplePostLines(), Readers: 1204}),
		page("edition-cancelled", "edition.html", editionPage{editionHead: cancelled}),
		page("edition-mail", "edition-mail.html", editionMailPage{editionHead: sampleHead(newsletter.EditionInReview, "mail"), Variants: variants, Views: views, View: "wide",
			Frame: "/desk/sample-frame", Height: 900, Subject: "Wie beslist mee?", Size: 48, Key: "x", Sent: []string{"collega@voorbeeld.example", "chef@voorbeeld.example"}}),
		page("edition-mail-phone", "edition-mail.html", editionMailPage{editionHead: sampleHead(newsletter.EditionSent, "mail"), Variants: variants[:1], Views: views, View: "phone",
			Frame: "/desk/sample-frame", Width: 320, Height: 900, Subject: "Wie beslist mee?", Size: 130, Large: true, Key: "x"}),
		page("edition-mail-text", "edition-mail.html", editionMailPage{editionHead: sampleHead(newsletter.EditionInReview, "mail"), Variants: variants, Views: views, View: "text",
			Body: "Beste lezer,\n\nDeze week vier berichten.", Subject: "Wie beslist mee?", Size: 48, Key: "x", To: "jan"}, web.Fault{Field: "to", Text: "Na de naam ontbreekt een @."}),
		page("edition-mail-none", "edition-mail.html", editionMailPage{editionHead: sampleHead(newsletter.EditionDraft, "mail"), View: "wide"}),
		page("edition-approve", "edition-approve.html", approve),
		page("edition-approve-now", "edition-approve.html", now),
		page("edition-approve-refused", "edition-approve.html", refused),
		page("edition-approve-own", "edition-approve.html", own),
		page("edition-approve-changed", "edition-approve.html", changed, web.Fault{Text: "Deze editie is veranderd nadat je keek."}),
		page("edition-reader", "edition-reader.html", readerPage{editionHead: sampleHead(newsletter.EditionInReview, "reader")}),
		page("edition-reader-yes", "edition-reader.html", answer(readerAnswer{State: desk.State{Kind: "good", Key: "reader_yes"}, Why: "reader_gets", Pace: "Wekelijks",
			Topics: []string{"De nieuwe rol van de raad", "Experimenten"}, Posts: []string{"Een raad die meer luistert dan stuurt"}, Known: true})),
		page("edition-reader-sent", "edition-reader.html", answer(readerAnswer{State: deliveryState(newsletter.DeliveryFailed), Why: "reader_delivered", Pace: "Wekelijks", All: true, Known: true, Said: "550 5.1.1 no such user"})),
		page("edition-reader-unknown", "edition-reader.html", answer(readerAnswer{State: desk.State{Kind: "over", Key: "reader_no"}, Why: "reader_unknown"})),
		page("edition-new", "edition-new.html", newEditionPage{list}),
		page("edition-new-none", "edition-new.html", newEditionPage{}),
		page("edition-approval", "edition-approval.html", approvalPage{[]approvalLine{{"nieuwe-democratie", "Expertgroep Nieuwe Democratie", true, list}, {"rekenkamers", "Rekenkamers", false, list}}}),
		page("edition-approval-none", "edition-approval.html", approvalPage{}),
	}
}
