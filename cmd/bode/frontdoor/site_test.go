package frontdoor_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/internal/web/webtest"
)

// domain is the sender's. The sites of both engines stand below it.
const domain = "noord.example"

// site is one installation with the world around it. Its parts are shared by the journeys; t is the
// journey's own.
type site struct {
	t       *testing.T
	program *program
	engine  *engine
	relay   *relay
	source  *source
	gateway *gateway
	browser *webtest.Browser
	host    string
	url     string
	keys    map[string]string // what DNS says of the DKIM keys
	secrets *secrets
	service *running
	expects []string // errors that the log may hold, by a part of what they say
	quiet   bool     // no service ran: there is no log
}

// running is the service of a site, which a journey may replace.
type running struct{ *service }

// in is the site for a test of its own.
func (s *site) in(t *testing.T) *site {
	own := *s
	own.t = t
	return &own
}

// newSite makes an installation that is ready to be started: configuration, keys, lists.
func newSite(t *testing.T, makeEngine func(testing.TB, *program) *engine, g *gateway) *site {
	t.Helper()
	s := &site{t: t, program: newProgram(t), relay: newRelay(t), source: newSource(t), gateway: g, secrets: &secrets{}, service: &running{}}
	s.engine = makeEngine(t, s.program)
	s.host = s.engine.name + "." + domain
	s.url = "https://" + s.host
	s.keys = writeKeys(t, s.program)
	// The relay's authority is the only one that the program trusts.
	write(t, s.program.path("authority.pem"), 0o644, string(s.relay.RootPEM()))
	s.program.env = append(s.program.env, "SSL_CERT_FILE="+s.program.path("authority.pem"), "SSL_CERT_DIR="+t.TempDir())
	write(t, s.program.path("smtp.password"), 0o600, relayPassword+"\n")
	for _, page := range []string{"contact", "privacy"} {
		for _, lang := range newsletter.Languages() {
			write(t, s.program.path(page+"."+string(lang)+".md"), 0o644, "Stichting Noord, "+page+" ("+string(lang)+").\n\n## Vragen\n\nSchrijf ons.\n")
		}
	}
	s.configure("")
	write(t, s.program.path("lists.toml"), 0o644, fmt.Sprintf(lists, s.source.URL))
	s.program.run(t, "apply", "lists.toml", "--yes")
	t.Cleanup(func() { s.checkLog() })
	return s
}

// lists are one for each journey, so that none waits for another's editions.
const lists = `
[[list]]
name = "raad"
title.nl = "De nieuwe rol van de raad"
title.en = "The new role of the council"
[[list.topic]]
name = "raad"
title.nl = "Gemeenteraad"
title.en = "Town council"
[[list.topic]]
name = "inwoners"
title.nl = "Inwoners aan zet"
title.en = "Residents in charge"
[[list.feed]]
name = "website"
url = "%[1]s/feed"
internal = true
topics = { "Gemeenteraad" = "raad", "Inwoners" = "inwoners" }
[[list.feed]]
name = "kapot"
url = "%[1]s/kapot"
internal = true
[[list.schedule]]
name = "maandelijks"
title.nl = "Maandelijks"
title.en = "Monthly"
cron = "0 8 1 * *"
[[list.schedule]]
name = "wekelijks"
title.nl = "Wekelijks"
title.en = "Weekly"
cron = "0 8 * * 1"

[[list]]
name = "wonen"
title.nl = "Wonen in het noorden"
title.en = "Living in the north"
[[list.schedule]]
name = "wekelijks"
title.nl = "Wekelijks"
cron = "0 8 * * 1"

[[list]]
name = "zorg"
title.nl = "Zorg dichtbij"
title.en = "Care nearby"
[[list.schedule]]
name = "wekelijks"
title.nl = "Wekelijks"
title.en = "Weekly"
cron = "0 8 * * 1"

[[list]]
name = "energie"
title.nl = "Energie van onderop"
title.en = "Energy from below"
[[list.schedule]]
name = "wekelijks"
title.nl = "Wekelijks"
cron = "0 8 * * 1"

[[list]]
name = "bestuur"
title.nl = "Nieuws van het bestuur"
title.en = "News of the board"
[[list.schedule]]
name = "bestuurlijk"
title.nl = "Bestuurlijk"
cron = "0 8 * * 1"
review = "approval"
lead = "1h"

[[list]]
name = "vergadering"
title.nl = "Wat de vergadering besloot"
title.en = "What the meeting decided"
[[list.schedule]]
name = "wekelijks"
title.nl = "Wekelijks"
cron = "0 8 * * 1"
[[list.schedule]]
name = "maandelijks"
title.nl = "Maandelijks"
cron = "0 8 1 * *"
`

// configure writes bode.toml. What is in more stands first.
func (s *site) configure(more string) {
	s.t.Helper()
	write(s.t, s.program.path("bode.toml"), 0o644, more+"\n"+s.engine.setting+fmt.Sprintf(`
public_url = %q
listen = "127.0.0.1:0"
trusted_proxies = ["127.0.0.1"]
[log]
level = "debug"
format = "json"
[smtp]
url = %q
password_file = "smtp.password"
connections = 4
[delivery]
window = %d
[dkim]
domain = %q
selector = "r1"
key_file = "rsa.pem"
ed25519_selector = "e1"
ed25519_key_file = "ed25519.pem"
[sender]
name = "Stichting Noord"
address = "nieuws@noord.example"
reply_to = "redactie@noord.example"
bounce_address = "bounce@noord.example"
feedback_id = "noord-nl"
[organisation]
name = "Stichting Noord"
postal_address = ["Postbus 1", "9400 AA Assen"]
mail = "info@noord.example"
phone = "0592 12 34 56"
[pages.nl]
contact_file = "contact.nl.md"
privacy_file = "privacy.nl.md"
[pages.en]
contact_file = "contact.en.md"
privacy_file = "privacy.en.md"
[signup]
network_per_hour = %d
`, s.url, strings.Replace(s.relay.URL(), "://", "://"+relayUser+"@", 1), window, domain, networkLimit))
}

