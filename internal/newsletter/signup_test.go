package newsletter_test

import (
	"testing"

	"bode.example/internal/newsletter"
)

func TestSignupDecision(t *testing.T) {
	all := newsletter.Choice{ListID: 1, ScheduleID: 2, AllTopics: true}
	some := newsletter.Choice{ListID: 1, ScheduleID: 2, Topics: newsletter.NewIDs(3, 4)}
	other := newsletter.Choice{ListID: 5, ScheduleID: 6, AllTopics: true}
	daily := all
	daily.ScheduleID = 7
	tests := map[string]struct {
		wish      []newsletter.Choice
		applicant newsletter.Applicant
		want      newsletter.SignupDecision
	}{
		"new":                      {[]newsletter.Choice{all}, newsletter.Applicant{}, newsletter.SignupConfirm},
		"has it":                   {[]newsletter.Choice{all}, newsletter.Applicant{Active: []newsletter.Choice{other, all}}, newsletter.SignupAlready},
		"has it with these topics": {[]newsletter.Choice{some}, newsletter.Applicant{Active: []newsletter.Choice{some}}, newsletter.SignupAlready},
		"other topics":             {[]newsletter.Choice{some}, newsletter.Applicant{Active: []newsletter.Choice{all}}, newsletter.SignupConfirm},
		"another pace":             {[]newsletter.Choice{daily}, newsletter.Applicant{Active: []newsletter.Choice{all}}, newsletter.SignupConfirm},
		"one list more":            {[]newsletter.Choice{all, other}, newsletter.Applicant{Active: []newsletter.Choice{all}}, newsletter.SignupConfirm},
		"suppressed":               {[]newsletter.Choice{all}, newsletter.Applicant{Suppressed: true}, newsletter.SignupSilent},
		"suppressed, and has it":   {[]newsletter.Choice{all}, newsletter.Applicant{Suppressed: true, Active: []newsletter.Choice{all}}, newsletter.SignupSilent},
		"restricted":               {[]newsletter.Choice{all}, newsletter.Applicant{Restricted: true}, newsletter.SignupSilent},
	}
	for name, c := range tests {
		u := newsletter.Signup{Choices: c.wish}
		if got := u.Decide(c.applicant); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestE3_WordingIsNamedByAllThatMakesIt(t *testing.T) {
	seen := map[string]newsletter.Wording{}
	for _, w := range []newsletter.Wording{
		newsletter.NewWording("signup", newsletter.Dutch, "a"), newsletter.NewWording("signup", newsletter.English, "a"),
		newsletter.NewWording("privacy", newsletter.Dutch, "a"), newsletter.NewWording("signup", newsletter.Dutch, "b"),
		newsletter.NewWording("signup", newsletter.Dutch, ""),
	} {
		if other, ok := seen[w.Hash]; ok || len(w.Hash) != 64 {
			t.Errorf("%+v has the hash of %+v", w, other)
		}
		seen[w.Hash] = w
	}
	if a, b := newsletter.NewWording("x", newsletter.Dutch, "y"), newsletter.NewWording("x", newsletter.Dutch, "y"); a != b {
		t.Error("one text, two hashes")
	}
}
