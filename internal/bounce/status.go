package bounce

import (
	"regexp"
	"strconv"
	"strings"

	"bode.example/internal/newsletter"
)

// verdict is what a failure means.
type verdict struct {
	class  newsletter.BounceClass
	policy bool
	byText bool // the words decided, as no code did
}

var (
	hard   = verdict{class: newsletter.BounceHard}
	soft   = verdict{class: newsletter.BounceSoft}
	policy = verdict{class: newsletter.BounceSoft, policy: true}
)

// statusCode is an enhanced status code that is no part of a longer number, such as an IPv4 address.
var statusCode = regexp.MustCompile(`(?:^|[^0-9.])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?:$|[^0-9.]|\.(?:$|[^0-9]))`)

// replyCode is that of an SMTP reply, with a text or an enhanced code behind it.
var replyCode = regexp.MustCompile(`(?:^|[^0-9.#-])([45][0-5][0-9])[ -]`)

// judge says what a failure means by its status code, or else by the one that the server's words hold, or
// else by the words. x.7.x in either place means that it is about us: that is never outweighed.
func judge(status, words string) (v verdict, found string) {
	inWords := ""
	if m := statusCode.FindStringSubmatch(words); m != nil {
		inWords = m[1] + "." + m[2] + "." + m[3]
	}
	found = status
	if generic(status) && inWords != "" {
		found = inWords
	}
	if subject(status) == 7 || subject(inWords) == 7 {
		if subject(found) != 7 {
			found = inWords
		}
		return policy, found
	}
	v, decided := byStatus(found)
	if decided {
		return v, found
	}
	if said, ok := byWords(words); ok {
		said.byText = true
		return temper(said, found), found
	}
	if found == "" {
		return byReply(words), found
	}
	return v, found
}

// temper keeps words from making for good what the code says is for a while.
func temper(v verdict, status string) verdict {
	if strings.HasPrefix(status, "4.") && v.class == newsletter.BounceHard {
		v.class = newsletter.BounceSoft
	}
	return v
}

// subject is the middle number of a status code, -1 without one.
func subject(status string) int {
	parts := strings.Split(status, ".")
	if len(parts) != 3 {
		return -1
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return -1
	}
	return n
}

// generic reports whether a status code tells no more than success or failure.
func generic(status string) bool { return status == "" || strings.HasSuffix(status, ".0.0") }

// byStatus sorts a status code (RFC 3463, and the registry of RFC 5248). It is undecided about the codes
// that servers give for anything.
func byStatus(status string) (v verdict, decided bool) {
	switch {
	case strings.HasPrefix(status, "2."):
		return verdict{class: newsletter.BounceAutoreply}, true
	case strings.HasPrefix(status, "4."):
		return soft, !generic(status)
	}
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1":
		return hard, true
	case "5.1.7", "5.1.8", "5.2.3", "5.3.4", "5.5.1", "5.5.2", "5.5.4", "5.5.6":
		return policy, true // our address, our size, our commands
	case "5.1.4", "5.1.5", "5.1.9", "5.2.2", "5.2.4", "5.5.3":
		return soft, true
	case "5.1.0":
		return hard, false
	case "", "5.0.0", "5.2.0", "5.3.0", "5.4.0", "5.4.1", "5.5.0":
		return soft, false
	}
	switch subject(status) {
	case 1:
		return hard, true
	case 6:
		return policy, true
	}
	return soft, true
}

// byReply sorts a failure of which there is a reply code at most. 554 may be about anything, most often
// about us.
func byReply(words string) verdict {
	if m := replyCode.FindStringSubmatch(words); m != nil && m[1] != "554" {
		return soft
	}
	return policy
}

// ofRefusal says what a refusal while sending means. One that put a message off until it was too old is
// soft at most.
func ofRefusal(r *newsletter.Refusal) *newsletter.Bounce {
	words := strings.TrimSpace(strconv.Itoa(r.Code) + " " + r.Reply)
	v, status := judge(r.Status, words)
	if r.State == newsletter.DeliveryExpired {
		v.class = newsletter.BounceSoft
	}
	b := &newsletter.Bounce{ID: r.ID, DeliveryID: r.DeliveryID, Way: newsletter.WaySending, Class: v.class, Policy: v.policy, Status: status,
		Diagnostic: cut(oneLine(words), maxDiagnostic), Recognised: "smtp"}
	if v.class == newsletter.BounceAutoreply {
		b.Class = newsletter.BounceUnknown // a refusal with a code of success
	}
	if v.byText {
		b.Recognised = "smtp, text"
	}
	return b
}
