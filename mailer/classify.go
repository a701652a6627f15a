package mailer

import (
	"strings"
	"time"
)

// How long to leave a peer alone that says "later" (RFC 6647, 5: greylisting lasts minutes; a server
// that is too busy to talk may be ready sooner).
const (
	greylistDelay = 5 * time.Minute
	busyDelay     = time.Minute
)

// refusal turns a reply that says no into an error: whose fault it is, by the reply code, the
// enhanced code and the stage (RFC 5321, 4.2; RFC 3463). The text decides nothing: it is for people.
func refusal(stage Stage, r reply, redact redactor) *SendError {
	e := &SendError{Stage: stage, Code: r.code, Enhanced: r.enhanced, Reply: redact.text(r.text)}
	switch {
	case r.code/100 == 4 || mailboxFull(stage, r):
		e.Kind, e.RetryAfter = transient(stage, r)
	case r.code/100 == 5:
		e.Kind = permanent(stage, r)
	default: // a 2xx or 3xx where it makes no sense
		e.Kind = KindServer
	}
	return e
}

// mailboxFull recognises the 5xx that means "later": the mailbox is full, or, by an old rule for RCPT
// (RFC 5321, 4.5.3.1.10), there were too many recipients.
func mailboxFull(stage Stage, r reply) bool {
	return r.enhanced == "5.2.2" || r.code == 552 && stage == StageRcpt && (r.enhanced == "" || r.enhanced == "5.5.3")
}

// transient is the kind of a "later", and for how long.
func transient(stage Stage, r reply) (Kind, time.Duration) {
	policy := strings.HasPrefix(r.enhanced, "4.7.")
	switch {
	case r.code == 421:
		return KindThrottled, busyDelay
	case policy && stage == StageRcpt: // greylisting, or a limit on this sender
		return KindThrottled, greylistDelay
	case policy || r.code == 454:
		return KindThrottled, busyDelay
	case stage == StageDial || stage == StageMail && r.enhanced == "":
		return KindThrottled, busyDelay
	case r.enhanced == "" && (r.code == 450 || r.code == 451):
		return KindThrottled, greylistDelay
	case r.enhanced == "4.4.5" || r.enhanced == "4.3.2" || r.enhanced == "4.5.3": // congestion, not accepting mail, too many recipients
		return KindThrottled, busyDelay
	}
	return KindServer, 0 // a full disk, a mailbox that is busy or full: no matter of speed
}

// permanent is the kind of a "never".
func permanent(stage Stage, r reply) Kind {
	if deniesSender(r) {
		return KindAuthentication
	}
	switch stage {
	case StageDial, StageTLS, StageMail:
		if sizeLimited(r) || strings.HasPrefix(r.enhanced, "5.6.") {
			return KindContent
		}
		if stage == StageMail && strings.HasPrefix(r.enhanced, "5.7.") {
			return KindAuthentication
		}
		return KindConfiguration
	case StageAuth:
		return KindAuthentication
	case StageRcpt:
		return refusedRecipient(r)
	}
	if strings.HasPrefix(r.enhanced, "5.1.") || r.enhanced == "5.2.1" || r.enhanced == "5.2.0" {
		return KindRecipient // said after the dot by servers that know the recipients late
	}
	return KindContent
}

// deniesSender recognises the replies that are about our login, whatever they answer.
func deniesSender(r reply) bool {
	switch r.code {
	case 530, 534, 535, 538:
		return true
	}
	return r.enhanced == "5.7.8" || r.enhanced == "5.7.9" || r.enhanced == "5.7.11"
}

func sizeLimited(r reply) bool {
	return r.code == 552 || r.enhanced == "5.3.4" || r.enhanced == "5.2.3"
}

// refusedRecipient sorts a 5xx at RCPT. It is the recipient's, unless the enhanced code says that it
// is about policy (5.7: ours; never the subscriber's fault), the message, or the protocol.
func refusedRecipient(r reply) Kind {
	switch {
	case strings.HasPrefix(r.enhanced, "5.7.") || strings.HasPrefix(r.enhanced, "5.6.") || sizeLimited(r):
		return KindContent
	case r.code == 503 || r.code == 500 || r.code == 502 || strings.HasPrefix(r.enhanced, "5.3."):
		return KindServer
	}
	return KindRecipient
}
