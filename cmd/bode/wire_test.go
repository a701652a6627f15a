package main

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/cmd/bode/config"
	"bode.example/internal/delivery"
)

// configured loads a configuration of flags alone.
func configured(t *testing.T, pairs ...string) *config.Config {
	t.Helper()
	var in config.Input
	for i := 0; i < len(pairs); i += 2 {
		in.Flags = append(in.Flags, config.Flag{Name: "--set", Key: pairs[i], Text: pairs[i+1]})
	}
	c, err := config.Load(in, config.ForTools)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDeliverySettingsAreThoseConfigured(t *testing.T) {
	got := deliverySettings(configured(t, "delivery.edition_life", "36h", "delivery.other_life", "5d", "delivery.window", "32",
		"delivery.uncertain", "hold", "delivery.lease", "90s", "delivery.limits", "Gmail.com 10 2.5", "smtp.connections", "5"))
	want := delivery.Settings{Window: 32, Connections: 5, Lease: 90 * time.Second, Hold: true,
		Limits:   delivery.Limits{"gmail.com": {AtOnce: 10, PerSecond: 2.5}},
		Patience: delivery.Patience{Edition: 36 * time.Hour, Other: 120 * time.Hour}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Pictures come from the site, from the organisation's own website and from whom the operator trusts.
func TestPictureDomains(t *testing.T) {
	c := configured(t, "public_url", "https://nieuws.noorderkring.example", "organisation.website", "https://www.Noorderkring.example/start",
		"privacy.picture_domains", "beeldbank.example")
	if got := pictureDomains(c); !slices.Equal(got, []string{"nieuws.noorderkring.example", "beeldbank.example", "noorderkring.example"}) {
		t.Errorf("%v", got)
	}
}
