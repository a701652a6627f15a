package delivery_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// STANDARDS C7: which answer is whose fault, and what becomes of the delivery.
func TestC7_AnswersJudged(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   *mailer.SendError
		state   newsletter.DeliveryState
		refused bool
	}{
		{"no such user", &mailer.SendError{Kind: mailer.KindRecipient, Stage: mailer.StageRcpt, Code: 550, Enhanced: "5.1.1"}, newsletter.DeliveryFailed, true},
		{"refused for what it says", &mailer.SendError{Kind: mailer.KindContent, Stage: mailer.StageDot, Code: 554}, newsletter.DeliveryFailed, true},
		{"greylisted", &mailer.SendError{Kind: mailer.KindThrottled, Stage: mailer.StageRcpt, Code: 451}, newsletter.DeliveryPending, true},
		{"try again later, after the dot", &mailer.SendError{Kind: mailer.KindThrottled, Stage: mailer.StageDot, Code: 452}, newsletter.DeliveryPending, true},
		{"the mailbox is full", &mailer.SendError{Kind: mailer.KindServer, Stage: mailer.StageRcpt, Code: 452, Enhanced: "4.2.2"}, newsletter.DeliveryPending, true},
		{"the server speaks nonsense", &mailer.SendError{Kind: mailer.KindServer, Stage: mailer.StageRcpt}, newsletter.DeliveryPending, false},
		{"the server closes", &mailer.SendError{Kind: mailer.KindThrottled, Stage: mailer.StageRcpt, Code: 421}, newsletter.DeliveryPending, false},
		{"no connection", &mailer.SendError{Kind: mailer.KindNetwork, Stage: mailer.StageDial}, newsletter.DeliveryPending, false},
		{"wrong password", &mailer.SendError{Kind: mailer.KindAuthentication, Stage: mailer.StageAuth, Code: 535}, newsletter.DeliveryPending, false},
		{"we are refused as a sender", &mailer.SendError{Kind: mailer.KindAuthentication, Stage: mailer.StageMail, Code: 550, Enhanced: "5.7.1"}, newsletter.DeliveryPending, false},
		{"no STARTTLS", &mailer.SendError{Kind: mailer.KindConfiguration, Stage: mailer.StageTLS}, newsletter.DeliveryPending, false},
		{"lost after the dot", &mailer.SendError{Kind: mailer.KindNetwork, Stage: mailer.StageDot, Uncertain: true}, newsletter.DeliveryUncertain, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			claim := &newsletter.Claim{Delivery: newsletter.Delivery{ID: 7, Kind: newsletter.DeliveryEdition}}
			o := delivery.Judge(claim, mailer.Receipt{}, c.fault, delivery.DefaultPatience, noon)
			if o.State != c.state || o.Refused != c.refused || o.ID != 7 || o.Code != c.fault.Code || o.Status != c.fault.Enhanced {
				t.Errorf("%+v", o)
			}
			if o.State == newsletter.DeliveryPending && !o.DueAt.After(noon) {
				t.Errorf("due at %v, which is not later", o.DueAt)
			}
			if !c.refused && !o.ExpiresAt.IsZero() {
				t.Error("what was not about the message cost it life")
			}
			if !newsletter.DeliveryHandingOver.CanBecome(o.State) {
				t.Errorf("no transition leads from handing over to %s", o.State)
			}
		})
	}
}

func TestAcceptedIsSent(t *testing.T) {
	o := delivery.Judge(&newsletter.Claim{}, mailer.Receipt{Code: 250, Enhanced: "2.0.0", Reply: "queued as 4F"}, nil, delivery.DefaultPatience, noon)
	if o.State != newsletter.DeliverySent || o.Code != 250 || o.Status != "2.0.0" || o.Reply != "queued as 4F" {
		t.Errorf("%+v", o)
	}
}

