package public

import (
	"testing"

	"bode.example/templates"
)

func TestTemplates_EveryOneWorksWithItsData(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := checkTemplates(set); err != nil {
		t.Fatal(err)
	}
}
