package config

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"os"
	"strings"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// rules checks what no single key can know.
func (l *loader) rules(settings []setting, need Need) {
	l.databaseRules()
	l.smtpRules()
	l.dkimRules()
	l.bounceRules()
	if d := l.c.Delivery; d.EditionLife > d.OtherLife && !l.wrong["delivery.edition_life"] && !l.wrong["delivery.other_life"] {
		l.faultf("delivery.edition_life", "%s is longer than other_life, %s: a digest of which there is another soon must not outlive a confirmation",
			tomlfile.FormatDuration(d.EditionLife), tomlfile.FormatDuration(d.OtherLife))
	}
	if need < ForService {
		return
	}
	for _, s := range settings {
		if s.required && !l.wrong[s.key] && l.c.origins[s.key].empty(s) {
			l.faultf(s.key, "is not set; for example %s = %s", s.key, s.toml())
		}
	}
	l.keyRules()
	l.replayRule()
	l.fileRules()
	if err := l.c.checkFolder(); err != nil && !l.wrong["database"] {
		l.faultf("database", "%s", err)
	}
}

// empty reports whether the setting was never given, or given as an empty text.
func (o Origin) empty(s setting) bool {
	shown := s.show()
	return o.From == "unset" || len(shown) == 0 || strings.Join(shown, "") == ""
}

func (l *loader) databaseRules() {
	c := l.c
	if c.passwordInURL && c.origins["database_password"].From == "unset" {
		c.origins["database_password"] = c.origins["database"]
	}
	if from := c.origins["database"].From; c.passwordInURL && (from == "file" || from == "flag") {
		l.faultf("database", "a password must not stand here; put it in a file that database_password_file names, or in BODE_DATABASE_PASSWORD")
	}
	if !c.Postgres() && c.Database != "" && (c.PasswordFile != "" || !c.DatabasePassword.Empty()) {
		l.faultf("database_password_file", "the database is a file, and files have no password")
	}
}

func (l *loader) smtpRules() {
	if l.wrong["smtp.url"] {
		return
	}
	smtp := l.c.SMTP
	given := smtp.PasswordFile != "" || !smtp.Password.Empty()
	switch {
	case smtp.Relay.User != "" && !given:
		l.faultf("smtp.url", "names the user %s, but there is no smtp.password_file", smtp.Relay.User)
	case smtp.Relay.User == "" && given && smtp.Relay.Host != "":
		l.faultf("smtp.url", "names no user, but there is a password; write the user before the host: user@%s", smtp.Relay.Host)
	}
}

func (l *loader) dkimRules() {
	d := l.c.DKIM
	if d == (DKIM{}) {
		return
	}
	for _, of := range [][2]string{{"dkim.domain", d.Domain}, {"dkim.selector", d.Selector}, {"dkim.key_file", d.KeyFile}} {
		if key, v := of[0], of[1]; v == "" && !l.wrong[key] {
			l.faultf(key, "is not set, while other dkim keys are; a signature needs domain, selector and key_file")
		}
	}
	if (d.Ed25519Selector == "") != (d.Ed25519KeyFile == "") {
		l.faultf("dkim.ed25519_selector", "ed25519_selector and ed25519_key_file go together")
	}
	for _, of := range [][2]string{{"dkim.selector", d.Selector}, {"dkim.ed25519_selector", d.Ed25519Selector}} {
		if key, v := of[0], of[1]; v != "" && !isHostname(v) {
			l.faultf(key, "%q is not a selector; it becomes part of a domain name: letters, digits and hyphens", v)
		}
	}
	if d.Selector != "" && d.Selector == d.Ed25519Selector {
		l.faultf("dkim.ed25519_selector", "two keys can't stand in DNS under one selector; choose another than %s", d.Selector)
	}
	_, from, _ := strings.Cut(string(l.c.Sender.Address), "@")
	if from = strings.ToLower(from); from != "" && d.Domain != "" && from != d.Domain && !strings.HasSuffix(from, "."+d.Domain) {
		l.faultf("dkim.domain", "%s does not sign for %s: it must be the domain of sender.address, or one above it", d.Domain, l.c.Sender.Address)
	}
}

// keyRules reads the keys of the program. Those that it makes itself may be missing still.
func (l *loader) keyRules() {
	for _, k := range []struct {
		key string
		Key
	}{{"secret", l.c.Tokens}, {"suppression_key", l.c.Suppression}} {
		setting := k.key + "_file"
		if l.wrong["database"] && k.File == "" {
			continue // whether keys must be named depends on what the database is
		}
		if k.File == "" && k.Value.Empty() {
			l.faultf(setting, "is not set: processes around one PostgreSQL server share this key; make it with: bode config secret FILE")
			continue
		}
		if _, err := os.Stat(k.File); k.made && os.IsNotExist(err) && len(k.OldFiles) == 0 {
			continue
		}
		if _, _, err := k.Read(); err != nil {
			l.faultf(setting, "%s", err)
		}
	}
	if a, b := l.c.Tokens, l.c.Suppression; a.File != "" && a.File == b.File || !a.Value.Empty() && a.Value == b.Value {
		l.faultf("suppression_key_file", "must be another key than that of secret_file: the one is renewed, the other never")
	}
}

