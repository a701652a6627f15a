package bounce

import (
	"strings"

	"bode.example/internal/newsletter"
)

// replyFields are fields of notes of absence, each with the beginnings of values that say so, in lower
// case; none: any value does. Auto-Submitted is the standard's (RFC 3834, 5); programs older than it, and
// some younger ones, have their own.
var replyFields = []struct {
	name   string
	values []string
}{
	{"Auto-Submitted", []string{"auto-replied", "auto-generated", "auto-notified", "vacation"}},
	{"X-Autoreply", nil},
	{"X-Autorespond", nil},
	{"X-Autoresponder", nil},
	{"X-Auto-Reply-From", nil},
	{"X-Mail-Autoreply", nil},
	{"X-Vacation", nil},
	{"X-Ms-Exchange-Generated-Message-Source", []string{"mailbox rules agent", "antispam"}},
	{"X-Postmessageclass", []string{"9"}},
	{"X-Post-Messageclass", []string{"9"}},
	{"Preference", []string{"auto_reply"}},
	{"Precedence", []string{"auto_reply", "auto-reply", "autoreply"}},
	{"X-Precedence", []string{"auto_reply", "auto-reply", "autoreply"}},
	{"Delivered-To", []string{"autoresponder"}},
	{"X-Fc-Machinegenerated", []string{"true"}},
	{"X-Ops-Autoreply", nil},
	{"X-Loop", []string{"autoreply", "vacation"}},
}

// replySubjects begin the subjects of notes whose programs set no field.
var replySubjects = []string{
	"automatic reply:", "automatisch antwoord:", "out of office", "out-of-office", "afwezig:", "afwezigheid", "afwezigheidsbericht", "niet aanwezig", "auto reply", "auto-reply",
	"autoreply", "autoreply:", "auto:", "automatisch bericht", "automatische reactie", "ik ben afwezig", "i am out of", "vacation", "ontvangstbevestiging:", "automatic response", "automatische beantwoording",
}

// readAutoreply recognises notes of absence and their like, by a field or, as the last resort, by the
// subject.
func readAutoreply(m *message, r *Report) bool {
	for _, f := range replyFields {
		if !m.header.Has(f.name) {
			continue
		}
		value := strings.ToLower(m.get(f.name))
		if f.values == nil && value != "" && value != "no" {
			r.Class, r.Recognised = newsletter.BounceAutoreply, strings.ToLower(f.name)
			return true
		}
		for _, begin := range f.values {
			if strings.HasPrefix(value, begin) {
				r.Class, r.Recognised = newsletter.BounceAutoreply, strings.ToLower(f.name)
				return true
			}
		}
	}
	subject := strings.ToLower(m.get("Subject"))
	for _, begin := range replySubjects {
		if strings.HasPrefix(subject, begin) {
			r.Class, r.Recognised = newsletter.BounceAutoreply, "text: subject"
			return true
		}
	}
	return false
}

// byMachine reports whether a message that nobody recognised comes from a machine all the same: then it is
// no letter, and is not passed on.
func (m *message) byMachine() bool {
	precedence := strings.ToLower(m.get("Precedence"))
	return m.nullSender() || m.byPostman() || m.header.Has("List-Id") || m.header.Has("List-Unsubscribe") ||
		precedence == "bulk" || precedence == "junk" || precedence == "list" || m.part("message/feedback-report") != nil
}
