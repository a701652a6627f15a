package compose

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// BenchmarkDigest renders a variant: what an edition costs once for each.
func BenchmarkDigest(b *testing.B) {
	c, d := composer(b), sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	for b.Loop() {
		if _, err := c.Digest(d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMerge makes one reader's copy: what an edition costs for everyone.
func BenchmarkMerge(b *testing.B) {
	c, d := composer(b), sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	rendered, err := c.Digest(d)
	if err != nil {
		b.Fatal(err)
	}
	values, err := samplePersonal.Values(rendered.Letter.Fields())
	if err != nil {
		b.Fatal(err)
	}
	r := &mailer.Recipient{To: mailer.Address{Addr: "jan@lezer.example"}, MessageID: "1.a@b.example",
		Date: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Values: values}
	buffer := make([]byte, 0, 64<<10)
	for b.Loop() {
		out, err := rendered.Letter.Append(buffer[:0], r)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}

// BenchmarkNotice makes a confirmation: what a sign-up costs.
func BenchmarkNotice(b *testing.B) {
	c, m := composer(b), sampleMessages(newsletter.Dutch)[0]
	for b.Loop() {
		if _, err := c.Notice(newsletter.Dutch, newsletter.Standard, m); err != nil {
			b.Fatal(err)
		}
	}
}
