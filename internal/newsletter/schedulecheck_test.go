package newsletter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

func TestCheckSchedule(t *testing.T) {
	named := newsletter.Texts{newsletter.Dutch: {Title: "Wekelijks"}}
	for field, s := range map[string]newsletter.Schedule{
		"":      {Texts: named, Review: newsletter.ReviewApproval, Lead: newsletter.Duration(24 * time.Hour), Grace: newsletter.Duration(time.Hour)},
		"title": {Texts: newsletter.Texts{newsletter.Dutch: {Title: "Wekelijks"}, newsletter.English: {Description: "x"}}},
		"lead":  {Texts: named, Review: newsletter.ReviewApproval},
		"grace": {Texts: named, Grace: newsletter.Duration(15 * 24 * time.Hour)},
	} {
		err := s.Check()
		var e *newsletter.Error
		if field == "" && err != nil || field != "" && (!errors.As(err, &e) || e.Field != field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := (&newsletter.Schedule{Texts: newsletter.Texts{newsletter.Dutch: {Title: strings.Repeat("x", 101)}}}).Check(); err == nil {
		t.Error("a title of 101 characters")
	}
}

func TestNameFrom(t *testing.T) {
	for title, want := range map[string]string{
		"Wekelijks": "wekelijks", " De nieuwe rol – van de Raad! ": "de-nieuwe-rol-van-de-raad", "Één × per 2 maanden": "een-per-2-maanden", "日本": "",
		strings.Repeat("ab ", 30): strings.TrimSuffix(strings.Repeat("ab-", 13), "-") + "-a",
	} {
		if got := newsletter.NameFrom(title); got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
}
