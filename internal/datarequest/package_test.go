package datarequest_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// go test ./internal/datarequest -run Sample -update writes docs/sample-package anew.
var update = flag.Bool("update", false, "write the sample anew")

// unpack reads a package.
func unpack(t testing.TB, file []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	check(t, err)
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		check(t, err)
		if all[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// life gives a person something of everything.
func (d *desk) life() *newsletter.Dossier {
	d.t.Helper()
	sub := d.w.Join(jan, d.now, d.w.All())
	d.w.Decide(d.w.SignUp(jan, d.now.Add(time.Hour), d.w.Some(d.w.Council)), d.now.Add(time.Hour))
	check(d.t, d.store.CreateAddressChange(d.t.Context(), &newsletter.AddressChange{SubscriberID: sub.SubscriberID, NewAddress: "jan@elders.example",
		ExpiresAt: newsletter.At(d.now.Add(24 * time.Hour))}, nil, newsletter.Person(sub.PublicID), d.now))
	check(d.t, d.store.Suppress(d.t.Context(), jan, d.w.Hash(jan), newsletter.SuppressedBounce, d.now.AddDate(1, 0, 0), storetest.Worker, d.now))
	d.enter(newsletter.RequestAccess, jan)
	d.w.Upload(d.w.Plan(), jan, "piet@voorbeeld.nl")
	d.w.Do(`INSERT INTO bounce (public_id, delivery_id, subscriber_id, way, class, status, diagnostic, hash, received_at, decided_at, effect)
		VALUES ('` + newsletter.NewPublicID().String() + `', 1, ` + storetest.Query(d.t, d.store, `SELECT id FROM subscriber`)[0][0] + `, 'sending', 'soft', '4.2.2', '=mailbox full', 'h', 1, 1, 'counted')`)
	all, err := d.store.Dossier(d.t.Context(), jan, d.w.Hashes(jan), newsletter.Person(sub.PublicID), d.now.Add(2*time.Hour))
	check(d.t, err)
	return all
}

func TestE10_E11_ThePackageHoldsAllAndKeepsToItsSchema(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		all := d.life()
		for _, lang := range newsletter.Languages() {
			var file bytes.Buffer
			check(t, d.Pack(&file, all, lang, d.now))
			files := unpack(t, file.Bytes())
			var data any
			check(t, json.Unmarshal(files["data.json"], &data))
			if err := validate(t, schemaOf(t, d), files["data.json"]); err != nil {
				t.Errorf("data.json: %v", err)
			}
			if !bytes.Equal(files["data.schema.json"], d.Schema()) {
				t.Error("the schema in the package is another")
			}
			for _, part := range []string{"subscriptions", "consents", "deliveries", "bounces", "signups", "address_changes", "suppressions", "requests", "imports"} {
				if rows, _ := data.(map[string]any)["data"].(map[string]any)[part].([]any); len(rows) == 0 {
					t.Errorf("data.json has no %s", part)
				}
				rows, err := csv.NewReader(bytes.NewReader(files[part+".csv"])).ReadAll()
				if err != nil || len(rows) < 2 {
					t.Errorf("%s.csv: %d rows, %v", part, len(rows), err)
				}
			}
			if !strings.Contains(string(files["bounces.csv"]), "'=mailbox full") {
				t.Error("a spreadsheet would run what a mail server said")
			}
			page := string(files["index.html"])
			for _, there := range []string{`<html lang="` + string(lang) + `">`, "Stichting Noorderkring", "relay.example", "90 dagen", "Autoriteit Persoonsgegevens",
				string(jan), d.w.Words.Text, "jan@elders.example", "192.0.2.7/32", "4.2.2", "2026-0001"} {
				if !strings.Contains(page, there) {
					t.Errorf("the page in %s does not hold %q", lang, there)
				}
			}
			for name, file := range files {
				if strings.Contains(string(file), "piet@") {
					t.Errorf("%s tells of somebody else", name)
				}
				if strings.Contains(string(file), "command_line") || strings.Contains(string(file), storetest.By.ID+"\"") {
					t.Errorf("%s names who works here", name)
				}
			}
		}
	})
}

// The check of the check: what the schema does not allow is seen.
func TestE11_TheSchemaRefuses(t *testing.T) {
	d := newDesk(t, storetest.SQLite(t), datarequestConfig)
	all := d.life()
	var file bytes.Buffer
	check(t, d.Pack(&file, all, newsletter.Dutch, d.now))
	good := string(unpack(t, file.Bytes())["data.json"])
	schema := schemaOf(t, d)
	for name, change := range map[string][2]string{
		"something that is not described": {`"language": "nl"`, `"language": "nl", "secret": "x"`},
		"another word":                    {`"state": "active"`, `"state": "asleep"`},
		"another type":                    {`"attempts": 0`, `"attempts": "0"`},
		"no time":                         {`"made_at": "2026-11-02T07:00:00Z"`, `"made_at": "gisteren"`},
		"no rights":                       {`"rights":`, `"wrongs":`},
	} {
		spoilt := strings.Replace(good, change[0], change[1], 1)
		if spoilt == good || validate(t, schema, []byte(spoilt)) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// docs/sample-package is what a demo person gets.
func TestSamplePackage(t *testing.T) {
	s := storetest.SQLite(t)
	d := newDesk(t, s, datarequestConfig)
	var file bytes.Buffer
	check(t, d.Pack(&file, d.life(), newsletter.Dutch, d.now))
	dir := filepath.Join("..", "..", "docs", "sample-package")
	files := unpack(t, file.Bytes())
	if *update {
		check(t, os.MkdirAll(dir, 0o755))
		for name, data := range files {
			if name != "data.schema.json" { // it is the one of this package
				check(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
			}
		}
	}
	for name := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil && name != "data.schema.json" {
			t.Errorf("the sample lacks %s: write it anew with -update", name)
		}
	}
	kept, err := os.ReadFile(filepath.Join(dir, "data.json"))
	check(t, err)
	if err := validate(t, schemaOf(t, d), kept); err != nil {
		t.Errorf("the sample: %v", err)
	}
}
