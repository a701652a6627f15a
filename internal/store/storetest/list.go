package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func listCases() []Case {
	return []Case{
		{"lists", []string{"CreateList", "Lists", "List", "ListByName"}, testLists},
		{"topics", []string{"CreateTopic", "Topics"}, testTopics},
		{"schedules", []string{"CreateSchedule", "Schedules"}, testSchedules},
	}
}

func testLists(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	got, err := s.ListByName(t.Context(), w.List.Name)
	if err != nil {
		t.Fatal(err)
	}
	want := w.List
	want.LastSeq = 3 // three topics were made after it
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	if again, err := s.List(t.Context(), want.ID); err != nil || !cmp.Equal(again, got) {
		t.Errorf("%v, %v", again, err)
	}
	if all, err := s.Lists(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := s.ListByName(t.Context(), "none"); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	twice := w.List
	if err := s.CreateList(t.Context(), &twice, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
}

func testTopics(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	got, err := s.Topics(t.Context(), w.List.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]newsletter.Topic{w.Council, w.Residents, w.Experiments}, got); diff != "" {
		t.Error(diff)
	}
	for i, topic := range got {
		if topic.Seq != int64(i+1) {
			t.Errorf("topic %d has seq %d", i, topic.Seq)
		}
	}
	twice := w.Council
	if err := s.CreateTopic(t.Context(), &twice, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	nowhere := newsletter.Topic{ListID: 99, Name: "x"}
	if err := s.CreateTopic(t.Context(), &nowhere, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testSchedules(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	got, err := s.Schedules(t.Context(), w.List.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]newsletter.Schedule{w.Weekly, w.Daily}, got); diff != "" {
		t.Error(diff)
	}
	twice := w.Daily
	if err := s.CreateSchedule(t.Context(), &twice, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
}