func TestWhatCouldNotBeWrittenWaits(t *testing.T) {
	o := delivery.Judge(&newsletter.Claim{}, mailer.Receipt{}, errors.New("a template is broken"), delivery.DefaultPatience, noon)
	if o.State != newsletter.DeliveryPending || o.Refused || !o.DueAt.After(noon) || o.Reply != "" {
		t.Errorf("%+v", o)
	}
	// That the database did not give the letter is no fault of the letter: it is tried again at once.
	away := fmt.Errorf("loading: %w", newsletter.Errorf(newsletter.Unavailable, "database_unavailable", "the database does not answer"))
	if soon := delivery.Judge(&newsletter.Claim{}, mailer.Receipt{}, away, delivery.DefaultPatience, noon); soon.State != newsletter.DeliveryPending ||
		!soon.DueAt.After(noon) || soon.DueAt.Sub(noon) > 10*time.Second {
		t.Errorf("%+v", soon)
	}
}

// STANDARDS C8: the first pause allows for greylisting, pauses grow, and patience ends: after a day for
// a digest, after four for other mail, counted from the first refusal.
func TestC8_PatienceBeginsWithTheFirstRefusal(t *testing.T) {
	busy := &mailer.SendError{Kind: mailer.KindThrottled, Stage: mailer.StageRcpt, Code: 450}
	for kind, patience := range map[newsletter.DeliveryKind]time.Duration{
		newsletter.DeliveryEdition: 24 * time.Hour, newsletter.DeliveryConfirmation: 4 * 24 * time.Hour,
	} {
		long := noon.Add(-30 * 24 * time.Hour) // it waited a month for a server that was down
		claim := &newsletter.Claim{Delivery: newsletter.Delivery{Kind: kind, ExpiresAt: newsletter.At(long)}}
		now, before := noon, time.Duration(0)
		for {
			o := delivery.Judge(claim, mailer.Receipt{}, busy, delivery.DefaultPatience, now)
			if o.State == newsletter.DeliveryExpired {
				break
			}
			pause := o.DueAt.Sub(now)
			if claim.Attempts == 0 && (pause < 4*time.Minute || pause > 6*time.Minute) {
				t.Errorf("%s: the first pause is %v", kind, pause)
			}
			if pause < before/2 {
				t.Errorf("%s: pause %v after %v", kind, pause, before)
			}
			if !o.ExpiresAt.IsZero() {
				claim.ExpiresAt = o.ExpiresAt
			}
			claim.Attempts++
			now, before = o.DueAt.Time, pause
		}
		if given := now.Sub(noon); given > patience || given < patience-5*time.Hour {
			t.Errorf("%s: gave up after %v, patience is %v", kind, given, patience)
		}
	}
}

func TestADomainThatIsFloodedIsLeftAlone(t *testing.T) {
	claim := &newsletter.Claim{Delivery: newsletter.Delivery{Domain: "voorbeeld.nl"}}
	for _, slow := range []mailer.SendError{
		{Code: 450, Enhanced: "4.7.28", Reply: "unusual rate of mail"}, {Code: 451, Enhanced: "4.7.650", Reply: "temporarily limited"},
		{Code: 451, Enhanced: "4.7.500", Reply: "Server busy"}, {Code: 450, Enhanced: "4.7.1", Reply: "Too many messages; slow down"},
		{Code: 450, Reply: "rate limited"},
	} {
		slow.Kind, slow.Stage = mailer.KindThrottled, mailer.StageRcpt
		if o := delivery.Judge(claim, mailer.Receipt{}, &slow, delivery.DefaultPatience, noon); !o.Throttle.After(noon) || o.Domain != "voorbeeld.nl" {
			t.Errorf("%+v: %+v", slow, o)
		}
	}
	for _, grey := range []mailer.SendError{
		{Code: 450, Enhanced: "4.2.0"}, {Code: 451, Enhanced: "4.7.1", Reply: "Greylisted, please try again in 5 minutes"}, {Code: 452, Enhanced: "4.2.2", Reply: "mailbox full"},
	} {
		grey.Kind, grey.Stage = mailer.KindThrottled, mailer.StageRcpt
		if o := delivery.Judge(claim, mailer.Receipt{}, &grey, delivery.DefaultPatience, noon); !o.Throttle.IsZero() || !o.Refused {
			t.Errorf("one refusal held the domain: %+v", o)
		}
	}
}
