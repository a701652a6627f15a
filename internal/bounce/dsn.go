package bounce

import (
	"strconv"
	"strings"

	"bode.example/internal/newsletter"
)

// fields are those of one group of a report; names in lower case, each with its first value.
type fields map[string]string

// groups reads the blocks of fields of message/delivery-status and message/feedback-report (RFC 3464,
// 2.1.1; RFC 5965, 3): as forgiving as the servers are careless.
func groups(body []byte) (all []fields) {
	current, last := fields{}, ""
	end := func() {
		if len(current) > 0 {
			all = append(all, current)
		}
		current, last = fields{}, ""
	}
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		switch name, value, ok := strings.Cut(line, ":"); {
		case strings.TrimSpace(line) == "":
			end()
		case line[0] == ' ' || line[0] == '\t':
			if last != "" {
				current[last] += " " + strings.TrimSpace(line)
			}
		case ok && !strings.ContainsAny(strings.TrimSpace(name), " \t"):
			last = strings.ToLower(strings.TrimSpace(name))
			if _, there := current[last]; there {
				last = "" // a second one, and what continues it
				continue
			}
			current[last] = strings.TrimSpace(value)
		default:
			last = ""
		}
		if len(all) > maxParts {
			break
		}
	}
	end()
	return all
}

// typed takes the type off a field such as "rfc822; jan@example.nl", and the brackets that some add.
func typed(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && !strings.Contains(kind, "@") {
		value = rest
	}
	return strings.Trim(strings.TrimSpace(value), "<>")
}

// unxtext undoes the encoding of an original recipient (RFC 3461, 4).
func unxtext(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil && s[i+1:i+3] == strings.ToUpper(s[i+1:i+3]) && c > ' ' {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// readDSN reads a delivery status notification by field. A message of ours has one recipient; a report
// with several is about an address that stands for several mailboxes. The worst of them is told, but it is
// soft at most when another one got the mail.
func readDSN(m *message, r *Report) bool {
	p := m.part("message/delivery-status", "message/global-delivery-status")
	if p == nil {
		return false
	}
	arrived, found := false, false
	for _, g := range groups(p.body) {
		one, ok := ofRecipient(g)
		if !ok {
			continue
		}
		action := strings.ToLower(g["action"])
		arrived = arrived || action == "delivered" || action == "relayed" || action == "expanded"
		if !found || rank(one) > rank(r) {
			found = true
			r.Recipient, r.Class, r.Policy, r.Status, r.Diagnostic, r.Recognised = one.Recipient, one.Class, one.Policy, one.Status, one.Diagnostic, one.Recognised
		}
	}
	if arrived && r.Class == newsletter.BounceHard {
		r.Class = newsletter.BounceSoft
	}
	return found
}

// rank puts what a report says about several mailboxes in order.
func rank(r *Report) int {
	switch {
	case r.Class == newsletter.BounceHard:
		return 4
	case r.Class == newsletter.BounceSoft && !r.Policy:
		return 3
	case r.Class == newsletter.BounceSoft:
		return 2
	case r.Class == newsletter.BounceAutoreply:
		return 1
	}
	return 0
}

// ofRecipient reads the group of one recipient. Only the action "failed" is a failure (RFC 3464, 2.3.3);
// without an action the status tells.
func ofRecipient(g fields) (*Report, bool) {
	recipient := typed(g["final-recipient"])
	if recipient == "" {
		recipient = unxtext(typed(g["original-recipient"]))
	}
	action, _, _ := strings.Cut(strings.ToLower(g["action"]), " ")
	status, _, _ := strings.Cut(strings.TrimSpace(g["status"]), " ")
	if !statusCode.MatchString(status) {
		status = ""
	}
	if recipient == "" && action == "" && status == "" || recipient == "" && g["reporting-mta"] != "" {
		return nil, false // the group of the message itself
	}
	words := diagnostic(g["diagnostic-code"])
	r := &Report{Recipient: recipient, Status: status, Diagnostic: words, Recognised: "dsn"}
	switch action {
	case "failed", "":
	default: // delayed, delivered, relayed, expanded
		r.Class, r.Recognised = newsletter.BounceAutoreply, "dsn, "+cut(oneLine(action), 20)
		return r, true
	}
	v, found := judge(status, words)
	r.Class, r.Policy, r.Status = v.class, v.policy, found
	if v.byText {
		r.Recognised = "dsn, text"
	}
	return r, true
}

// diagnostic takes the type off a Diagnostic-Code.
func diagnostic(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && len(kind) < 20 && !strings.ContainsAny(strings.TrimSpace(kind), " @") {
		return strings.TrimSpace(rest)
	}
	return value
}
