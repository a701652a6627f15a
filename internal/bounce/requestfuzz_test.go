package bounce

import (
	"strings"
	"testing"
)

// A mail to the privacy desk is anybody's: whatever it is, something can be read of it, and markup is not.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"", "Subject: a\n\nWis mij.", "Content-Type: text/html\n\n<script>x</script><p>Wis mij.",
		"Content-Type: multipart/mixed; boundary=g\n\n--g\nContent-Type: message/rfc822\n\nSubject: binnen\nContent-Type: multipart/mixed; boundary=h\n\n--h\nContent-Type: message/rfc822\n\nSubject: dieper\n\nx\n--h--\n--g--"} {
		f.Add([]byte(strings.ReplaceAll(seed, "\n", "\r\n")))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := open(raw).request()
		if m.LeftOut > maxParts || strings.ContainsAny(m.Subject, "\r\n") {
			t.Errorf("%+v", m)
		}
	})
}
