package bounce_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

const privacy = newsletter.Address("privacy@nieuws.example.nl")

// register is the privacy desk of a test: it keeps what comes.
type register struct {
	fails error
	ids   []string
	got   []newsletter.RequestMail
}

func (r *register) TakeMail(_ context.Context, m newsletter.RequestMail, id string, _ time.Time) error {
	if r.fails == nil {
		r.ids, r.got = append(r.ids, id), append(r.got, m)
	}
	return r.fails
}

// A colleague forwards a letter, as people's programs do: within the text, or as an attachment; with a scan of a
// passport that nobody asked for.
const forwarded = `From: Collega <collega@voorbeeld.nl>
To: privacy@nieuws.example.nl
Subject: Fwd: Mijn gegevens
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=grens

--grens
Content-Type: text/plain; charset=utf-8

Kun jij hier iets mee?
--grens
Content-Type: message/rfc822

From: Jan Jansen <jan@voorbeeld.org>
To: redactie@nieuws.example.nl
Subject: =?utf-8?q?Mijn_gegevens=2C_graag?=
Content-Type: text/html; charset=utf-8

<p>Wat weten jullie van mij?</p><script>alert(1)</script>
--grens
Content-Type: image/png
Content-Disposition: attachment; filename=paspoort.png

paspoort
--grens--
`

func TestE7_AMailToTheDeskIsADraft(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	desk := &register{}
	x.service = x.with(privacy, desk)
	for to, want := range map[string]bool{"privacy@nieuws.example.nl": true, "PRIVACY@nieuws.example.nl": true, "privacy+x@nieuws.example.nl": false} {
		if ok, err := x.service.Accepts(t.Context(), to, x.now); ok != want || err != nil {
			t.Errorf("%s: %v, %v", to, ok, err)
		}
	}
	x.take("jan@voorbeeld.org", privacy.String(), letter("jan@voorbeeld.org", privacy.String(), "Wis mij."), "requested settled")
	x.take("collega@voorbeeld.nl", privacy.String(), forwarded, "requested settled")
	x.take("jan@voorbeeld.org", "", letter("jan@voorbeeld.org", "Privacybalie <Privacy@Nieuws.Example.nl>", "afmelden"), "requested settled") // a mailbox knows no envelope; the desk reads wishes too
	if len(desk.got) != 3 || desk.ids[0] == desk.ids[1] {
		t.Fatalf("%+v", desk)
	}
	if m := desk.got[0]; m.From != "jan@voorbeeld.org" || m.Subject != "Re: Nieuws" || strings.TrimSpace(m.Text) != "Wis mij." || m.LeftOut != 0 {
		t.Errorf("%+v", m)
	}
	if m := desk.got[1]; m.From != "jan@voorbeeld.org" || m.Subject != "Mijn gegevens, graag" || m.LeftOut != 1 ||
		!strings.Contains(m.Text, "Kun jij") || !strings.Contains(m.Text, "Wat weten jullie van mij?") || strings.Contains(m.Text, "alert") || strings.Contains(m.Text, "paspoort") {
		t.Errorf("%+v", m)
	}
	// What a machine says is no request, nor what goes round.
	x.take("", privacy.String(), "Auto-Submitted: auto-replied\n"+letter("jan@voorbeeld.org", privacy.String(), "Ik ben weg."), "none autoreply settled")
	x.take("jan@voorbeeld.org", privacy.String(), strings.Repeat("Received: from a by b\n", 31)+letter("jan@voorbeeld.org", privacy.String(), "Wis mij."), "none loop")
	// A report with a token of ours is one, wherever it comes.
	x.take("", privacy.String(), strings.Replace(dsn("5.1.1", ""), "To: ", "To: "+x.janMail+", ", 1), "none forged")
	desk.fails = errors.New("the database is away")
	if _, err := x.service.Take(t.Context(), x.message(privacy.String(), "Wis mij."), x.now); err == nil {
		t.Error("a request is lost while the database is away")
	}
	if len(desk.got) != 3 || len(x.post.got) != 0 {
		t.Errorf("%+v, %v", desk.got, x.post.got)
	}
}
