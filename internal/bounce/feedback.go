package bounce

import (
	"strings"

	"bode.example/internal/newsletter"
)

// readFeedback reads a feedback report (RFC 5965). Only some of its types say that somebody did not want
// the mail; the recipient is often taken out of it.
func readFeedback(m *message, r *Report) bool {
	p := m.part("message/feedback-report")
	if p == nil {
		return readComplaint(m, r)
	}
	g := fields{}
	for _, group := range groups(p.body) { // one, if it keeps to the rules
		for name, value := range group {
			if _, there := g[name]; !there {
				g[name] = value
			}
		}
	}
	r.Recipient = typed(g["original-rcpt-to"])
	r.Diagnostic = g["user-agent"]
	kind := strings.ToLower(g["feedback-type"])
	r.Recognised = "arf, " + cut(oneLine(kind), 30)
	switch kind {
	case "abuse", "fraud", "other", "opt-out", "opt-out-list":
		r.Class = newsletter.BounceComplaint
	case "not-spam":
		r.Class = newsletter.BounceAutoreply
	default: // auth-failure (RFC 6591), virus, dmarc: for the operator
		r.Class = newsletter.BounceUnknown
	}
	return true
}

// readComplaint knows the complaints that Outlook.com sends: the message itself, without a report.
func readComplaint(m *message, r *Report) bool {
	if m.from() != "staff@hotmail.com" || m.part("message/rfc822") == nil || !strings.HasPrefix(strings.ToLower(m.get("Subject")), "complaint about message from ") {
		return false
	}
	r.Class, r.Recognised = newsletter.BounceComplaint, "text: outlook.com"
	return true
}

// readDisposition leaves receipts alone (RFC 8098).
func readDisposition(m *message, r *Report) bool {
	p := m.part("message/disposition-notification", "message/global-disposition-notification")
	if p == nil {
		return false
	}
	for _, g := range groups(p.body) {
		if to := typed(g["final-recipient"]); to != "" && r.Recipient == "" {
			r.Recipient = to
		}
	}
	r.Class, r.Recognised = newsletter.BounceAutoreply, "mdn"
	return true
}
