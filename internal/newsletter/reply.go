package newsletter

import "strings"

// ReplyMeaning says what the answer of a mail server means, by its enhanced code (RFC 3463) or else by its
// code. Its texts are "reply_" + ReplyMeaning.
type ReplyMeaning string

// The meanings.
const (
	ReplyNone     ReplyMeaning = ""            // no answer
	ReplyTaken    ReplyMeaning = "taken"       // 2xx
	ReplyUnknown  ReplyMeaning = "unknown"     // there is no such address
	ReplyNoDomain ReplyMeaning = "no_domain"   // or no such domain
	ReplyClosed   ReplyMeaning = "closed"      // the mailbox takes nothing
	ReplyFull     ReplyMeaning = "full"        // it is full
	ReplyTooLarge ReplyMeaning = "too_large"   // the mail is too large for it
	ReplyPolicy   ReplyMeaning = "policy"      // they don't want mail of ours, or this one
	ReplyContent  ReplyMeaning = "content"     // they can't handle what is in it
	ReplyBusy     ReplyMeaning = "busy"        // later
	ReplyNetwork  ReplyMeaning = "unreachable" // their server can't be reached
	ReplyRefused  ReplyMeaning = "refused"     // for good, and it doesn't say why
)

// Meaning says what a reply means.
func Meaning(code int, status string) ReplyMeaning {
	class, rest, _ := strings.Cut(status, ".")
	subject, detail, _ := strings.Cut(rest, ".")
	switch {
	case code == 0 && status == "":
		return ReplyNone
	case code >= 200 && code < 300, class == "2":
		return ReplyTaken
	}
	switch subject + "." + detail {
	case "1.1", "1.3", "1.6":
		return ReplyUnknown
	case "1.2", "1.10":
		return ReplyNoDomain
	case "2.1":
		return ReplyClosed
	case "2.2":
		return ReplyFull
	case "2.3", "3.4":
		return ReplyTooLarge
	}
	switch subject {
	case "4":
		return ReplyNetwork
	case "5", "6":
		return ReplyContent
	case "7":
		return ReplyPolicy
	}
	switch {
	case code == 552:
		return ReplyFull
	case code >= 500, class == "5":
		return ReplyRefused
	}
	return ReplyBusy
}

// ReplyMeanings are all that have a text.
func ReplyMeanings() []ReplyMeaning {
	return []ReplyMeaning{ReplyTaken, ReplyUnknown, ReplyNoDomain, ReplyClosed, ReplyFull, ReplyTooLarge, ReplyPolicy, ReplyContent,
		ReplyBusy, ReplyNetwork, ReplyRefused}
}
