package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// A file that could not be written to for a day has that day's anchor too, once it can.
func TestE18_TheFileGetsEveryAnchor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		storetest.NewWorld(t, s)
		path := filepath.Join(t.TempDir(), "elsewhere", "bode.anchors")
		c := &config.Config{Zone: time.UTC, Language: newsletter.Dutch, Audit: config.Audit{AnchorFile: path}}
		anchor := anchorer(c, s)
		now := storetest.Start
		if err := anchor(t.Context(), now); err == nil {
			t.Fatal("a folder that isn't there was written to")
		}
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		for range 2 { // once a day, however often it is asked
			now = now.AddDate(0, 0, 1)
			for range 2 {
				if err := anchor(t.Context(), now); err != nil {
					t.Fatal(err)
				}
			}
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all, err := newsletter.ParseAnchors(string(text))
		if err != nil || len(all) != 3 || !all[0].At.Equal(storetest.Start) || !all[2].At.Equal(now) {
			t.Errorf("%v, %v", all, err)
		}
		if n, audit, consent, err := anchored(t.Context(), s, path); n != 3 || audit != nil || consent != nil || err != nil {
			t.Errorf("%d %v %v %v", n, audit, consent, err)
		}
	})
}