// replayRule asks for a list of who was erased: without one, a copy of the database that is put back brings them back.
// Beside an SQLite file it has a place by itself.
func (l *loader) replayRule() {
	if l.c.Privacy.ReplayFile == "" && !l.wrong["database"] && l.c.Database != "" {
		l.faultf("privacy.replay_file", "is not set: name a file that all processes around this PostgreSQL server share, so that a copy of the database that is put back forgets again who was erased; for example privacy.replay_file = \"/var/lib/bode/bode.erased\"")
	}
}

func (l *loader) fileRules() {
	c := l.c
	l.secretFile("database_password_file", c.PasswordFile)
	l.secretFile("smtp.password_file", c.SMTP.PasswordFile)
	l.bounceFiles()
	l.privateKey("dkim.key_file", c.DKIM.KeyFile, func(key crypto.Signer) error {
		if k, ok := key.(*rsa.PrivateKey); !ok {
			return fmt.Errorf("is not an RSA key; make one with: openssl genrsa 2048")
		} else if k.N.BitLen() < 2048 {
			return fmt.Errorf("is an RSA key of %d bits; at least 2048 are needed", k.N.BitLen())
		}
		return nil
	})
	l.privateKey("dkim.ed25519_key_file", c.DKIM.Ed25519KeyFile, func(key crypto.Signer) error {
		if _, ok := key.(ed25519.PrivateKey); !ok {
			return fmt.Errorf("is not an Ed25519 key; make one with: openssl genpkey -algorithm ed25519")
		}
		return nil
	})
	for _, lang := range newsletter.Languages() {
		p := c.Pages[lang]
		l.textFile(pagesKey(lang, "contact_file"), p.ContactFile)
		l.textFile(pagesKey(lang, "privacy_file"), p.PrivacyFile)
		l.textFile(pagesKey(lang, "accessibility_file"), p.AccessibilityFile)
		l.textFile(pagesKey(lang, "disclaimer_file"), p.DisclaimerFile)
	}
	if c.TemplatesDir != "" {
		if info, err := os.Stat(c.TemplatesDir); err != nil {
			l.faultf("templates_dir", "%s", fileError(c.TemplatesDir, err))
		} else if !info.IsDir() {
			l.faultf("templates_dir", "%s is not a folder", c.TemplatesDir)
		}
	}
}

func (l *loader) secretFile(key, name string) {
	if name == "" {
		return
	}
	if _, err := readSecret(name); err != nil {
		l.faultf(key, "%s", err)
	}
}

func (l *loader) textFile(key, name string) {
	if name == "" {
		return
	}
	data, err := os.ReadFile(name)
	switch {
	case err != nil:
		l.faultf(key, "%s", fileError(name, err))
	case strings.TrimSpace(string(data)) == "":
		l.faultf(key, "%s is empty", name)
	}
}

func (l *loader) privateKey(key, name string, check func(crypto.Signer) error) {
	if name == "" {
		return
	}
	pemText, err := readSecret(name)
	if err != nil {
		l.faultf(key, "%s", err)
		return
	}
	parsed, err := mailer.ParseKey([]byte(pemText.Reveal()))
	if err != nil {
		l.faultf(key, "%s: %s", name, err)
	} else if err := check(parsed); err != nil {
		l.faultf(key, "%s %s", name, err)
	}
}

// Notices are things that are allowed, but that an operator should know of.
func (c *Config) Notices() []string {
	var all []string
	contact, privacy := false, false
	for _, p := range c.Pages {
		contact, privacy = contact || p.ContactFile != "", privacy || p.PrivacyFile != ""
	}
	if !contact || !privacy {
		all = append(all, "sign-up stays closed until a contact_file and a privacy_file are set (pages.nl or pages.en)")
	}
	if c.DKIM.Domain == "" {
		all = append(all, "mail is not signed by bode (dkim): make sure that the mail server does, or providers show no unsubscribe button")
	}
	if c.Sender.BounceAddress == "" {
		all = append(all, "reports about mail that can't be delivered go to sender.address (sender.bounce_address is not set)")
	} else if !c.Bounce.Inbound() {
		all = append(all, "nobody reads the reports that come to sender.bounce_address (neither bounce.listen nor bounce.imap_url is set)")
	}
	if c.Delivery.Window < 2*c.SMTP.Connections {
		all = append(all, fmt.Sprintf("delivery.window %d keeps only %d of %d connections busy", c.Delivery.Window, (c.Delivery.Window+1)/2, c.SMTP.Connections))
	}
	return all
}
