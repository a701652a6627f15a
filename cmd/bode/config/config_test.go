package config_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bode.example/cmd/bode/config"
	"bode.example/internal/token"
)

// write makes a file in a folder of the test and returns its name.
func write(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

// values loads and returns what is shown, by key.
func values(t *testing.T, in config.Input) map[string]config.Shown {
	t.Helper()
	c, err := config.Load(in, config.ForTools)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]config.Shown{}
	for _, s := range c.Show() {
		all[s.Key] = s
	}
	return all
}

func TestPrecedence(t *testing.T) {
	file := write(t, t.TempDir(), "bode.toml", "listen = \":1\"\n[smtp]\nconnections = 11\n", 0o600)
	flag := []config.Flag{{Name: "--listen", Key: "listen", Text: ":3"}, {Name: "--set smtp.connections", Key: "smtp.connections", Text: "13"}}
	env := []string{"BODE_LISTEN=:2", "BODE_SMTP_CONNECTIONS=12"}
	for _, c := range []struct {
		name                                   string
		in                                     config.Input
		listen, connections, from, listenPlace string
	}{
		{"default", config.Input{}, "127.0.0.1:8080", "8", "default", ""},
		{"file", config.Input{File: file}, ":1", "11", "file", file + ":1"},
		{"environment beats file", config.Input{File: file, Environ: env}, ":2", "12", "environment", "BODE_LISTEN"},
		{"flag beats all", config.Input{File: file, Environ: env, Flags: flag}, ":3", "13", "flag", "--listen"},
		{"flag beats environment", config.Input{Environ: env, Flags: flag}, ":3", "13", "flag", "--listen"},
		{"an empty variable is none", config.Input{File: file, Environ: []string{"BODE_LISTEN=", "BODE_SMTP_CONNECTIONS="}}, ":1", "11", "file", file + ":1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := values(t, c.in)
			if s := got["listen"]; s.Text() != c.listen || s.From != c.from || s.Place != c.listenPlace {
				t.Errorf("listen is %q from %s %s, want %q from %s %s", s.Text(), s.From, s.Place, c.listen, c.from, c.listenPlace)
			}
			if s := got["smtp.connections"]; s.Text() != c.connections || s.From != c.from {
				t.Errorf("smtp.connections is %q from %s, want %q from %s", s.Text(), s.From, c.connections, c.from)
			}
		})
	}
}

func TestTheFileIsFound(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "bode.toml"), write(t, dir, "etc.toml", "language = \"en\"\n", 0o600)
	named := write(t, dir, "named.toml", "zone = \"Europe/Paris\"\n", 0o600)
	if got := values(t, config.Input{Search: []string{first, second}})["language"]; got.Text() != "en" {
		t.Errorf("the second of the search was not read: %v", got)
	}
	got := values(t, config.Input{Search: []string{second}, Environ: []string{"BODE_CONFIG=" + named}})
	if got["zone"].Text() != "Europe/Paris" || got["language"].Text() != "nl" {
		t.Errorf("BODE_CONFIG was not read alone: %v %v", got["zone"], got["language"])
	}
	if got := values(t, config.Input{File: second, Environ: []string{"BODE_CONFIG=" + named}})["language"]; got.Text() != "en" {
		t.Errorf("--config does not beat BODE_CONFIG: %v", got)
	}
	if _, err := config.Load(config.Input{File: first}, config.ForTools); err == nil || !strings.Contains(err.Error(), first) {
		t.Errorf("a named file that is missing: got %v", err)
	}
}

// faults returns the lines of the error that loading gives, with the folder cut off.
func faults(t *testing.T, dir string, in config.Input, need config.Need) []string {
	t.Helper()
	_, err := config.Load(in, need)
	if err == nil {
		return nil
	}
	return strings.Split(strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), ""), "\n")
}

