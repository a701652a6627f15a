package newsletter_test

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

func TestC13_TheRuleOfBounces(t *testing.T) {
	rule := newsletter.BounceRule{SoftLimit: 3, SoftPeriod: time.Hour}
	for _, c := range []struct {
		class  newsletter.BounceClass
		policy bool
		softs  int
		effect newsletter.BounceEffect
		reason string
	}{
		{newsletter.BounceHard, false, 0, newsletter.EffectSuppressed, ""},
		{newsletter.BounceHard, true, 0, newsletter.EffectNone, newsletter.ReasonPolicy},
		{newsletter.BounceSoft, false, 2, newsletter.EffectCounted, ""},
		{newsletter.BounceSoft, false, 3, newsletter.EffectSuppressed, ""},
		{newsletter.BounceSoft, true, 9, newsletter.EffectNone, newsletter.ReasonPolicy},
		{newsletter.BounceComplaint, true, 0, newsletter.EffectSuppressed, ""},
		{newsletter.BounceUnknown, false, 9, newsletter.EffectNone, newsletter.ReasonUnknown},
		{newsletter.BounceAutoreply, false, 9, newsletter.EffectNone, newsletter.ReasonUnknown},
	} {
		if effect, reason := rule.Effect(c.class, c.policy, c.softs); effect != c.effect || reason != c.reason {
			t.Errorf("%s, policy %v, %d: %s %s", c.class, c.policy, c.softs, effect, reason)
		}
	}
}
