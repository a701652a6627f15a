package storetest

import (
	"database/sql"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

// By is the actor of the tests' changes.
var By = newsletter.Operator("test")

// Start is when a World begins: Monday 2 November 2026, 07:00 UTC, 08:00 in Amsterdam.
var Start = time.Date(2026, time.November, 2, 7, 0, 0, 0, time.UTC)

// World is a small installation: one list with three topics and two schedules.
type World struct {
	List        newsletter.List
	Council     newsletter.Topic // de nieuwe rol van de raad
	Residents   newsletter.Topic // de verbinding met bewoners
	Experiments newsletter.Topic // experimenten
	Weekly      newsletter.Schedule
	Daily       newsletter.Schedule
	Words       newsletter.Wording // of the sign-up form
	Privacy     newsletter.Wording // the privacy statement
	t           testing.TB
	s           *store.Store
	db          *sql.DB // beside the store; nil until it is needed
	hashes      *token.Hashes
}

// NewWorld makes one in s.
func NewWorld(t testing.TB, s *store.Store) *World {
	t.Helper()
	w := &World{t: t, s: s}
	w.List = newsletter.List{Name: "nieuwe-democratie", Language: newsletter.Dutch, ListID: "nieuwe-democratie.voorbeeld.nl",
		SenderName: "Expertgroep Nieuwe Democratie", SenderAddress: "post@voorbeeld.nl",
		Texts: newsletter.Texts{
			newsletter.Dutch:   {Title: "Expertgroep Nieuwe Democratie", Description: "Nieuws over lokale democratie."},
			newsletter.English: {Title: "New Democracy expert group", Description: "News about local democracy."},
		}}
	w.check(s.CreateList(t.Context(), &w.List, By, Start))
	w.Council = w.Topic("raad", "De nieuwe rol van de raad", "The new role of the council")
	w.Residents = w.Topic("bewoners", "De verbinding met bewoners", "The bond with residents")
	w.Experiments = w.Topic("experimenten", "Experimenten", "Experiments")
	w.Weekly = w.Schedule("wekelijks", "Wekelijks", "Weekly", "0 8 * * 1", Start.AddDate(0, 0, 7))
	w.Daily = w.Schedule("dagelijks", "Dagelijks", "Daily", "0 8 * * *", Start.AddDate(0, 0, 1))
	w.Words = w.Wording(newsletter.WordingSignup, "Ja, ik wil deze nieuwsbrief.")
	w.Privacy = w.Wording(newsletter.WordingPrivacy, "Wij bewaren uw adres.")
	var err error
	w.hashes, err = token.NewHashes(token.Suppression, token.NewSecret())
	w.check(err)
	return w
}

// Topic adds a topic to the list.
func (w *World) Topic(name, dutch, english string) newsletter.Topic {
	w.t.Helper()
	topic := newsletter.Topic{ListID: w.List.ID, Name: name, Texts: both(dutch, english)}
	w.check(w.s.CreateTopic(w.t.Context(), &topic, By, Start))
	return topic
}

// Schedule adds a schedule to the list: automatic, six hours of grace, empty digests skipped.
func (w *World) Schedule(name, dutch, english, cron string, next time.Time) newsletter.Schedule {
	w.t.Helper()
	schedule := newsletter.Schedule{ListID: w.List.ID, Name: name, Texts: both(dutch, english),
		Cron: cron, Zone: "Europe/Amsterdam", Review: newsletter.ReviewAutomatic, Unapproved: newsletter.UnapprovedHold,
		Empty: newsletter.EmptySkip, Grace: newsletter.Duration(6 * time.Hour), NextAt: newsletter.At(next)}
	w.check(w.s.CreateSchedule(w.t.Context(), &schedule, By, Start))
	return schedule
}

// Wording puts a Dutch text in force.
func (w *World) Wording(purpose, text string) newsletter.Wording {
	w.t.Helper()
	wording := newsletter.Wording{Purpose: purpose, Language: newsletter.Dutch, Text: text}
	_, err := w.s.SaveWording(w.t.Context(), &wording, By, Start)
	w.check(err)
	return wording
}

func both(dutch, english string) newsletter.Texts {
	return newsletter.Texts{newsletter.Dutch: {Title: dutch}, newsletter.English: {Title: english}}
}

func (w *World) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
