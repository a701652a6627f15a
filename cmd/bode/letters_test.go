package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"bode.example/internal/compose"
	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/mailer"
	"bode.example/templates"
)

// form is a letter with the fields that a digest has.
func form(t *testing.T) []byte {
	t.Helper()
	marker, err := mailer.NewMarker(rand.Reader, compose.Fields()...)
	if err != nil {
		t.Fatal(err)
	}
	headers := mailer.ListHeaders{Name: "Nieuwe democratie", ID: "lijst.nieuws.example", UnsubscribeURL: marker.Mark(compose.FieldUnsubscribe)}
	header, err := headers.Fields(marker)
	if err != nil {
		t.Fatal(err)
	}
	text := marker.Mark(compose.FieldGreeting) + "\n" + strings.Repeat("Een regel van de brief.\n", 200)
	html := "<p>" + strings.ReplaceAll(text, "\n", "</p>\n<p>") + "</p>\n"
	for _, field := range compose.Fields()[1:] {
		text += marker.Mark(field) + "\n"
		html += `<a href="` + marker.Mark(field) + `">x</a>` + "\n"
	}
	draft := mailer.Draft{From: mailer.Address{Addr: "redactie@nieuws.example"}, Subject: "Drie berichten", Header: header, Text: text, HTML: html}
	letter, err := draft.Compile(marker)
	if err != nil {
		t.Fatal(err)
	}
	data, err := letter.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// newTestWriter is what newWriter makes of a configuration, with one letter and without a database.
func newTestWriter(t *testing.T, signer delivery.Signer) *delivery.LetterWriter {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	composer, err := compose.New(set, compose.Organisation{Name: "Noorderkring", Postal: []string{"Brink 14"}, Email: "redactie@nieuws.example",
		Site: "https://nieuws.example", From: mailer.Address{Addr: "redactie@nieuws.example"}}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.NewRing(token.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	bounces, err := token.NewReturnPath(ring, "bounce@nieuws.example")
	if err != nil {
		t.Fatal(err)
	}
	letter := form(t)
	return delivery.NewLetterWriter(delivery.WriterParts{
		Load:       func(context.Context, int64) ([]byte, error) { return letter, nil },
		Fields:     &personal{site: "https://nieuws.example", links: ring, composer: composer},
		ReturnPath: func(id int64, now time.Time) string { return bounces.Address(id, now) },
		Domain:     "nieuws.example", Signer: signer, Zone: time.UTC,
	})
}

// TestAMessageLeavesLittleBehind counts what is allocated to write one message. Each piece is garbage when the message
// has left, and at twenty thousand a second collecting it was a third of all processor time.
func TestAMessageLeavesLittleBehind(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := mailer.NewSigner("nieuws.example", mailer.Key{Selector: "a", Private: key}, mailer.Key{Selector: "b", Private: edKey})
	if err != nil {
		t.Fatal(err)
	}
	variant, id := int64(1), newsletter.NewPublicID()
	claim := newsletter.Claim{Delivery: newsletter.Delivery{ID: 7, Kind: newsletter.DeliveryEdition, VariantID: &variant, Language: newsletter.Dutch},
		To: "fenna@lezer.example", Name: "Fenna de Vries", SubscriptionKey: &id}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		signer delivery.Signer
		most   float64
	}{
		"unsigned": {nil, 20},
		"signed":   {signer, 28},
	} {
		w := newTestWriter(t, c.signer)
		buffer := make([]byte, 0, 64<<10)
		n := testing.AllocsPerRun(100, func() {
			if _, _, err := w.Write(t.Context(), buffer, &claim, now); err != nil {
				t.Fatal(err)
			}
		})
		if n > c.most {
			t.Errorf("%s: %.0f allocations a message, more than %.0f", name, n, c.most)
		}
		t.Logf("%s: %.0f allocations a message", name, n)
	}
}
