package compose

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

func TestHeadline(t *testing.T) {
	c := composer(t)
	post := func(title, summary string, topics ...string) Post {
		return Post{Title: title, Summary: summary, Topics: topics}
	}
	session := post("Werksessie", "Praat mee.")
	session.StartsAt = time.Date(2026, 12, 3, 19, 30, 0, 0, sampleZone())
	past := post("Geweest", "Het was mooi.")
	past.StartsAt = time.Date(2026, 11, 20, 19, 30, 0, 0, sampleZone())
	long := strings.Repeat("burgerberaad ", 30)
	for _, test := range []struct {
		why                string
		lang               newsletter.Language
		posts              []Post
		own, ownLine       string
		subject, preheader string
	}{
		{"one post", "nl", []Post{post("De raad luistert", "Eén middag per maand.")}, "", "",
			"De raad luistert", "Eén middag per maand."},
		{"two posts", "nl", []Post{post("De raad luistert", ""), post("Wijkbudget", "")}, "", "",
			"De raad luistert en 1 ander bericht", "Wijkbudget"},
		{"four posts in English", "en", []Post{post("A", ""), post("B", ""), post("C", ""), post("D", "")}, "", "",
			"A and 3 other posts", "B · C · D"},
		{"an event leads", "nl", []Post{post("De raad luistert", ""), session}, "", "",
			"Werksessie (3 december 2026) en 1 ander bericht", "De raad luistert"},
		{"an event that is over leads nothing", "nl", []Post{post("De raad luistert", ""), past}, "", "",
			"De raad luistert en 1 ander bericht", "Geweest"},
		{"a post without a topic comes last", "nl", []Post{post("Algemeen", ""), post("Raad", "", "De raad")}, "", "",
			"Raad en 1 ander bericht", "Algemeen"},
		{"the editor's own words", "nl", []Post{post("A", ""), post("B", "")}, "Luisteren is een vak", "Met drie verhalen",
			"Luisteren is een vak", "Met drie verhalen"},
		{"nothing but links", "nl", nil, "", "", "Expertgroep Nieuwe Democratie", "Expertgroep Nieuwe Democratie"},
		{"an endless title", "nl", []Post{post(long, ""), post("B", "")}, "", "",
			"burgerberaad burgerberaad burgerberaad burgerberaad… en 1 ander bericht", "B"},
	} {
		d := &Digest{Language: test.lang, List: sampleList(newsletter.Dutch), Zone: sampleZone(), Date: time.Date(2026, 11, 23, 8, 0, 0, 0, sampleZone()), Posts: test.posts,
			Subject: test.own, Preheader: test.ownLine}
		got, err := c.Headline(d)
		if err != nil || got.Subject != test.subject || got.Preheader != test.preheader {
			t.Errorf("%s: %q, %q, %v; want %q, %q", test.why, got.Subject, got.Preheader, err, test.subject, test.preheader)
		}
	}
}
