package mailer

import (
	"errors"
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestA7_AddressesForTheEnvelope(t *testing.T) {
	for addr, want := range map[string]string{
		"jan@voorbeeld.example":               "jan@voorbeeld.example",
		"Jan.Piet+x@Voorbeeld.EXAMPLE":        "Jan.Piet+x@voorbeeld.example", // the local part is not ours to fold
		"jan@bücher.example":                  "jan@xn--bcher-kva.example",
		"jan@BÜCHER.example":                  "jan@xn--bcher-kva.example",
		"jan@straße.example":                  "jan@xn--strae-oqa.example", // IDNA2008: not "strasse"
		"jan@xn--bcher-kva.example":           "jan@xn--bcher-kva.example",
		"用户@例子.example":                       "用户@xn--fsqu00a.example",
		"\uFB01n@voorbeeld.example":           "\uFB01n@voorbeeld.example", // no NFKC: the ligature stays
		`"jan piet"@voorbeeld.example`:        `"jan piet"@voorbeeld.example`,
		`"a@b\"c"@voorbeeld.example`:          `"a@b\"c"@voorbeeld.example`,
		"jan@voorbeeld\u200b.example\u200b":   "jan@voorbeeld.example", // pasted from a page
		"!#$%&'*/=?^_`{|}~@voorbeeld.example": "!#$%&'*/=?^_`{|}~@voorbeeld.example",
	} {
		if got, err := ParseAddr(addr); got != want || err != nil {
			t.Errorf("ParseAddr(%q) = %q, %v; want %q", addr, got, err, want)
		}
	}
}

func TestA10_LimitsAndMalformedAddresses(t *testing.T) {
	label := strings.Repeat("a", 63)
	long := label + "." + label + "." + label + "."
	for name, addr := range map[string]string{
		"empty": "", "no at": "jan", "no local part": "@x.example", "no domain": "jan@", "two at": "jan@piet@x.example",
		"local part of 65": strings.Repeat("a", 65) + "@x.example", "label of 64": "jan@" + label + "a.example",
		"domain of 254": "jan@" + long + strings.Repeat("a", 62), "path of 257": strings.Repeat("a", 10) + "@" + long + strings.Repeat("a", 53),
		"300 characters": strings.Repeat("a", 300) + "@x.example", "domain of a megabyte": "jan@" + strings.Repeat("ü", 1<<20),
		"literal": "jan@[192.0.2.1]", "number": "jan@192.0.2.1", "no dot": "jan@localhost", "final dot": "jan@x.example.",
		"empty label": "jan@x..example", "hyphen": "jan@-x.example", "underscore": "jan@x_y.example", "bad A-label": "jan@xn--a.example",
		"leading dot": ".jan@x.example", "trailing dot": "jan.@x.example", "double dot": "jan..piet@x.example",
		"space": "jan piet@x.example", "leading space": " jan@x.example", "display name": "Jan <jan@x.example>", "brackets": "<jan@x.example>",
		"CR LF": "jan\r\nRCPT TO:<a@b.example>@x.example", "CR LF in the domain": "jan@x.example\r\nDATA", "NUL": "jan\x00@x.example",
		"invalid UTF-8": "jan\xff@x.example", "open quote": `"jan@x.example`, "empty quotes": `""@x.example`,
		"quoted CR": "\"a\rb\"@x.example", "quoted end": `"jan\"@x.example`, "no-break space": "jan\u00a0piet@x.example", "line separator": "jan\u2028@x.example",
	} {
		got, err := ParseAddr(addr)
		var ae *AddressError
		if !errors.As(err, &ae) {
			t.Errorf("%s: ParseAddr gives %q, %v; want an *AddressError", name, got, err)
		} else if addr != "" && strings.Contains(err.Error(), addr) {
			t.Errorf("%s: the error repeats the address", name)
		}
	}
	fits := strings.Repeat("a", 64) + "@" + long[:128] + strings.Repeat("b", 61)
	if len(fits) != 254 {
		t.Fatalf("the test's address has %d octets", len(fits))
	}
	if _, err := ParseAddr(fits); err != nil {
		t.Errorf("254 octets: %v", err)
	}
}

func FuzzParseAddr(f *testing.F) {
	for _, s := range []string{"jan@x.example", `"a b"@x.example`, "用户@例子.example", "a@b@c.example", "a@\u200d.example", "\xff@x.y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		addr, err := ParseAddr(s)
		if err != nil {
			return
		}
		if again, err := ParseAddr(addr); err != nil || again != addr {
			t.Fatalf("%q parses to %q, which parses to %q, %v", s, addr, again, err)
		}
		if strings.ContainsAny(addr, "\r\n\x00<>") && !strings.HasPrefix(addr, `"`) || len(addr) > 254 || !utf8.ValidString(addr) {
			t.Fatalf("%q parses to %q", s, addr)
		}
		if strings.ContainsAny(addr, "\r\n\x00") {
			t.Fatalf("%q parses to %q", s, addr)
		}
		if back, err := mail.ParseAddress("<" + addr + ">"); err != nil || !strings.HasPrefix(addr, `"`) && back.Address != addr {
			t.Fatalf("net/mail reads %q as %v, %v", addr, back, err)
		}
	})
}
