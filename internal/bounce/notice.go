package bounce

import (
	"regexp"
	"strings"

	"bode.example/internal/newsletter"
)

// server is how a kind of mail server begins its own, unstructured notices, in lower case.
type server struct {
	name  string
	signs []string
}

// servers are looked for in this order: the general ones last.
var servers = []server{
	{"qmail", []string{"this is the qmail-send program at", "i wasn't able to deliver your message to the following addresses"}},
	{"exim", []string{"this message was created automatically by mail delivery software", "dit bericht is automatisch gegenereerd door de mailsoftware"}},
	{"postfix", []string{"this is the mail system at host", "this is the postfix program at host", "dit is het mailsysteem op"}},
	{"sendmail", []string{"----- transcript of session follows -----", "----- the following addresses had permanent fatal errors -----", "the original message was received at"}},
	{"microsoft 365", []string{"delivery has failed to these recipients or groups", "bezorging bij de volgende geadresseerden of groepen is mislukt", "bezorging aan deze geadresseerden of groepen is mislukt", "couldn't be delivered to", "kan niet worden bezorgd bij"}},
	{"exchange", []string{"your message did not reach some or all of the intended recipients", "uw bericht heeft enkele of alle geadresseerden niet bereikt", "the following recipient(s) cannot be reached", "de volgende geadresseerde(n) zijn niet bereikbaar", "het bericht heeft de volgende geadresseerden niet bereikt"}},
	{"gmail", []string{"** address not found **", "** adres niet gevonden **", "** message blocked **", "** message not delivered **", "** recipient inbox full **", "** bericht niet bezorgd **", "delivery to the following recipient failed permanently", "bezorging bij de volgende ontvanger is permanent mislukt"}},
	{"yahoo", []string{"sorry, we were unable to deliver your message to the following address", "message from yahoo.com"}},
	{"domino", []string{"domino directory", "your document:", "uw document:", "delivery failure: "}},
	{"groupwise", []string{"the message that you sent was undeliverable to the following", "het door u verzonden bericht kon niet worden bezorgd aan"}},
	{"kpn", []string{"mailplatform van kpn", "kpn mail"}},
	{"ziggo", []string{"mailplatform van ziggo", "ziggo mail"}},
	{"xs4all", []string{"mailsysteem van xs4all", "xs4all mail"}},
	{"", []string{"undeliverable", "undelivered", "could not be delivered", "delivery failed", "delivery failure", "failed to deliver", "mail delivery", "unable to deliver",
		"not delivered", "onbestelbaar", "niet worden bezorgd", "niet bezorgd", "niet worden afgeleverd", "niet afgeleverd", "kon niet afleveren", "bezorging mislukt", "aflevering mislukt",
		"failure notice", "returned mail", "delivery status", "permanent error"}},
}

// postmen are the local parts of addresses that servers write notices from.
var postmen = []string{"mailer-daemon", "maildaemon", "mail-daemon", "postmaster", "mdaemon", "mailerdaemon", "mail.daemon", "administrator", "no-reply-mailer"}

// enclosures begin what a notice returns of our message: what stands there says nothing about the failure.
var enclosures = []string{
	"--- below this line is a copy of the message", "------ this is a copy of", "------ this is a copy of your message", "----- original message", "-----original message",
	"--- the header of the original message is following", "----- message header follows", "original message headers:", "oorspronkelijke berichtkoppen",
	"diagnostic information for administrators:", "diagnostische gegevens voor beheerders", "-------- original message", "--- original message", "oorspronkelijk bericht", "the header of the original",
	"hieronder volgt een kopie", "--- copy of message", "received: from ", "return-path:",
}

// waiting are the words of a notice that the server goes on trying: nothing has failed yet.
var waiting = []string{
	"this is a warning message only", "you do not need to resend", "will continue to be retried", "will be retried", "still being retried", "is still trying", "will keep trying", "no action is required",
	"has been delayed", "delivery delayed", "could not send message for past", "niet opnieuw te verzenden", "wordt nog geprobeerd", "is vertraagd", "blijven het proberen", "blijft het proberen",
}

