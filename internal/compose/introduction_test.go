package compose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIntroductionOfMarkdown(t *testing.T) {
	p := func(spans ...span) block { return block{Kind: "paragraph", Items: [][]span{spans}} }
	for _, test := range []struct {
		markdown string
		blocks   []block
		plain    string
	}{
		{"", nil, ""},
		{"Een **sterk** en *nadruk* woord.", []block{p(span{Text: "Een "}, span{Text: "sterk", Strong: true}, span{Text: " en "},
			span{Text: "nadruk", Emphasis: true}, span{Text: " woord."})}, "Een sterk en nadruk woord."},
		{"# Kop\n\nTekst", []block{p(span{Text: "Kop", Strong: true}), p(span{Text: "Tekst"})}, "Kop\n\nTekst"},
		{"- een\n- [twee](https://a.example/)", []block{{"list", [][]span{{{Text: "een"}}, {{Text: "twee", Link: "https://a.example/"}}}}},
			"* een\n* twee (https://a.example/)"},
		{"1. een\n2. twee", []block{{"numbers", [][]span{{{Text: "een"}}, {{Text: "twee"}}}}}, "1. een\n2. twee"},
		{"> wijs", []block{{"quote", [][]span{{{Text: "wijs"}}}}}, "> wijs"},
		{"regel\\\nregel", []block{p(span{Text: "regel"}, span{Break: true}, span{Text: " regel"})}, "regel\n regel"},
		{"[x](javascript:alert(1)) ![alt](https://a.example/p.png)<script>x</script>", []block{p(span{Text: "x "}, span{Text: "alt"})}, "x alt"},
		{"https://a.example/", []block{p(span{Text: "https://a.example/", Link: "https://a.example/"})}, "https://a.example/"},
	} {
		got := markdownBlocks(test.markdown)
		if diff := cmp.Diff(test.blocks, got); diff != "" {
			t.Errorf("%q:\n%s", test.markdown, diff)
		}
		if plain := plainBlocks(got); plain != test.plain {
			t.Errorf("%q as text is %q, want %q", test.markdown, plain, test.plain)
		}
	}
}

func TestALongIntroductionIsCutAtABlock(t *testing.T) {
	blocks := markdownBlocks(strings.Repeat("Een alinea van een zekere lengte.\n\n", 400))
	short, cut := shorten(blocks, maxIntroduction)
	if !cut || len(short) == 0 || len(short) >= len(blocks) {
		t.Errorf("%d of %d blocks are left, cut: %v", len(short), len(blocks), cut)
	}
	if same, cut := shorten(blocks[:3], maxIntroduction); cut || len(same) != 3 {
		t.Error("a short one was cut")
	}
}

func FuzzIntroduction(f *testing.F) {
	f.Add("# a\n\n- b\n  - c\n\n> d\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n\n![x](y) <b>z</b> [l](mailto:a@b.example)")
	f.Fuzz(func(t *testing.T, markdown string) {
		for _, b := range markdownBlocks(markdown) {
			if len(b.Items) == 0 {
				t.Error("a block is empty")
			}
			for _, item := range b.Items {
				for _, s := range item {
					if s.Link != "" && webLink(s.Link) == "" && !strings.HasPrefix(s.Link, "mailto:") {
						t.Errorf("a link to %q got through", s.Link)
					}
				}
			}
		}
	})
}
