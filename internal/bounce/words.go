package bounce

import "strings"

// phrase is what servers write, in lower case, and what it means.
type phrase struct {
	text string
	verdict
}

// phrases are looked for in this order: first what is about us, so that a word about the recipient beside
// it never blames them; then what may pass; then what is for good.
var phrases = func() (all []phrase) {
	for _, group := range []struct {
		verdict
		texts []string
	}{
		{policy, []string{
			"spam", "blacklist", "block list", "blocklist", "blocked", "geblokkeerd", "reputation", "dnsbl", "dmarc", "spf check", "spf fail",
			"dkim", "unauthenticated", "not authorized to send", "not permitted to send", "sender denied", "sender rejected", "sender address rejected",
			"content rejected", "message content", "policy", "beleid", "virus", "malware", "message size exceeds", "message too large",
			"message is too large", "message length exceeds", "size limit", "te groot", "too many messages", "rate limit", "too many connections",
			"throttl", "poor listing", "prohibited", "suspicious", "verdacht",
		}},
		{soft, []string{
			"mailbox full", "mailbox is full", "inbox is full", "over quota", "overquota", "over its quota", "exceeded the quota",
			"quota exceeded", "exceeded its quota", "exceeds quota", "exceeded their quota", "exceeded storage", "storage allocation", "out of storage",
			"insufficient storage", "insufficient system storage", "disk quota", "quota", "is vol", "zit vol", "vol is", "volle postbus", "geen ruimte",
			"temporarily", "tijdelijk", "timed out", "timeout", "time-out", "connection refused", "no route to host", "network is unreachable",
			"retry time not reached", "try again later", "opnieuw proberen", "not accepting mail", "greylist", "name service error",
			"host not found", "could not be resolved", "lost connection", "loops back to myself", "too many hops", "mail loop", "relay access denied",
			"relay not permitted", "relaying denied", "unable to relay",
		}},
		{hard, []string{
			"user unknown", "unknown user", "user is unknown", "user not found", "no such user", "no such mailbox", "no such recipient", "no such account",
			"no such address", "mailbox unavailable", "mailbox not found", "mailbox does not exist", "mailbox disabled", "mailbox is disabled", "mailbox is inactive",
			"does not exist", "doesn't exist", "does not have an account", "doesn't have a", "doesn't have an account", "unknown recipient", "recipient unknown", "unknown address",
			"unknown local part", "unknown local-part", "unrouteable address", "unroutable address", "invalid recipient", "invalid mailbox",
			"recipient address rejected", "recipient rejected", "address rejected", "no mailbox here by that name", "not our customer",
			"account disabled", "account is disabled", "account has been disabled", "account that you tried to reach is disabled", "account closed",
			"inactive user", "account is inactive", "user is inactive", "address couldn't be found", "address not found", "wasn't found at",
			"couldn't be found", "could not be found", "not listed in", "not a valid mailbox", "not a known user", "no longer valid", "no longer available", "no longer active",
			"no longer in use", "is not recognized", "is not a recognised", "bestaat niet", "onbekende gebruiker", "gebruiker onbekend", "onbekend adres",
			"adres onbekend", "onbekende ontvanger", "ontvanger onbekend", "onbekende geadresseerde", "geadresseerde onbekend", "niet gevonden",
			"kan niet worden gevonden", "is opgeheven", "niet meer in gebruik", "geen postbus", "is niet bekend",
		}},
	} {
		for _, text := range group.texts {
			all = append(all, phrase{text, group.verdict})
		}
	}
	return all
}()

// byWords sorts what a server says to people, as the last resort.
func byWords(words string) (v verdict, ok bool) {
	words = strings.ToLower(strings.Join(strings.Fields(words), " "))
	for _, p := range phrases {
		if strings.Contains(words, p.text) {
			return p.verdict, true
		}
	}
	return verdict{}, false
}
