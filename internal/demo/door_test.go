package demo

import (
	"testing"
	"time"

	"bode.example/templates"
)

func TestPagesRenderInEveryLanguage(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check("web/demo", samples(time.UTC)...); err != nil {
		t.Error(err)
	}
}
