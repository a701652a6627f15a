package datarequest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// A copy is put back that is older than an erasure: at the next start the person is gone again.
func TestE13_ARestoredCopyForgetsAgain(t *testing.T) {
	dir := t.TempDir()
	s := storetest.SQLite(t)
	d := newDesk(t, s, datarequestConfig)
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	check(t, err)
	list := &datarequest.ReplayList{Path: filepath.Join(dir, "bode.erased")}
	d.w.Join(jan, d.now, d.w.All())
	d.w.Join("piet@voorbeeld.nl", d.now, d.w.All())
	if done, err := list.Replay(t.Context(), s, hashes, storetest.By, d.now); err != nil || done != nil {
		t.Fatalf("without a list: %v, %v", done, err)
	}
	erased, err := s.Erase(t.Context(), jan, hashes.Current, storetest.By, d.now)
	check(t, err)
	for range 2 {
		check(t, list.Record(t.Context(), s, storetest.By, d.now))
	}
	text, err := os.ReadFile(list.Path)
	check(t, err)
	if strings.Contains(strings.ToLower(string(text)), "jan") || strings.Count(string(text), erased.PublicID.String()) != 1 {
		t.Errorf("the list: %s", text)
	}
	if info, err := os.Stat(list.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if done, err := list.Replay(t.Context(), s, hashes, storetest.By, d.now); err != nil || len(done) != 0 {
		t.Errorf("a database that knows it: %v, %v", done, err)
	}

	restored := storetest.SQLite(t) // as it was before
	old := newDesk(t, restored, datarequestConfig)
	old.w.Join(jan, d.now, old.w.All())
	old.w.Join("piet@voorbeeld.nl", d.now, old.w.All())
	done, err := list.Replay(t.Context(), restored, hashes, storetest.By, d.now)
	if err != nil || len(done) != 1 || done[0].Found != 1 || done[0].Certificate != erased.PublicID {
		t.Fatalf("%+v, %v", done, err)
	}
	if storetest.Holds(t, restored, "jan.jansen") || !storetest.Holds(t, restored, "piet@voorbeeld.nl") {
		t.Error("who was erased is back, or somebody else is gone")
	}
}

func TestE13_TheListSurvivesACrashAndSaysWhatIsWrong(t *testing.T) {
	list := &datarequest.ReplayList{Path: filepath.Join(t.TempDir(), "bode.erased")}
	id, sum := newsletter.NewPublicID().String(), strings.Repeat("a", 64)
	good := "2026-11-02T07:00:00Z " + id + " 303ebaf7:" + sum + "\n"
	for text, want := range map[string]int{"": 0, good: 1, "\n" + good + "\n" + good: 2, good + "2026-11-02T07:0": 1, "2026": 0} {
		check(t, os.WriteFile(list.Path, []byte(text), 0o600))
		if all, err := list.Entries(); err != nil || len(all) != want {
			t.Errorf("%q: %d entries, %v", text, len(all), err)
		}
	}
	for _, text := range []string{"nonsense\n" + good, good + "2026-11-02T07:00:00Z x 303ebaf7:" + sum + "\n", good + "2026-11-02T07:00:00Z " + id + " 303ebaf7:short\n"} {
		check(t, os.WriteFile(list.Path, []byte(text), 0o600))
		if _, err := list.Entries(); !newsletter.Is(err, newsletter.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