// window is how many messages a kill may put in doubt.
const window = 16

// networkLimit is how many may join from one network in an hour: a meeting of thirty-one, and one more.
const networkLimit = 32

// keyPair is made once: an RSA key takes a while.
var keyPair = sync.OnceValues(func() (pair [2]crypto.Signer, err error) {
	if pair[0], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return pair, err
	}
	_, pair[1], err = ed25519.GenerateKey(rand.Reader)
	return pair, err
})

// writeKeys writes the DKIM keys, and returns the records that publish them: made here from the
// standards (RFC 6376, 3.6.1; RFC 8463, 4), not by the program.
func writeKeys(t testing.TB, p *program) map[string]string {
	t.Helper()
	pair, err := keyPair()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"rsa.pem", "ed25519.pem"} {
		der, err := x509.MarshalPKCS8PrivateKey(pair[i])
		if err != nil {
			t.Fatal(err)
		}
		write(t, p.path(name), 0o600, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	}
	der, err := x509.MarshalPKIXPublicKey(pair[0].Public())
	if err != nil {
		t.Fatal(err)
	}
	public, ok := pair[1].Public().(ed25519.PublicKey)
	if !ok {
		t.Fatal("the second key is not Ed25519")
	}
	return map[string]string{
		"r1._domainkey." + domain: "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der),
		"e1._domainkey." + domain: "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public),
	}
}

// serve starts the site, and leads its visitors there.
func (s *site) serve() {
	s.t.Helper()
	s.service.service = s.program.start(s.t, "serve")
	s.gateway.serve(s.host, s.service.listen)
}

// letter waits for the next letter to an address, and reads it.
func (s *site) letter(address string) *letter {
	s.t.Helper()
	return s.read(s.relay.next(s.t, address))
}

// person is the address of somebody who lives in this test. No log may know it.
func (s *site) person(name string) string {
	s.secrets.add(name + "@lezers.example")
	return name + "@lezers.example"
}

// dossier is what the operator sees of a person.
func (s *site) dossier(address string) (d newsletter.Dossier) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.program.run(s.t, "subscriber", "show", address, "--json")), &d); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// post publishes an article of the editors' own.
func (s *site) post(list, title string) {
	s.t.Helper()
	path := s.program.path(fmt.Sprintf("post-%s-%d.md", list, len(title)))
	write(s.t, path, 0o644, fmt.Sprintf("---\ntitle: %s\nlist: %s\n---\n\nWat erover te vertellen is.\n", title, list))
	s.program.run(s.t, "post", "add", path)
}

// edition sends what is owed to the readers of a schedule, now, and returns when all of it has left.
func (s *site) edition(list, schedule string) (id string) {
	s.t.Helper()
	id = s.release(list, schedule)
	s.left(id)
	return id
}

// left waits until every letter of an edition has left.
func (s *site) left(id string) {
	s.t.Helper()
	eventually(s.t, "the edition to leave", func() bool {
		return s.engine.ask(s.t, `SELECT COUNT(*) FROM edition WHERE public_id = $1 AND fanned_out_at IS NOT NULL`, id) == "1" &&
			s.engine.ask(s.t, `SELECT COUNT(*) FROM delivery WHERE ended_at IS NULL AND edition_id = (SELECT id FROM edition WHERE public_id = $1)`, id) == "0"
	})
}

// release lets an edition go, and does not wait for it.
func (s *site) release(list, schedule string) (id string) {
	s.t.Helper()
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(s.program.run(s.t, "edition", "extra", list, schedule, "--json")), &made); err != nil {
		s.t.Fatal(err)
	}
	s.program.run(s.t, "edition", "approve", made.ID)
	return made.ID
}

// forgetLimits lets a day pass for the limits on an address.
func (s *site) forgetLimits(address string) {
	s.t.Helper()
	s.engine.do(s.t, `DELETE FROM counter WHERE key = $1`, s.hash(token.Limit, address).Sum)
}

// hash is the keyed hash by which the program knows an address.
func (s *site) hash(use token.Use, address string) token.Hash {
	s.t.Helper()
	hashes, err := token.NewHashes(use, s.secret("bode.suppression.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	return hashes.Current(newsletter.Address(address))
}

// secret reads a key of the program's.
func (s *site) secret(name string) token.Secret {
	s.t.Helper()
	text, err := os.ReadFile(s.program.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := token.ParseSecret(string(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// secrets are what no log may hold: addresses of people, and what opens their pages.
type secrets struct {
	mu  sync.Mutex
	all map[string]bool
}

func (s *secrets) add(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]bool{}
	}
	for _, text := range texts {
		s.all[strings.ToLower(text)] = true
	}
}

// checkLog looks at every line that the site's services wrote.
func (s *site) checkLog() {
	s.t.Helper()
	if s.quiet {
		return
	}
	if len(s.secrets.all) == 0 || s.program.log.String() == "" {
		s.t.Error("there is no log, or nothing to look for in it")
	}
	for _, line := range s.program.log.lines() {
		said := fmt.Sprint(line)
		if line["level"] == "ERROR" && !slices.ContainsFunc(s.expects, func(part string) bool { return strings.Contains(said, part) }) {
			s.t.Errorf("an error in the log: %v", line)
		}
		text := strings.ToLower(fmt.Sprint(line))
		for secret := range s.secrets.all {
			if strings.Contains(text, secret) {
				s.t.Errorf("the log holds %q: %s", secret, text)
			}
		}
	}
}
