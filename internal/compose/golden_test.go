package compose

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// go test ./internal/compose -run Golden -update writes the files anew: look at the difference.
var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenMails holds whole messages, as they go to the SMTP server, to files that a mail program
// opens.
func TestGoldenMails(t *testing.T) {
	c := composer(t)
	for _, lang := range newsletter.Languages() {
		for i, d := range sampleDigests(lang, newsletter.Standard) {
			golden(t, fmt.Sprintf("digest-%d.%s.eml", i+1, lang), merged(t, c, d))
		}
		for i, m := range sampleMessages(lang) {
			draft, err := c.Notice(lang, newsletter.Standard, m)
			if err != nil {
				t.Fatal(err)
			}
			letter, err := draft.Compile(nil)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := letter.Append(nil, &mailer.Recipient{
				To: mailer.Address{Addr: "jan@lezer.example"}, MessageID: "n1.c3d4@noorderkring.example",
				Date: time.Date(2026, 11, 23, 8, 0, 0, 0, sampleZone()),
			})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, fmt.Sprintf("%s-%d.%s.eml", m.Template(), i+1, lang), raw)
		}
	}
	asked := sampleMessages(newsletter.Dutch)[0].(*Confirmation)
	asked.Choices[0].List.Branding = sampleBranding()
	draft, err := c.Notice(newsletter.Dutch, newsletter.Standard, asked)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "confirmation-branded.nl.html", []byte(draft.HTML))
	large := sampleDigests(newsletter.Dutch, newsletter.Large)[0]
	golden(t, "digest-large.nl.eml", merged(t, c, large))
	rendered, err := c.Digest(large)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "digest-web.nl.html", []byte(rendered.Web))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -update writes it anew:\n%s", path, cmp.Diff(string(want), string(got)))
	}
}