func TestAllFaultsAtOnce(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "bode.toml", `databse = "x.sqlite"
public_url = "http://nieuws.example.nl"
listen = "8080"
trusted_proxies = ["10.0.0.0/99"]
zone = "Europe/Amsterdm"
secret = "hunter2hunter2hunter2hunter2hunter2"

[smtp]
url = "smtp://mail.example.nl?tls=none"
password = "hunter2"
connections = "eight"

[dkim]
domain = "other.nl"
selector = "a b"

[sender]
address = "Jan <jan@example.nl>"

[log]
level = "loud"

[organisation]
postal_address = 5
`, 0o600)
	in := config.Input{File: file, Environ: []string{"BODE_LISEN=:1", "BODE_SIGNUP_LINK_LIFE=soon", "BODE_PORT=tcp://10.0.0.1:80"},
		Flags: []config.Flag{{Name: "--set", Key: "smtp.conections", Text: "3"}, {Name: "--set", Key: "smtp.password", Text: "hunter2"}}}
	got := faults(t, dir, in, config.ForService)
	want := []string{
		`--set: smtp.password: secrets are not given as flags`,
		`BODE_SIGNUP_LINK_LIFE: signup.link_life: "soon" is not a length of time`,
		`--set: smtp.conections: there is no such key; did you mean smtp.connections?`,
		`BODE_LISEN: there is no such variable; did you mean BODE_LISTEN?`,
		`dkim.key_file: is not set`,
		`sender.name: is not set; for example sender.name = "Stichting Voorbeeld"`,
		`organisation.name: is not set`,
		`organisation.mail: is not set`,
		`bode.toml:1: databse: there is no such key; did you mean database?`,
		`bode.toml:2: public_url: "http://nieuws.example.nl" must begin with https://`,
		`bode.toml:3: listen: "8080" is not an address to listen on`,
		`bode.toml:4: trusted_proxies: "10.0.0.0/99" is not a network`,
		`bode.toml:5: zone: there is no time zone "Europe/Amsterdm"`,
		`bode.toml:6: secret: a secret does not belong in this file`,
		`bode.toml:9: smtp.url: SMTP: `,
		`bode.toml:10: smtp.password: a secret does not belong in this file`,
		`bode.toml:11: smtp.connections: eight is not a whole number from 1 to 256`,
		`bode.toml:15: dkim.selector: "a b" is not a selector`,
		`bode.toml:18: sender.address: "Jan <jan@example.nl>" is not a mail address`,
		`bode.toml:21: log.level: "loud" is not possible`,
		`bode.toml:24: organisation.postal_address: must be a list of texts`,
	}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("fault %d should begin with\n  %s\nbut all are\n  %s", i, w, strings.Join(got, "\n  "))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d faults too many:\n%s", len(got)-len(want), strings.Join(got[len(want):], "\n"))
	}
	if strings.Contains(strings.Join(got, "\n"), "hunter2") {
		t.Error("a secret is shown")
	}
}

