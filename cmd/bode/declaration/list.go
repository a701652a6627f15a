package declaration

import (
	"errors"
	"regexp"
	"strings"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
)

// listIDForm is the List-Id of RFC 2919, section 3: labels and a domain.
var listIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9-]+)+$`)

func (r *reader) list(t *tomlfile.Table) newsletter.DeclaredList {
	var l newsletter.DeclaredList
	l.Name = r.name(t, "list", "")
	l.State = paused(t, newsletter.ListPaused, newsletter.ListActive)
	l.Language = r.Language
	if s := newsletter.Language(t.String("language")); s.Valid() {
		l.Language = s
	} else if s != "" {
		t.Faultf("language", "%q is not possible; choose nl or en", s)
	}
	l.Texts = r.texts(t, l.Language)
	r.sender(t, &l.List)
	if l.ListID = t.String("list_id"); len(l.ListID) > 255 || l.ListID != "" && !listIDForm.MatchString(l.ListID) {
		t.Faultf("list_id", "%q is not a List-Id such as nieuws.example.nl", l.ListID)
	} else if where, twice := r.listIDs[l.ListID]; l.ListID != "" && twice {
		t.Faultf("list_id", "the list %q has this List-Id already", where)
	} else if l.ListID == "" && r.Domain == "" {
		t.Faultf("list_id", "is not set here, nor is public_url in the configuration, from which it would be made; write list_id = \"%s.example.nl\"", l.Name)
	} else if r.Domain != "" {
		l.DefaultListID = l.Name + "." + r.Domain
	}

	r.listIDs[l.ListID] = l.Name

	for _, table := range t.Tables("topic") {
		l.Topics = append(l.Topics, newsletter.Topic{Name: r.name(table, "topic", l.Name), Texts: r.texts(table, l.Language)})
	}
	for _, table := range t.Tables("feed") {
		l.Feeds = append(l.Feeds, r.feed(table, &l))
	}
	tables := t.Tables("schedule")
	for _, table := range tables {
		l.Schedules = append(l.Schedules, r.schedule(table, &l))
	}
	if len(tables) == 0 {
		t.Faultf("schedule", "the list has no schedule, so nobody could join it; add [[list.schedule]]")
	}
	for i, table := range tables {
		r.replaces(table, &l, i)
	}
	return l
}

// sender reads who the list's mail comes from.
func (r *reader) sender(t *tomlfile.Table, l *newsletter.List) {
	if l.SenderName, _ = oneLine(t, "sender_name", maxTitle); l.SenderName == "" {
		l.SenderName = r.SenderName
	}
	l.SenderAddress = string(address(t, "sender_address", r.SenderAddress))
	l.ReplyTo = string(address(t, "reply_to", r.ReplyTo))
	if l.SenderName == "" && !t.Has("sender_name") {
		t.Faultf("sender_name", "is not set here, nor is sender.name in the configuration")
	}
	if l.SenderAddress == "" && !t.Has("sender_address") {
		t.Faultf("sender_address", "is not set here, nor is sender.address in the configuration")
	}
	// DMARC wants the signature and the sender of one domain (STANDARDS C1).
	if a := newsletter.Address(l.SenderAddress); r.SignedBy != "" && t.Has("sender_address") && a != "" &&
		a.Domain() != r.SignedBy && !strings.HasSuffix(a.Domain(), "."+r.SignedBy) {
		t.Faultf("sender_address", "%s is not of %s, which signs our mail (dkim.domain): receivers would take it for forged", a, r.SignedBy)
	}
}

func address(t *tomlfile.Table, key string, otherwise newsletter.Address) newsletter.Address {
	s := t.String(key)
	if s == "" {
		return otherwise
	}
	a, err := newsletter.ParseAddress(s)
	var reason *newsletter.Error
	if errors.As(err, &reason) {
		t.Faultf(key, "%q: %s", s, reason.Message)
	}
	return a
}
