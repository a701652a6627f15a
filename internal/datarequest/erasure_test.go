package datarequest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/url"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf16"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/templates"
)

// What is looked for would be found: the test of the test.
func TestE13_TracesAreSeenInEveryEncoding(t *testing.T) {
	const text = "Jan.Jansen@voorbeeld.nl"
	wide := func(units []uint16) (b []byte) {
		for _, u := range units {
			b = append(b, byte(u), byte(u>>8))
		}
		return b
	}
	for name, hidden := range map[string][]byte{
		"plain": []byte("xxjan.jansen@VOORBEELD.nlxx"), "percent": []byte("to=" + url.QueryEscape(text)), "quoted": []byte("Jan.Jansen=40voorbeeld.nl"),
		"hex": []byte(hex.EncodeToString([]byte("to: " + text))), "base64": []byte(base64.StdEncoding.EncodeToString([]byte("{\"a\":\"" + text + "\"}"))),
		"base64, shifted": []byte(base64.URLEncoding.EncodeToString([]byte("{\"ab\":\"" + text + "\"}"))), "utf-16": wide(utf16.Encode([]rune("<" + text + ">"))),
		"reference": []byte("Jan.Jansen&#64;voorbeeld.nl"), "hexadecimal reference": []byte("jan.jansen&#X40;voorbeeld.nl"),
		"folded": []byte("jan.jan=\r\nsen=40voorbeeld.nl"), "base64, folded": []byte(base64.StdEncoding.EncodeToString([]byte("ab" + text))[:20] + "\r\n" +
			base64.StdEncoding.EncodeToString([]byte("ab" + text))[20:]),
	} {
		if len(storetest.Traces(hidden, text)) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
	for _, form := range []string{"Jan@bücher.example", "jan@xn--bcher-kva.example"} {
		if len(storetest.Traces([]byte(form), "jan@bücher.example")) == 0 || len(storetest.Traces([]byte(form), "jan@xn--bcher-kva.example")) == 0 {
			t.Errorf("%s is not seen", form)
		}
	}
	if found := storetest.Traces([]byte("piet@voorbeeld.nl, jan.jansen, voorbeeld.nl"), text); len(found) > 0 {
		t.Errorf("seen where nothing is: %v", found)
	}
}

// everywhere puts jan's address also where it comes seldom: in a file whose columns nobody has matched yet, mail that is being handed over
// and what a server said of it, a test mail, a raw report, a letter that says stop, and the request of somebody for whom jan asks.
func (d *desk) everywhere() {
	d.t.Helper()
	unmatched := d.w.Plan()
	unmatched.Columns = []newsletter.ImportField{"", ""}
	d.w.Upload(unmatched, "JAN.JANSEN@voorbeeld.nl", "https://elders.example/?wie=jan.jansen%40voorbeeld.nl")
	at, id := newsletter.At(d.now), func() string { return newsletter.NewPublicID().String() }
	d.w.Do(`INSERT INTO delivery (kind, subscription_id, language, domain, state, reply, due_at, expires_at, created_at)
		SELECT 'notice', s.id, 'nl', 'voorbeeld.nl', 'handing_over', '451 later <jan.jansen@voorbeeld.nl>', $1, $1, $1 FROM subscription AS s`, at)
	d.w.Do(`INSERT INTO delivery (kind, address, language, template, key, domain, state, due_at, expires_at, created_at)
		VALUES ('notice', 'JAN.Jansen@voorbeeld.nl', 'nl', 'edition_test', '`+id()+`', 'voorbeeld.nl', 'sent', $1, $1, $1)`, at)
	d.w.Do(`INSERT INTO bounce (public_id, delivery_id, subscriber_id, way, class, diagnostic, hash, raw, received_at)
		SELECT '`+id()+`', d.id, NULL, 'listener', 'soft', 'jan.jansen@voorbeeld.nl is vol', 'h', CAST($2 AS BYTEA), $1
		FROM delivery AS d WHERE d.state = 'handing_over'`, at, []byte("Final-Recipient: rfc822; jan.jansen@voorbeeld.nl"))
	d.w.Do(`INSERT INTO leave_proposal (public_id, subscriber_id, words, received_at) SELECT '`+id()+`', id, 'afmelden, jan.jansen@voorbeeld.nl', $1 FROM subscriber`, at)
	other, reply := d.enter(newsletter.RequestAccess, "oma@voorbeeld.nl"), "Jan.Jansen@voorbeeld.nl"
	d.w.Do(`UPDATE data_request SET reply_address = $1 WHERE id = $2`, reply, other.ID)
}

// Somebody with a life in every table asks to be erased; their letter is handed over. Then the whole database, the
// package of somebody else, the replay list and all that was logged are searched, in any case and encoding.
func TestE13_NothingIsLeftOfWhoIsErased(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, datarequestConfig)
		var logged bytes.Buffer
		log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		set, err := templates.Load("")
		check(t, err)
		hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
		check(t, err)
		counting, err := token.NewHashes(token.Limit, token.NewSecret())
		check(t, err)
		d.Service = datarequest.New(datarequest.Parts{Store: s, Links: d.links, Hashes: hashes, Counting: counting, Texts: set.Texts(), Log: log},
			datarequest.Config{Zone: time.UTC, Organisation: "Stichting Noorderkring"})
		d.life()
		d.everywhere()
		piet := d.w.Join("piet@voorbeeld.nl", d.now, d.w.All())
		form := newsletter.RequestForm{Kind: newsletter.RequestErasure, Address: "JAN.jansen@voorbeeld.nl", Name: "Zonderlinge Naam", Wish: "Wis mij.", Language: newsletter.Dutch}
		check(t, d.Ask(t.Context(), form, d.now))
		check(t, d.Decide(t.Context(), d.now))
		id, err := newsletter.ParsePublicID(storetest.Query(t, s, `SELECT public_id FROM data_request WHERE kind = 'erasure'`)[0][0])
		check(t, err)
		before := storetest.Everything(t, s)
		for _, there := range []string{string(jan), "jan@elders.example", "Zonderlinge Naam"} {
			if len(storetest.Traces(before, there)) == 0 {
				t.Fatalf("%s is not there before: the test looks at the wrong thing", there)
			}
		}
		r, err := d.Confirm(t.Context(), d.links.Sign(token.Request, id, d.now.Add(newsletter.IdentityLife)), d.now)
		if err != nil || r.State != newsletter.RequestFulfilled {
			t.Fatalf("%+v, %v", r, err)
		}
		d.w.Do(`UPDATE delivery SET state = 'sent', reply = '250 queued' WHERE address IS NOT NULL AND state = 'pending'`) // the letter is gone
		check(t, d.Tidy(t.Context(), nil, d.now))
		list := &datarequest.ReplayList{Path: filepath.Join(t.TempDir(), "bode.erased")}
		check(t, list.Record(t.Context(), s, storetest.By, d.now))
		check(t, s.TruncateLog(t.Context()))

		entries, err := list.Entries()
		if err != nil || len(entries) != 1 {
			t.Fatalf("%v, %v", entries, err)
		}
		var pack bytes.Buffer
		dossier, err := s.Dossier(t.Context(), "piet@voorbeeld.nl", hashes.All("piet@voorbeeld.nl"), newsletter.Person(piet.PublicID), d.now)
		check(t, err)
		check(t, d.Pack(&pack, dossier, newsletter.Dutch, d.now))
		places := map[string][]byte{"the database": storetest.Everything(t, s), "the log": logged.Bytes(), "the replay list": []byte(entries[0].Hashes[0])}
		for name, file := range unpack(t, pack.Bytes()) {
			places["another's "+name] = file
		}
		for place, bytes := range places {
			for _, gone := range []string{"jan.jansen@voorbeeld.nl", "jan@elders.example", "jan.jansen", "Zonderlinge Naam", "Wis mij."} {
				for _, trace := range storetest.Traces(bytes, gone) {
					t.Errorf("%s holds %s", place, trace)
				}
			}
		}
		if got := storetest.Query(t, s, `SELECT state, address FROM delivery WHERE template = 'request_letter' ORDER BY id DESC LIMIT 1`); got[0][0] != "sent" || got[0][1] != "NULL" {
			t.Errorf("the closing letter: %v", got)
		}
	})
}