func TestRelay(t *testing.T) {
	for in, want := range map[string]string{
		"smtps://mail.example.nl":                "smtps://mail.example.nl",
		"smtps://jan@example.nl@mail.example.nl": "smtps://jan%40example.nl@mail.example.nl",
		"smtp://u@mail.example.nl:2525":          "smtp://u@mail.example.nl:2525",
		"smtp://127.0.0.1:1025?tls=none":         "smtp://127.0.0.1:1025?tls=none",
	} {
		if got := values(t, config.Input{Environ: []string{"BODE_SMTP_URL=" + in, "BODE_SMTP_PASSWORD=" + strings.Repeat("x", strings.Count(in, "@"))}})["smtp.url"]; got.Text() != want {
			t.Errorf("%s: got %s, want %s", in, got.Text(), want)
		}
	}
	for in, want := range map[string]string{
		"http://mail.example.nl":             "must be smtps or smtp",
		"smtp://mail.example.nl?tls=none":    "loopback",
		"smtps://u:hunter2@mail.example.nl":  "smtp.password_file",
		"smtp://u:hunter2@mail.example.nl:x": "can't be read",
		"smtps://u@mail.example.nl":          "there is no smtp.password_file",
	} {
		got := strings.Join(faults(t, "", config.Input{Environ: []string{"BODE_SMTP_URL=" + in}}, config.ForTools), "\n")
		if !strings.HasPrefix(got, "BODE_SMTP_URL: smtp.url: ") || !strings.Contains(got, want) || strings.Contains(got, "hunter2") {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	s := config.NewSecret("hunter2")
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "secret", s, "in", map[string]any{"s": s})
	fmt.Fprintf(&b, "%s %v %+v %#v %q %x %d", s, s, s, s, s, s, s)
	fmt.Fprint(&b, struct{ S config.Secret }{s}, &s)
	if err := json.NewEncoder(&b).Encode(map[string]any{"s": s, "p": &s}); err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?i)hunter2|68756e74657232`).Match(b.Bytes()) {
		t.Errorf("it is shown: %s", b.String())
	}
	if s.Reveal() != "hunter2" {
		t.Error("Reveal does not reveal")
	}
}

func TestDatabasePassword(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "db.password", "hunter2\n", 0o600)
	open := func(in config.Input) (string, error) {
		c, err := config.Load(in, config.ForTools)
		if err != nil {
			return "", err
		}
		u, err := c.DatabaseURL()
		for _, s := range c.Show() {
			if strings.Contains(s.Text(), "hunter2") {
				t.Errorf("%s shows the password", s.Key)
			}
		}
		return u.Reveal(), err
	}
	const want = "postgres://bode:hunter2@db.example.nl/bode?sslmode=require"
	for name, env := range map[string][]string{
		"in the variable":      {"BODE_DATABASE=" + want},
		"in one of its own":    {"BODE_DATABASE=postgres://bode@db.example.nl/bode?sslmode=require", "BODE_DATABASE_PASSWORD=hunter2"},
		"in a file of its own": {"BODE_DATABASE=postgres://bode@db.example.nl/bode?sslmode=require", "BODE_DATABASE_PASSWORD_FILE=" + file},
	} {
		if got, err := open(config.Input{Environ: env}); err != nil || got != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	toml := write(t, dir, "bode.toml", "database = \""+want+"\"\n", 0o600)
	for name, in := range map[string]config.Input{
		"in the file": {File: toml},
		"in a flag":   {Flags: []config.Flag{{Name: "--database", Key: "database", Text: want}}},
	} {
		if _, err := open(in); err == nil || !strings.Contains(err.Error(), "database_password_file") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPathsBeginAtTheFileThatNamesThem(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "bode.toml", "database = \"data/bode.sqlite\"\nold_secret_files = [\"a\", \"/b\"]\n", 0o600)
	got := values(t, config.Input{File: file, Environ: []string{"BODE_TEMPLATES_DIR=t"}})
	for key, want := range map[string]string{
		"database":         filepath.Join(dir, "data/bode.sqlite"),
		"old_secret_files": filepath.Join(dir, "a") + ", /b",
		"secret_file":      filepath.Join(dir, "data/bode.secret"),
		"templates_dir":    "t",
	} {
		if got[key].Text() != want {
			t.Errorf("%s is %q, want %q", key, got[key].Text(), want)
		}
	}
}

// example returns the example as it is, or with every key that is commented out put in.
func example(all bool) string {
	if !all {
		return config.Example()
	}
	return regexp.MustCompile(`(?m)^#([a-z0-9_]+ = )`).ReplaceAllString(config.Example(), "$1")
}

func TestExampleLoadsWithoutFaults(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "bode.toml", example(false), 0o600)
	if got := faults(t, dir, config.Input{File: file}, config.ForService); got != nil {
		t.Errorf("as it is printed:\n%s", strings.Join(got, "\n"))
	}
	// With everything switched on, the keys are known and well formed; only their files are missing.
	file = write(t, dir, "all.toml", example(true), 0o600)
	for _, f := range faults(t, dir, config.Input{File: file}, config.ForTools) {
		if !strings.Contains(f, "the database is a file") && !strings.Contains(f, "names no user") {
			t.Error(f)
		}
	}
	c, _ := config.Load(config.Input{File: file}, config.ForTools)
	for _, s := range c.Show() {
		if s.From != "file" && !slices.Contains([]string{"secret", "suppression_key", "smtp.password", "database_password", "bounce.imap_password", "bounce.hook_secret"}, s.Key) {
			t.Errorf("%s is not in the example", s.Key)
		}
	}
}

