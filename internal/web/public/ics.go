package public

import (
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// ics gives an event as a calendar file (RFC 5545), to be put into the reader's own calendar.
func (d *door) ics(w http.ResponseWriter, r *http.Request) error {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		return web.Status(http.StatusNotFound)
	}
	p, l, err := d.published(r, id)
	if err != nil {
		return err
	}
	if p.StartsAt.IsZero() {
		return web.Status(http.StatusNotFound)
	}
	link := p.Link
	if own(p) {
		link = d.address("/p/" + p.PublicID.String())
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+p.PublicID.String()+`.ics"`)
	_, _ = io.WriteString(w, calendar(p, d.URL.Hostname(), l.SenderName, link))
	return nil
}

// calendar writes one event. Its UID stays the same for the life of the post, so that a second import
// corrects the first.
func calendar(p *newsletter.Post, host, organiser, link string) string {
	var b strings.Builder
	line := func(name, value string) { b.WriteString(fold(name + ":" + value)) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Bode//"+escapeText(clean(organiser))+"//NL")
	line("METHOD", "PUBLISH")
	line("BEGIN", "VEVENT")
	line("UID", p.PublicID.String()+"@"+host)
	line("DTSTAMP", utc(p.ChangedAt.Time))
	line("DTSTART", utc(p.StartsAt.Time))
	if p.EndsAt.After(p.StartsAt.Time) {
		line("DTEND", utc(p.EndsAt.Time))
	}
	line("SUMMARY", escapeText(clean(p.Title)))
	if p.Place != "" {
		line("LOCATION", escapeText(clean(p.Place)))
	}
	if p.Summary != "" {
		line("DESCRIPTION", escapeText(clean(p.Summary)+"\n"+clean(link)))
	}
	line("URL", clean(link))
	line("END", "VEVENT")
	line("END", "VCALENDAR")
	return b.String()
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escapeText writes a TEXT value (RFC 5545, 3.3.11).
func escapeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// foldAt is the longest content line, in octets without the line break (RFC 5545, 3.1).
const foldAt = 75

// fold breaks a content line between characters; what follows begins with a space.
func fold(line string) string {
	var b strings.Builder
	room := foldAt
	for _, r := range line {
		if size := utf8.RuneLen(r); size > room {
			b.WriteString("\r\n ")
			room = foldAt - 1
		}
		room -= utf8.RuneLen(r)
		b.WriteRune(r)
	}
	b.WriteString("\r\n")
	return b.String()
}
