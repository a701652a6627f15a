package compose

import (
	"crypto/rand"
	"testing"

	"bode.example/templates"
)

func composer(t testing.TB) *Composer {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(set, sampleOrganisation(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryTemplateExecutesInEveryLanguage(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := Samples(set)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check("email", samples...); err != nil {
		t.Error(err)
	}
}

func TestEveryMailHoldsWhatIsPromised(t *testing.T) {
	if err := composer(t).Check(); err != nil {
		t.Error(err)
	}
}