// readNotice reads the words of a server that sends no fields. That it is a server's notice must be plain:
// by X-Failed-Recipients, or by who wrote it and how.
func readNotice(m *message, r *Report) bool {
	text := m.text()
	lower := strings.ToLower(text)
	name, signed := serverOf(lower + "\n" + strings.ToLower(m.get("Subject")))
	failed := anAddress.FindString(m.header.Get("X-Failed-Recipients"))
	if failed == "" && !(signed && m.byPostman()) {
		return false
	}
	if name != "" {
		r.Recognised = "text: " + name
	} else {
		r.Recognised = "text"
	}
	notice := text[:endOfNotice(lower, len(text))]
	r.Recipient = failed
	if r.Recipient == "" {
		r.Recipient = m.named(notice)
	}
	for _, words := range waiting {
		if strings.Contains(lower[:min(len(lower), len(notice))], words) {
			r.Class = newsletter.BounceAutoreply
			return true
		}
	}
	judgeNotice(r, notice)
	return true
}

// judgeNotice sorts a notice by the status code in it, or else by its words. One that says neither is not
// understood; that it failed is no proof of what failed.
func judgeNotice(r *Report, notice string) {
	v, status := judge("", strings.Join(strings.Fields(notice), " "))
	_, words := byWords(notice)
	if status == "" && !words {
		r.Class = newsletter.BounceUnknown
		return
	}
	r.Class, r.Policy, r.Status, r.Diagnostic = v.class, v.policy, status, telling(notice)
}

// telling is the line of a notice that says most: the one with a code, or with words that we know.
func telling(notice string) string {
	best := ""
	for line := range strings.Lines(notice) {
		if line = strings.TrimSpace(line); statusCode.MatchString(line) || replyCode.MatchString(line) {
			return line
		}
		if _, ok := byWords(line); ok && best == "" {
			best = line
		}
	}
	return best
}

func serverOf(text string) (name string, found bool) {
	for _, s := range servers {
		for _, sign := range s.signs {
			if strings.Contains(text, sign) {
				return s.name, true
			}
		}
	}
	return "", false
}

// endOfNotice is where our own message begins. ToLower may have changed the length of a text that is not
// ASCII: then all of it is looked at.
func endOfNotice(lower string, length int) int {
	if len(lower) != length {
		return length
	}
	end := length
	for _, mark := range enclosures {
		if at := strings.Index(lower, mark); at > 0 {
			end = min(end, at)
		}
	}
	return end
}

// byPostman reports whether a mail server wrote the message, as far as its author and sender tell.
func (m *message) byPostman() bool {
	local, _, _ := strings.Cut(m.from(), "@")
	for _, name := range postmen {
		if local == name {
			return true
		}
	}
	return m.nullSender()
}

// nullSender reports whether the message came with the null sender, which only machines use (RFC 5321, 4.5.5).
func (m *message) nullSender() bool {
	if m.sender != nil {
		return *m.sender == ""
	}
	return m.header.Has("Return-Path") && strings.TrimSpace(m.header.Get("Return-Path")) == "<>"
}

// salutation is a line that speaks to us.
var salutation = regexp.MustCompile(`(?im)^\s*(?:hello|hi|dear|beste|geachte|hallo)\b.*$`)

// named is the recipient that a notice names: the first address that is neither ours nor the server's.
func (m *message) named(notice string) string {
	notice = salutation.ReplaceAllString(notice, "")
	for _, found := range anAddress.FindAllString(notice, maxTagged) {
		lower := strings.ToLower(found)
		local, _, _ := strings.Cut(lower, "@")
		if aTagged.MatchString(found) || lower == m.from() || strings.Contains(strings.ToLower(m.header.Get("To")), lower) {
			continue
		}
		server := false
		for _, name := range postmen {
			server = server || local == name
		}
		if !server {
			return found
		}
	}
	return ""
}
