package review

// Kind says what was found.
type Kind string

// The kinds. Those of links carry the Address, those of words the Words to look for.
const (
	KindUnmade         Kind = "unmade"           // the mail can't be made at all; Words say why
	KindLeave          Kind = "leave_missing"    // the mail doesn't say everywhere how to leave
	KindText           Kind = "text_missing"     // it has no part in plain text
	KindSize           Kind = "too_large"        // it will be clipped; Size in kB
	KindLeftOut        Kind = "posts_left_out"   // it has no room for Count posts
	KindMailAlt        Kind = "alt_missing"      // a picture of the mail says nothing to those who don't see it
	KindPictureHidden  Kind = "picture_hidden"   // a post's picture isn't shown, for want of words
	KindPictureAlt     Kind = "picture_no_alt"   // a picture in the text of a post says nothing
	KindHeadingOne     Kind = "heading_one"      // there is not exactly one main heading
	KindHeadingOrder   Kind = "heading_order"    // headings skip a level
	KindHeadingEmpty   Kind = "heading_empty"    //
	KindContrast       Kind = "contrast"         // Words can hardly be read: Front on Back is Ratio
	KindLinkWords      Kind = "link_words"       // a link doesn't say where it leads
	KindLinkBare       Kind = "link_bare"        // its words are an address
	KindLinkEmpty      Kind = "link_empty"       // it has no words at all
	KindLinkSame       Kind = "link_same_words"  // the same words lead to two places
	KindLinkShortened  Kind = "link_shortened"   // it hides where it leads
	KindLinkGone       Kind = "link_gone"        // there is nothing there
	KindLinkNoHost     Kind = "link_no_host"     // there is no such server
	KindLinkUnreadable Kind = "link_unreadable"  // it is no address
	KindLinkPrivate    Kind = "link_private"     // it is on no public network
	KindLinkCert       Kind = "link_certificate" // browsers will warn of it
	KindLinkFailing    Kind = "link_failing"     // it doesn't answer now
	KindLinkClosed     Kind = "link_closed"      // it lets us not in
	KindLinkInsecure   Kind = "link_insecure"    // http
	KindLinkUnchecked  Kind = "link_unchecked"   // Count links gave no answer in time
	KindCapitals       Kind = "capitals"         // all in capitals
	KindExclamation    Kind = "exclamation"      // many exclamation marks
	KindSubjectLong    Kind = "subject_long"     // Count characters
	KindSubjectReply   Kind = "subject_reply"    // it pretends to be an answer
	KindPreheaderSame  Kind = "preheader_same"   // says the subject again
	KindPlaceholder    Kind = "placeholder"      // Words stand for something that was never filled in
	KindPostEmpty      Kind = "post_no_summary"  // a title and nothing more
	KindPostTwice      Kind = "post_twice"       // another post has the same title or link
	KindEventPast      Kind = "event_past"       // it is over when the mail arrives
	KindNothing        Kind = "nothing"          // no posts
	KindIntroduction   Kind = "introduction_cut" // longer than a mail shows
)

// Kinds are all kinds: each has its texts.
func Kinds() []Kind {
	return []Kind{KindUnmade, KindLeave, KindText, KindSize, KindLeftOut, KindMailAlt, KindPictureHidden, KindPictureAlt, KindHeadingOne, KindHeadingOrder,
		KindHeadingEmpty, KindContrast, KindLinkWords, KindLinkBare, KindLinkEmpty, KindLinkSame, KindLinkShortened, KindLinkGone,
		KindLinkNoHost, KindLinkUnreadable, KindLinkPrivate, KindLinkCert, KindLinkFailing, KindLinkClosed, KindLinkInsecure,
		KindLinkUnchecked, KindCapitals, KindExclamation, KindSubjectLong, KindSubjectReply, KindPreheaderSame, KindPlaceholder,
		KindPostEmpty, KindPostTwice, KindEventPast, KindNothing, KindIntroduction}
}
