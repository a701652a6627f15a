package token_test

import (
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

func box(t testing.TB, current token.Secret, old ...token.Secret) *token.Box {
	t.Helper()
	b, err := token.NewBox(current, old...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBox(t *testing.T) {
	old, current := token.NewSecret(), token.NewSecret()
	sealed := box(t, old).Seal("authenticator a", "JBSWY3DPEHPK3PXP")
	if strings.Contains(sealed, "JBSW") || box(t, old).Seal("authenticator a", "JBSWY3DPEHPK3PXP") == sealed {
		t.Errorf("sealed as %s", sealed)
	}
	for what, b := range map[string]*token.Box{"as sealed": box(t, old), "after rotation": box(t, current, old)} {
		text, stale, err := b.Open("authenticator a", sealed)
		if err != nil || text != "JBSWY3DPEHPK3PXP" || stale != (what == "after rotation") {
			t.Errorf("%s: %q, stale %v, %v", what, text, stale, err)
		}
	}
	for what, try := range map[string]struct {
		b               *token.Box
		purpose, sealed string
	}{
		"for somebody else": {box(t, old), "authenticator b", sealed},
		"the secret gone":   {box(t, current), "authenticator a", sealed},
		"cut off":           {box(t, old), "authenticator a", sealed[:len(sealed)-2]},
		"empty":             {box(t, old), "authenticator a", ""},
		"no base64":         {box(t, old), "authenticator a", "***"},
		"altered":           {box(t, old), "authenticator a", sealed[:30] + flip(sealed[30]) + sealed[31:]},
	} {
		_, _, err := try.b.Open(try.purpose, try.sealed)
		wantCode(t, err, newsletter.Unavailable, what)
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestCode(t *testing.T) {
	old := token.NewSecret()
	r, id := ring(t, old), newsletter.NewPublicID()
	code := r.Code(id)
	if len(code) != 9 || code[4] != ' ' || code != r.Code(id) {
		t.Errorf("%q", code)
	}
	rotated := ring(t, token.NewSecret(), old)
	for _, typed := range []string{code, strings.ReplaceAll(code, " ", ""), " " + code[:4] + "-" + code[5:] + " "} {
		if !r.IsCode(id, typed) || !rotated.IsCode(id, typed) {
			t.Errorf("%q is refused", typed)
		}
	}
	for _, typed := range []string{"", code[:8], code + "0", "x" + code, r.Code(newsletter.NewPublicID()), strings.Repeat("0", 1000)} {
		if r.IsCode(id, typed) {
			t.Errorf("%q is taken", typed)
		}
	}
	if ring(t, token.NewSecret()).IsCode(id, code) {
		t.Error("another's code is taken")
	}
}
