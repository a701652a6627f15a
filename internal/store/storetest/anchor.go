package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func anchorCases() []Case {
	return []Case{
		{"E18 an anchor a day leaves the house", []string{"DropAnchor", "Anchors", "AnchorByID", "AnchorsWritten", "Heads"}, testAnchors},
		{"E18 a chain that was made anew, and is whole in itself, is found out by its anchor", []string{"Holds"}, testAnchorHolds},
	}
}

func testAnchors(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	drop := func(day newsletter.Day, to newsletter.Address, want bool) {
		t.Helper()
		if dropped, err := s.DropAnchor(t.Context(), day, to, newsletter.Dutch, Start); err != nil || dropped != want {
			t.Errorf("%s: %v, %v", day, dropped, err)
		}
	}
	heads, err := s.Heads(t.Context(), Start)
	w.check(err)
	drop(Today, "bewaar@voorbeeld.nl", true)
	drop(Today, "bewaar@voorbeeld.nl", false)
	w.Join(jan, Start, w.All())
	drop(Today+1, "", true)
	ids, unwritten, err := s.Anchors(t.Context(), true, 10)
	w.check(err)
	if len(unwritten) != 2 || unwritten[0] != heads || unwritten[1].Consent.Seq != heads.Consent.Seq+2 {
		t.Errorf("%+v, want %+v first", unwritten, heads)
	}
	w.check(s.AnchorsWritten(t.Context(), ids[:1], Start))
	if left, _, err := s.Anchors(t.Context(), true, 10); err != nil || !cmp.Equal(left, ids[1:]) {
		t.Errorf("unwritten: %v, %v", left, err)
	}
	if _, all, err := s.Anchors(t.Context(), false, 1); err != nil || len(all) != 1 || all[0] != unwritten[1] {
		t.Errorf("the latest: %v, %v", all, err)
	}
	mails := Query(t, s, `SELECT address, ref, language FROM delivery WHERE template = 'audit_anchor'`)
	if !cmp.Equal(mails, [][]string{{"bewaar@voorbeeld.nl", str(ids[0]), "nl"}}) {
		t.Errorf("mails: %v", mails)
	}
	if a, err := s.AnchorByID(t.Context(), ids[0]); err != nil || a != heads {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := s.AnchorByID(t.Context(), 999); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("of none: %v", err)
	}
}

// Who can write to the database can make a chain anew from any entry on. Each hash is right then, and so is the head; what was
// said outside before is not.
func testAnchorHolds(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	empty := newsletter.Anchor{}
	w.Join(jan, Start, w.All())
	anchor, err := s.Heads(t.Context(), Start)
	w.check(err)
	w.Join("piet@voorbeeld.nl", Start.Add(time.Hour), w.All())
	for _, a := range []newsletter.Anchor{empty, anchor} {
		if audit, consent, err := s.Holds(t.Context(), a); err != nil || !audit || !consent {
			t.Errorf("%+v doesn't hold: %v, %v, %v", a, audit, consent, err)
		}
	}
	w.remake("audit_entry", "audit_head", []string{"seq", "at", "actor_kind", "actor_id", "action", "object_kind", "object_id", "detail"}, `UPDATE audit_entry SET actor_id = 'somebody else' WHERE seq = 2`)
	w.remake("consent", "consent_head", []string{"seq", "subject", "list_id", "action", "at", "channel", "wording_hash", "privacy_hash", "evidence_hash"}, `UPDATE consent SET at = at - 3600000000 WHERE seq = 1`)
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Fatalf("the forger made a mistake at %d, %v", broken, err)
	}
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Fatalf("the forger made a mistake at %d, %v", broken, err)
	}
	if audit, consent, err := s.Holds(t.Context(), anchor); err != nil || audit || consent {
		t.Errorf("chains that were made anew hold: %v, %v, %v", audit, consent, err)
	}
	w.Do(`DELETE FROM audit_entry WHERE seq >= ` + str(anchor.Audit.Seq))
	w.Do(`DELETE FROM consent_evidence`)
	w.Do(`DELETE FROM consent`)
	if audit, consent, err := s.Holds(t.Context(), anchor); err != nil || audit || consent {
		t.Errorf("chains that were cut hold: %v, %v, %v", audit, consent, err)
	}
}

// remake alters a chain and calculates all its hashes anew, as somebody would who can write to the database and has this program.
func (w *World) remake(table, head string, columns []string, tamper string) {
	w.t.Helper()
	w.Do(tamper)
	prev := ""
	rows := Query(w.t, w.s, `SELECT `+strings.Join(columns, ", ")+` FROM `+table+` ORDER BY seq`)
	for _, row := range rows {
		hash := chained(append([]string{prev}, row...)...)
		w.Do(`UPDATE ` + table + ` SET prev_hash = '` + prev + `', hash = '` + hash + `' WHERE seq = ` + row[0])
		prev = hash
	}
	w.Do(`UPDATE ` + head + ` SET hash = '` + prev + `'`)
}

// chained is how an entry's hash is made: SHA-256 over its parts, each led by its length.
func chained(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(h.Sum(nil))
}
