package editor

import (
	"html/template"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/chart"
	"bode.example/internal/web/desk"
)

func sampleSending(state newsletter.EditionState) sending {
	return sending{Crumbs: []desk.Link{{Text: "Edities", URL: "/desk/editions"}, {Text: "Wekelijks, 23 november 2026", URL: "/desk/editions/x"}},
		Base: "/desk/editions/x", List: "Expertgroep Nieuwe Democratie", Pace: "Wekelijks", Begun: sampleTime, Zone: time.UTC, State: stateOf(state)}
}

func progressSamples() []desk.Sample {
	q := newsletter.ProgressQuery{From: sampleTime, Width: newsletter.Duration(time.Minute)}
	running := newsletter.NewProgress(q, []newsletter.ProgressCount{
		{State: newsletter.DeliverySent, Bucket: 0, Count: 4210}, {State: newsletter.DeliverySent, Bucket: 2, Count: 3902, Lately: 3902},
		{State: newsletter.DeliveryPending, Bucket: -1, Count: 8123}, {State: newsletter.DeliveryPending, Deferred: true, Bucket: -1, Count: 14},
		{State: newsletter.DeliveryHandingOver, Bucket: -1, Count: 56}, {State: newsletter.DeliveryFailed, Bucket: 1, Count: 5},
		{State: newsletter.DeliveryUncertain, Bucket: -1, Count: 1}, {State: newsletter.DeliveryCancelled, Bucket: 1, Count: 2},
	}, newsletter.At(sampleTime.Add(3*time.Minute)))
	plot := func(id string) template.HTML {
		return chart.Bars(chart.Plot{ID: id, Title: "Verzonden per minuut", Description: "8.112 mails zijn verzonden.", Labels: []string{"08.00 uur", "08.01 uur", "08.02 uur"},
			LabelHead: "Vanaf", Series: []chart.Series{{Name: "Verzonden", Values: []int64{4210, 0, 3902}}, {Name: "Mislukt", Values: []int64{0, 5, 0}}},
			TableWords: "Dezelfde cijfers als tabel", Language: newsletter.Dutch})
	}
	domains := chart.Rows(chart.Plot{ID: "by-domain", Title: "Waar het niet lukt", Description: "Bij 2 domeinen is niet alles aangekomen.",
		Labels: []string{"gemeente.voorbeeld.nl", "provincie.voorbeeld.nl"}, LabelHead: "Domein", Series: []chart.Series{{Name: "Mislukt", Values: []int64{5, 0}},
			{Name: "Uitgesteld", Values: []int64{3, 11}}, {Name: "Onzeker", Values: []int64{0, 1}}}, TableWords: "Dezelfde cijfers als tabel", Language: newsletter.Dutch})
	paused := sampleSending(newsletter.EditionPaused)
	paused.Reason = newsletter.ReasonSenderRefused
	page := func(data progressPage) web.Page { return web.Page{Template: "/editor/progress.html", Data: &data} }
	return []desk.Sample{
		{Name: "progress", Page: page(progressPage{sending: sampleSending(newsletter.EditionSending), Events: "/desk/editions/x/progress/events", Making: true,
			Tenths: 40, Progress: running, LeftMinutes: 3, Plot: plot("over-time"), Troubles: domains})},
		{Name: "progress-paused", Page: page(progressPage{sending: paused, Events: "/x", Progress: running, LeftHours: 3, Plot: plot("over-time")})},
		{Name: "progress-sent", Page: page(progressPage{sending: sampleSending(newsletter.EditionSent), Tenths: 100,
			Progress: newsletter.NewProgress(q, []newsletter.ProgressCount{{State: newsletter.DeliverySent, Count: 1}}, sampleTime), Plot: plot("over-time")})},
		{Name: "progress-begins", Page: page(progressPage{sending: sampleSending(newsletter.EditionSending), Events: "/x", Making: true,
			Progress: newsletter.NewProgress(q, nil, sampleTime)})},
	}
}
