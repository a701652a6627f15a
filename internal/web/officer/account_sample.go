package officer

import (
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// accountSamples are the pages of accountability in every state.
func accountSamples() []desk.Sample {
	return slices.Concat([]desk.Sample{accountSample("account", "account.html", accountParts)}, consentSamples(), processingSamples(), yearSamples(), breachSamples(), retentionSamples(), ledgerSamples())
}

func accountSample(name, template string, data any, faults ...web.Fault) desk.Sample {
	return desk.Sample{Name: name, Page: web.Page{Template: "/officer/" + template, Data: data, Faults: faults}}
}

func consentSamples() []desk.Sample {
	whole := sampleProof()
	broken := sampleProof()
	broken.State = newsletter.SubscriptionUnsubscribed
	broken.Entries[0].Evidence.Origin = newsletter.Origin{GoneAt: newsletter.At(desk.SampleTime)}
	broken.Entries[1].Whole = false
	broken.Entries = append(broken.Entries, newsletter.ProvenConsent{Whole: true, Consent: newsletter.Consent{Seq: 9, Action: newsletter.ConsentWithdrawn,
		At: newsletter.At(desk.SampleTime), Channel: newsletter.ChannelOneClick, Hash: strings.Repeat("c3", 32)}})
	imported := sampleProof()
	imported.Entries = []newsletter.ProvenConsent{{Whole: true, Consent: newsletter.Consent{Seq: 4, Action: newsletter.ConsentConfirmed, At: newsletter.At(desk.SampleTime),
		Channel: newsletter.ChannelImport, Hash: strings.Repeat("d4", 32)}, Evidence: &newsletter.Evidence{Ground: newsletter.GroundPaper, Source: "presentielijst werksessie 3 november 2026"}}}
	return []desk.Sample{
		accountSample("consent", "consent.html", consentPage{}),
		accountSample("consent-nobody", "consent.html", consentPage{Address: "jan@voorbeeld.nl", None: true}),
		accountSample("consent-none", "consent.html", consentPage{Address: "jan@voorbeeld"}, web.Fault{Field: "address", Text: "Dit adres kan niet kloppen."}),
		accountSample("consent-found", "consent.html", consentPage{Address: "jan@voorbeeld.nl", Found: []newsletter.ConsentFound{
			{Subscription: newsletter.PublicID{1}, State: newsletter.SubscriptionActive, List: "nieuwe-democratie", Title: "Nieuwe Democratie"},
			{Subscription: newsletter.PublicID{2}, State: newsletter.SubscriptionUnsubscribed, List: "energie", Title: "Energie in de wijk"}}}),
		accountSample("consent-proof", "consent-proof.html", newProofPage(whole, newsletter.RoleOfficer, desk.SampleTime)),
		accountSample("consent-proof-broken", "consent-proof.html", newProofPage(broken, newsletter.RoleSupervisor, desk.SampleTime)),
		accountSample("consent-proof-imported", "consent-proof.html", newProofPage(imported, newsletter.RoleOfficer, desk.SampleTime)),
		accountSample("statement", "statement.html", whole.Entries[0].Privacy),
	}
}

func sampleProof() *newsletter.ConsentProof {
	at := newsletter.At(desk.SampleTime.Add(-time.Hour))
	words := &newsletter.Wording{Hash: "a1", Purpose: newsletter.WordingSignup, Language: newsletter.Dutch, Version: 2, Text: "Ja, stuur mij de nieuwsbrief.", CreatedAt: at}
	statement := &newsletter.Wording{Hash: "b2", Purpose: newsletter.WordingPrivacy, Language: newsletter.Dutch, Version: 3, Text: "# Privacyverklaring\n\nWij bewaren uw adres.", CreatedAt: at}
	from := &newsletter.Evidence{Address: "jan.jansen@voorbeeld.nl", FormURL: "https://nieuws.example/", MessageID: "<9f2c@nieuws.example>",
		Origin: newsletter.Origin{Network: "192.0.2.0/24", Agent: "Mozilla/5.0"}}
	clicked := *from
	return &newsletter.ConsentProof{State: newsletter.SubscriptionActive, Address: "jan.jansen@voorbeeld.nl", Language: newsletter.Dutch, List: "Nieuwe Democratie",
		Head: newsletter.ChainHead{Seq: 1204, Hash: strings.Repeat("e5", 32)},
		Entries: []newsletter.ProvenConsent{
			{Whole: true, Evidence: from, Wording: words, Privacy: statement, Consent: newsletter.Consent{Seq: 7, Action: newsletter.ConsentRequested, At: at, Channel: newsletter.ChannelForm, Hash: strings.Repeat("a1", 32)}},
			{Whole: true, Evidence: &clicked, Wording: words, Privacy: statement, Consent: newsletter.Consent{Seq: 8, Action: newsletter.ConsentConfirmed, At: at, Channel: newsletter.ChannelLink, Hash: strings.Repeat("b2", 32)}},
		}}
}

func yearSamples() []desk.Sample {
	today := newsletter.DayOf(desk.SampleTime, desk.SampleTime.Location())
	var all []newsletter.DataRequest
	for n, kind := range newsletter.RequestKinds() {
		all = append(all, *sampleRequest(int64(n+1), kind, today-newsletter.Day(20*n)))
	}
	closed := sampleRequest(9, newsletter.RequestAccess, today-200)
	closed.State, closed.Result, closed.ClosedAt = newsletter.RequestFulfilled, newsletter.ResultDone, newsletter.At(desk.SampleTime)
	years := []int{2026, 2025, 2024, 2023}
	return []desk.Sample{
		accountSample("year", "year.html", &yearPage{newsletter.NewRequestYear(2026, append(all, *closed), today, desk.SampleTime.Location()), years}),
		accountSample("year-empty", "year.html", &yearPage{newsletter.NewRequestYear(2024, nil, today, desk.SampleTime.Location()), years}),
	}
}

func retentionSamples() []desk.Sample {
	day := 24 * time.Hour
	terms := []newsletter.RetentionTerm{{Key: "requests", Setting: "retention.requests", Kept: 1096 * day, Daily: true}, {Key: "left", Setting: "retention.left", Kept: 1826 * day, Daily: true},
		{Key: "mails", Setting: "retention.mails", Kept: 395 * day, Daily: true},
		{Key: "signup", Setting: "signup.link_life", Kept: 7 * day}, {Key: "names", Kept: 30 * day}}
	today := newsletter.DayOf(desk.SampleTime, desk.SampleTime.Location())
	return []desk.Sample{
		accountSample("retention", "retention.html", &retentionPage{Terms: terms, Until: today + 7, Goes: newsletter.RetentionReport{Requests: 3, Left: 1204, Mails: newsletter.RetentionCounts, MoreMails: true},
			Runs: []newsletter.RetentionRun{{On: today, Went: newsletter.RetentionReport{Mails: 8310, Left: 12}}, {On: today - 1, Went: newsletter.RetentionReport{Requests: 1, Lapsed: 2}}}}),
		accountSample("retention-empty", "retention.html", &retentionPage{Terms: terms, Until: today + 7}),
	}
}

func ledgerSamples() []desk.Sample {
	head := func(seq int64, digit string) newsletter.ChainHead {
		return newsletter.ChainHead{Seq: seq, Hash: strings.Repeat(digit, 32)}
	}
	now := newsletter.Anchor{At: newsletter.At(desk.SampleTime), Audit: head(1204, "9f"), Consent: head(8812, "41")}
	return []desk.Sample{
		accountSample("ledger", "ledger.html", &ledgerPage{Anchors: Anchors{File: "/mnt/elders/bode.anchors", Mail: "toezicht@voorbeeld.nl"}, Now: now,
			Kept: []keptAnchor{{Anchor: now, Audit: true, Consent: true}, {Anchor: now, Audit: true}}}),
		accountSample("ledger-empty", "ledger.html", &ledgerPage{Now: now}),
	}
}

func processingSamples() []desk.Sample {
	at := newsletter.At(desk.SampleTime)
	register := []newsletter.Wording{{Hash: "c3", Purpose: newsletter.WordingProcessing, Language: newsletter.Dutch, Version: 2, Text: "x", CreatedAt: at}, {Hash: "c4", Purpose: newsletter.WordingProcessing, Language: newsletter.English, Version: 1, Text: "x", CreatedAt: at}}
	return []desk.Sample{
		accountSample("processing", "processing.html", &processingPage{Register: &register[0], Registers: register,
			Body:       "<p>Dit register beschrijft wat de organisatie doet.</p><h2>Nieuwsbrieven versturen</h2><ul><li><strong>Waarvoor</strong>: nieuws mailen</li></ul>",
			Statements: []newsletter.Wording{{Hash: "b2", Language: newsletter.Dutch, Version: 3, Text: "Wij bewaren uw adres.", CreatedAt: at}, {Hash: "b1", Language: newsletter.English, Version: 1, CreatedAt: at}}}),
		accountSample("processing-empty", "processing.html", &processingPage{}),
	}
}

func breachSamples() []desk.Sample {
	at := newsletter.At(desk.SampleTime)
	one := newsletter.PassedEdition{ID: newsletter.PublicID{3}, Subject: "Nieuws van de expertgroep", Texts: newsletter.Texts{newsletter.Dutch: {Title: "Nieuwe Democratie"}}, Language: newsletter.Dutch, ReleasedAt: at}
	reach := &newsletter.Reach{PassedEdition: one, Sent: 8310, Erased: 2, Not: 14}
	return []desk.Sample{
		accountSample("breach", "breach.html", &breachPage{From: "2026-11-16", Until: "2026-11-23", Passed: &newsletter.Passed{Editions: []newsletter.PassedEdition{one},
			Exports: []newsletter.PassedExport{{Seq: 12, At: at, Action: "subscriber.export", ActorKind: newsletter.ByStaff, ActorID: "aeaqcaibaeaqcaibaeaqcaibae", Detail: `{"people":1204,"columns":["address","name"]}`}}}}),
		accountSample("breach-empty", "breach.html", &breachPage{From: "gisteren", Until: "2026-11-23", Passed: &newsletter.Passed{}}, web.Fault{Field: "from", Text: "Dit is geen datum."}),
		accountSample("reach", "reach.html", &reachPage{Reach: reach, List: "Nieuwe Democratie", Officer: true}),
		accountSample("reach-supervisor", "reach.html", &reachPage{Reach: reach, List: "Nieuwe Democratie"}),
	}
}