func TestEachVariableIsOneSetting(t *testing.T) {
	seen := map[string]string{}
	c, err := config.Load(config.Input{}, config.ForTools)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Show() {
		name := strings.ToUpper(strings.ReplaceAll(s.Key, ".", "_"))
		if other, ok := seen[name]; ok {
			t.Errorf("BODE_%s is both %s and %s", name, s.Key, other)
		}
		seen[name] = s.Key
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "bode.sqlite")
	in := config.Input{Environ: []string{"BODE_DATABASE=" + db}}
	load := func() *config.Config {
		t.Helper()
		c, err := config.Load(in, config.ForTools)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := load()
	if err := c.MakeKeys(); err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, k := range []*config.Key{&c.Tokens, &c.Suppression} {
		info, err := os.Stat(k.File)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", k.File, info.Mode(), err)
		}
		key, old, err := k.Read()
		if err != nil || len(old) != 0 {
			t.Errorf("%s: %d old keys, %v", k.File, len(old), err)
		}
		made = append(made, key.Text())
	}
	if made[0] == made[1] {
		t.Error("both keys are the same")
	}

	// A second start keeps them; a lost one is not made again behind the operator's back.
	write(t, dir, "bode.sqlite", "", 0o600)
	if err := load().MakeKeys(); err != nil {
		t.Fatal(err)
	}
	if key, _, err := load().Tokens.Read(); err != nil || key.Text() != made[0] {
		t.Errorf("the key changed: %v", err)
	}
	if err := os.Remove(c.Tokens.File); err != nil {
		t.Fatal(err)
	}
	if err := load().MakeKeys(); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("a lost key: got %v", err)
	}

	// The old key still verifies after a rotation.
	c.Tokens.File = write(t, dir, "new", token.NewSecret().Text()+"\n", 0o600)
	c.Tokens.OldFiles = []string{write(t, dir, "old", made[0], 0o600)}
	if key, old, err := c.Tokens.Read(); err != nil || key.Text() == made[0] || len(old) != 1 || old[0].Text() != made[0] {
		t.Errorf("after a rotation: %d old keys, %v", len(old), err)
	}

	for name, k := range map[string]struct {
		key  config.Key
		want string
	}{
		"open to others": {config.Key{File: write(t, dir, "open", made[0], 0o640)}, "chmod 600"},
		"too short":      {config.Key{File: write(t, dir, "short", "abc", 0o600)}, "bode config secret"},
		"empty":          {config.Key{File: write(t, dir, "empty", "\n", 0o600)}, "empty"},
		"missing":        {config.Key{File: filepath.Join(dir, "missing")}, "there is no file"},
		"a folder":       {config.Key{File: dir}, "not a file"},
		"weak variable":  {config.Key{Value: config.NewSecret("changeme")}, "bode config secret"},
	} {
		if _, _, err := k.key.Read(); err == nil || !strings.Contains(err.Error(), k.want) {
			t.Errorf("%s: got %v, want %q", name, err, k.want)
		}
	}
}

func TestE13_PostgresNeedsKeysAndAListOfItsOwn(t *testing.T) {
	in := config.Input{Environ: []string{"BODE_DATABASE=postgres://bode@localhost/bode"}}
	got := strings.Join(faults(t, "", in, config.ForService), "\n")
	for _, want := range []string{"secret_file: is not set", "suppression_key_file: is not set", "privacy.replay_file: is not set"} {
		if !strings.Contains(got, want) {
			t.Errorf("no fault %q in\n%s", want, got)
		}
	}
}

func pemOf(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestC1_DKIMKeysAreChecked(t *testing.T) {
	dir := t.TempDir()
	strong, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ rsa, ed, want string }{
		"both right":       {write(t, dir, "rsa.pem", pemOf(t, strong), 0o600), write(t, dir, "ed.pem", pemOf(t, ed), 0o600), ""},
		"the old RSA form": {write(t, dir, "pkcs1.pem", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(strong)})), 0o600), "", ""},
		"too few bits":     {write(t, dir, "weak.pem", pemOf(t, weak), 0o600), "", "1024 bits"},
		"exchanged":        {filepath.Join(dir, "ed.pem"), filepath.Join(dir, "rsa.pem"), "is not an Ed25519 key"},
		"open to others":   {write(t, dir, "open.pem", pemOf(t, strong), 0o644), "", "chmod 600"},
		"no PEM":           {write(t, dir, "no.pem", "hello", 0o600), "", "PEM block"},
	} {
		t.Run(name, func(t *testing.T) {
			in := config.Input{File: write(t, t.TempDir(), "bode.toml", example(false), 0o600), Environ: []string{
				"BODE_DKIM_DOMAIN=example.nl", "BODE_DKIM_SELECTOR=a", "BODE_DKIM_KEY_FILE=" + c.rsa}}
			if c.ed != "" {
				in.Environ = append(in.Environ, "BODE_DKIM_ED25519_SELECTOR=b", "BODE_DKIM_ED25519_KEY_FILE="+c.ed)
			}
			got := strings.Join(faults(t, dir, in, config.ForService), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
