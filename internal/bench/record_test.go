package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/scratch"
)

func TestCheckRecord(t *testing.T) {
	lines := make([]string, 5)
	for i := range lines {
		lines[i] = fmt.Sprintf("%s 1", scratch.Address(i))
	}
	for want, spoil := range map[string]func([]string) []string{
		"":                            func(l []string) []string { return l },
		"1 of 5 readers got nothing":  func(l []string) []string { return l[1:] },
		"1 got it more than once":     func(l []string) []string { return append(l, l[0]) },
		"1 got it who are no readers": func(l []string) []string { return append(l, "iemand@anders.example 1") },
		"has a line":                  func(l []string) []string { return append(l, "x y") },
	} {
		_, err := checkRecord(strings.NewReader(strings.Join(spoil(slices.Clone(lines)), "\n")), len(lines))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// TestNewcomersWait reads from the record when newcomers got theirs, and works out how long they waited.
func TestNewcomersWait(t *testing.T) {
	record := scratch.Address(0) + " 1\nnieuw0@nieuwkomer.example 1 1500000\nnieuw1@nieuwkomer.example 1 2750000\n"
	arrived, err := checkRecord(strings.NewReader(record), 1)
	if err != nil {
		t.Fatal(err)
	}
	people := []newcomer{{"nieuw0@nieuwkomer.example", 1_000_000, 20 * time.Millisecond}, {"nieuw1@nieuwkomer.example", 2_000_000, 10 * time.Millisecond}}
	got, err := confirmations(people, arrived)
	want := ConfirmationFigures{SignUps: 2, WaitP50: 750, WaitP99: 750, WaitMax: 750, PageP50: 20, PageP99: 20}
	if err != nil || *got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if _, err := confirmations(append(people, newcomer{Address: "nieuw2@nieuwkomer.example"}), arrived); err == nil {
		t.Error("somebody who got no confirmation goes unnoticed")
	}
	if _, err := checkRecord(strings.NewReader(strings.Replace(record, "1 150", "2 150", 1)), 1); err == nil {
		t.Error("a confirmation that came twice goes unnoticed")
	}
	if m := medians([]Figures{{Confirmations: got}, {Confirmations: got}}).Confirmations; m == nil || m.SignUps != 4 || m.WaitP99 != 750 {
		t.Errorf("%+v", m)
	}
}

func TestKindsDiffer(t *testing.T) {
	g := &stage{variants: maxVariants}
	for i := range words {
		g.topics = append(g.topics, newsletter.Topic{ID: int64(i + 1)})
	}
	seen := map[string]bool{}
	for _, k := range g.kinds() {
		key := fmt.Sprint(k.Language, k.Layout, k.Topics)
		if len(k.Topics) != perReader || seen[key] {
			t.Fatalf("%s comes twice, or has not %d topics", key, perReader)
		}
		seen[key] = true
	}
}

func TestMedians(t *testing.T) {
	runs := []Figures{{Rate: 5, Peak: 30}, {Rate: 1, Peak: 50}, {Rate: 3, Peak: 40}}
	if m := medians(runs); m.Rate != 3 || m.Peak != 50 {
		t.Errorf("%+v", m)
	}
	if m := medians(runs[:2]); m.Rate != 3 {
		t.Errorf("of an even number: %+v", m)
	}
	if q := quantile([]time.Duration{3, 1, 2, 4}, 0.5); q != 3 {
		t.Error(q)
	}
	if q := quantile(nil, 0.5); q != 0 {
		t.Error(q)
	}
}

func TestProgressLine(t *testing.T) {
	p := Progress{Run: 1, Runs: 5, Part: "service", Done: 50_000, Of: 100_000, Elapsed: 5 * time.Second}
	if line := p.Line(200); line != "run 1/5  service        [############............] 50,000 of 100,000  10,000/s" {
		t.Errorf("%q", line)
	}
	if line := p.Line(10); len(line) != 10 {
		t.Errorf("%q", line)
	}
}
