package token_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

func hashes(t *testing.T, use token.Use, current token.Secret, old ...token.Secret) *token.Hashes {
	t.Helper()
	h, err := token.NewHashes(use, current, old...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestE16_HashOfTheNormalisedAddress(t *testing.T) {
	h := hashes(t, token.Suppression, token.NewSecret())
	var sums []token.Hash
	for _, typed := range []string{"Jan.Jansen@Example.ORG", " jan.jansen@example.org "} {
		a, err := newsletter.ParseAddress(typed)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, h.Current(a))
	}
	if sums[0] != sums[1] {
		t.Errorf("one mailbox, two hashes: %v", sums)
	}
	if h.Current("janjansen@example.org") == sums[0] || h.Current("jan.jansen+x@example.org") == sums[0] {
		t.Error("two mailboxes, one hash")
	}
	plain := sha256.Sum256([]byte("jan.jansen@example.org"))
	if sums[0].Sum == hex.EncodeToString(plain[:]) {
		t.Error("the hash has no key")
	}
}

func TestE16_OldKeysStayForLookingUp(t *testing.T) {
	old := token.NewSecret()
	const address = newsletter.Address("jan@example.org")
	stored := hashes(t, token.Suppression, old).Current(address)
	rotated := hashes(t, token.Suppression, token.NewSecret(), old)
	if !slices.Contains(rotated.All(address), stored) {
		t.Error("what was stored under the old key is not found")
	}
	if rotated.Current(address) == stored || rotated.All(address)[0] != rotated.Current(address) {
		t.Error("what is stored now is not under the current key, or that does not come first")
	}
}

func TestHashesOfUsesCannotBeMatched(t *testing.T) {
	s := token.NewSecret()
	a, b := hashes(t, token.Suppression, s).Current("jan@example.org"), hashes(t, token.Limit, s).Current("jan@example.org")
	if a.Sum == b.Sum || a.KeyID == b.KeyID {
		t.Errorf("%v and %v have something in common", a, b)
	}
}

func TestHashFormatStays(t *testing.T) {
	got := hashes(t, token.Suppression, secret(t, 7)).Current("jan@example.org")
	want := token.Hash{KeyID: "303ebaf7", Sum: "ea88d928a01cb88e4ac870bdd91a80c6af0cfe01d71d7b812a7b594e60fccd8a"}
	if got != want {
		t.Errorf("got %v, want %v: erased addresses can't be hashed anew", got, want)
	}
}
