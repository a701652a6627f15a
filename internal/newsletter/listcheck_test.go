package newsletter_test

import (
	"errors"
	"testing"

	"bode.example/internal/newsletter"
)

func TestCheckList(t *testing.T) {
	whole := newsletter.List{Name: "raad", Texts: newsletter.Texts{newsletter.Dutch: {Title: "De raad"}}, SenderName: "De raad", SenderAddress: "raad@mail.voorbeeld.nl"}
	for field, change := range map[string]func(*newsletter.List){
		"":               func(*newsletter.List) {},
		"name":           func(l *newsletter.List) { l.Name = "De Raad" },
		"title":          func(l *newsletter.List) { l.Texts = nil },
		"sender_name":    func(l *newsletter.List) { l.SenderName = "" },
		"sender_address": func(l *newsletter.List) { l.SenderAddress = "raad@elders.nl" },
		"reply_to":       func(l *newsletter.List) { l.ReplyTo = "raad" },
		"accent":         func(l *newsletter.List) { l.Branding.Accent = "geel" },
	} {
		l := whole
		change(&l)
		err := l.Check("voorbeeld.nl")
		var e *newsletter.Error
		if field == "" && err != nil || field != "" && (!errors.As(err, &e) || e.Field != field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := (&newsletter.Topic{}).Check(); err == nil {
		t.Error("a topic without a title")
	}
}
