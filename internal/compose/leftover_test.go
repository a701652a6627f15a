package compose

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// overlaid is a Composer with an operator's own file, changed from the one that the program brings.
func overlaid(t *testing.T, name, old, new string) (*Composer, error) {
	t.Helper()
	original, err := os.ReadFile(filepath.Join("../../templates", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(original), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(original), old, new)), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load(dir)
	if err != nil {
		return nil, err
	}
	return New(set, sampleOrganisation(), rand.Reader)
}

// TestA8_AnOperatorsBrokenTemplateStopsTheStart changes one file and looks for the fault by its words.
func TestA8_AnOperatorsBrokenTemplateStopsTheStart(t *testing.T) {
	for _, test := range []struct{ why, name, old, new, want string }{
		{"no link to leave in the HTML", "email/digest.html", `<a href="{{.UnsubscribeURL}}"`, `<a href="https://x.example/"`,
			"its HTML lacks the merge field unsubscribe_url"},
		{"no link to leave in the text", "email/digest.txt", "{{.UnsubscribeURL}}", "", "its plain text lacks the merge field unsubscribe_url"},
		{"no preferences", "email/digest.html", "{{.PreferencesURL}}", "", "its HTML lacks the merge field preferences_url"},
		{"an attribute that html/template refuses", "email/digest.html", `<a href="{{.WhyURL}}"`, `<a href="{{.WhyURL}}" title="{{.Heading}}" style="width:{{.WebURL}}"`, "ZgotmplZ"},
		{"a value of another type", "email/digest.txt", "{{.Greeting}}", `{{.Greeting}} {{printf "%d" .Heading}}`, "%!d(string="},
		{"escaped twice", "email/digest.html", "{{.Greeting}}", "{{.Greeting}} {{printf \"%s\" (html \"&\")}}", "&amp;amp;"},
		{"braces that are no action", "email/digest.txt", "{{.Greeting}}", "{{.Greeting}} {{`{{`}}naam}}", "{{naam}}"},
		{"mojibake", "email/parts/frame.html", "{{.Heading}}", "{{.Heading}} â€“ één", "â€"},
		{"mojibake in letters", "locale/nl/mail.toml", "Verschenen tijdens", "Verschenen tÃ³ch", "Ã³"},
		{"no button in a mail", "email/confirmation.html", `{{template "button" dict "URL" .URL`, `{{template "button" dict "URL" "https://x.example"`,
			"the mail confirmation was not made: its HTML lacks the link that it is about"},
		{"no link in a mail's text", "email/address_notice.txt", "{{.URL}}", "", "its plain text lacks the link that it is about"},
		{"a field that isn't there", "email/welcome.txt", "{{.Greeting}}", "{{.Salutation}}", "can't evaluate field Salutation"},
		{"far too long", "email/access_link.html", `{{define "main"}}`, `{{define "main"}}` + strings.Repeat("x", MaxHTML), "more than 80000"},
		{"far too long for any post", "email/digest.html", "{{.Greeting}}", "{{.Greeting}}" + strings.Repeat("x", MaxHTML), "longer than 80000 octets even without posts"},
	} {
		c, err := overlaid(t, test.name, test.old, test.new)
		if err == nil {
			err = c.Check()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the fault is %v\nwant %q in it", test.why, err, test.want)
		}
	}
}

func TestA8_MojibakeOfAFeedIsMended(t *testing.T) {
	for broken, whole := range map[string]string{
		"CafÃ© â€“ Ã©Ã©n": "Café – één", "Ã": "Ã", "Coöperatie": "Coöperatie", "10 °C": "10 °C", "âge": "âge", "naïef": "naïef", "café”…": "café”…",
		"Ã© en 🙂": "é en 🙂", "één cafÃ©": "één café", "ÃƒÂ©Ã©n": "één", "â€œHalloâ€\u009d": "“Hallo”", "â€œHalloâ€": "“Hallo”", "ï»¿Kop": "Kop",
	} {
		if got := repairMojibake(broken); got != whole {
			t.Errorf("%q becomes %q, want %q", broken, got, whole)
		}
	}
	d := sampleDigests(newsletter.Dutch, newsletter.Standard)[1]
	d.Posts[0].Title = "Democratisch cafÃ© in Ã‰Ã©n dorp"
	m := readMail(t, merged(t, composer(t), d))
	if !strings.Contains(m.text, "Democratisch café in Één dorp") {
		t.Error("the title was not mended")
	}
}

// Whatever a feed makes of its letters, the digest leaves.
func FuzzRepairMojibake(f *testing.F) {
	for _, seed := range []string{"CafÃ© 🙂", "â€", "â€\u009d", "Ã\u00a0", "ÃƒÆ’Ã†â€™", "Â", "ï»¿", "Ââ€"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		title := line(s, maxTitle)
		for i := range leftovers {
			if leftovers[i].always {
				if found := leftovers[i].find(title, ""); found != "" {
					t.Errorf("%q becomes %q, and %q keeps the digest back", s, title, found)
				}
			}
		}
	})
}

func TestNewWantsTheFactsOfEveryFooter(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Organisation){
		"name":                  func(o *Organisation) { o.Name = " " },
		"postal address":        func(o *Organisation) { o.Postal = nil },
		"sender address":        func(o *Organisation) { o.From.Addr = "" },
		"contact":               func(o *Organisation) { o.Email, o.Phone = "", "" },
		"address of the public": func(o *Organisation) { o.Site = "" },
		"without a slash":       func(o *Organisation) { o.Site += "/" },
	} {
		o := sampleOrganisation()
		spoil(&o)
		if _, err := New(set, o, rand.Reader); err == nil || !strings.Contains(err.Error(), want) || newsletter.CodeOf(err) != newsletter.Invalid {
			t.Errorf("the fault is %v, want %q", err, want)
		}
	}
}
