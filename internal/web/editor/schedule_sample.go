package editor

import (
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func sampleSchedulePage(kind string) *schedulePage {
	page := &schedulePage{List: "Expertgroep Nieuwe Democratie", Title: "Elke week", URL: "/desk/schedules/1", Action: "/desk/schedules/1",
		TitleNL: "Elke week", TitleEN: "Every week", Kind: kind, MonthDay: "1", Time: "08:00", Zone: "Europe/Amsterdam", Zones: []string{"Europe/Amsterdam", "UTC"},
		Approval: true, Lead: "24", Grace: "6", Sends: true, Staff: []choice{{Value: "1", Label: "Marijke de Boer", Chosen: true}, {Value: "2", Label: "Jan Jansen"}},
		Times: &timesView{Words: "elke maandag om 08.00 uur", Next: []newsletter.Time{sampleTime, newsletter.At(sampleTime.AddDate(0, 0, 7))}, Zone: time.UTC, Now: sampleTime.Time}}
	for _, k := range []string{"daily", "workdays", "weekly", "monthly", "quarterly", "cron"} {
		page.Kinds = append(page.Kinds, choice{Value: k, Label: "pace_" + k, Chosen: k == kind})
	}
	for _, day := range []string{"1", "2", "3", "4", "5", "6", "0"} {
		page.Weekdays = append(page.Weekdays, choice{Value: day, Label: "weekday_" + day, Chosen: day == "1"})
	}
	return page
}

func scheduleSamples() []desk.Sample {
	line := scheduleLine{URL: "/desk/schedules/1", Title: "Elke week", Words: "elke maandag om 08.00 uur", Approval: true, Next: sampleTime, Zone: time.UTC, People: 8310}
	paused := scheduleLine{URL: "/desk/schedules/2", Title: "Elke maand", Words: "op de eerste dag van de maand om 08.00 uur", Paused: true}
	fresh, stopped, faulty := sampleSchedulePage("weekly"), sampleSchedulePage("monthly"), sampleSchedulePage("cron")
	fresh.New, fresh.Action = true, "/desk/schedules?list=x"
	stopped.Paused, stopped.Approval, stopped.SendsEmpty, stopped.Staff = true, false, true, nil
	faulty.Cron, faulty.Times = "0 8 * *", &timesView{Fault: "Een schema heeft vijf velden."}
	ending := archivePage{URL: "/desk/schedules/1", Title: "Elke week", People: 2, Successors: sampleChoices()}
	last, unread := ending, ending
	last.Successors, unread.People = nil, 0
	weeks := make([][]calendarDay, 2)
	for i := range 14 {
		day := calendarDay{At: newsletter.At(sampleTime.AddDate(0, 0, i)), Today: i == 1, Past: i == 0}
		if i == 3 || i == 7 {
			day.Entries = []calendarEntry{{At: sampleTime, List: "Expertgroep Nieuwe Democratie", Pace: "Elke week", URL: "/desk/editions/x", State: stateOf(newsletter.EditionInReview)},
				{At: sampleTime, List: "Rekenkamers", Pace: "Maandelijks", URL: "/desk/schedules/1", Approval: true}}
		}
		weeks[i/7] = append(weeks[i/7], day)
	}
	page := func(name, template string, data any, faults ...web.Fault) desk.Sample {
		return desk.Sample{Name: name, Page: web.Page{Template: "/editor/" + template, Data: data, Faults: faults}}
	}
	return []desk.Sample{
		page("schedules", "schedules.html", schedulesPage{[]scheduleList{{"Expertgroep Nieuwe Democratie", "x", []scheduleLine{line, paused}}, {"Rekenkamers", "y", nil}}}),
		page("schedules-none", "schedules.html", schedulesPage{}),
		page("schedule-list", "schedule-list.html", sampleChoices()),
		page("schedule-list-none", "schedule-list.html", []choice(nil)),
		page("schedule-new", "schedule.html", fresh),
		page("schedule-paused", "schedule.html", stopped),
		page("schedule-faults", "schedule.html", faulty, web.Fault{Field: "title_nl", Text: "Het schema heeft nog geen naam."},
			web.Fault{Field: "cron", Text: "Een schema heeft vijf velden."}, web.Fault{Field: "lead", Text: "Wie goedkeurt, heeft ten minste een uur nodig."},
			web.Fault{Field: "weekday", Text: "Kies een dag."}, web.Fault{Field: "zone", Text: "Deze tijdzone kent Bode niet."}),
		page("schedule-archive", "schedule-archive.html", &ending, web.Fault{Field: "successor", Text: "Kies een ander schema voor hen."}),
		page("schedule-archive-last", "schedule-archive.html", &last),
		page("schedule-archive-unread", "schedule-archive.html", &unread),
		page("calendar", "calendar.html", calendarPage{Weeks: weeks, Any: true, Many: true}),
		page("calendar-none", "calendar.html", calendarPage{}),
	}
}
