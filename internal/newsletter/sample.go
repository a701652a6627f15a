package newsletter

// SampleMail is a variant of an edition as a reader without a name gets it, for those who look at it
// before it leaves.
type SampleMail struct {
	Language Language
	Layout   Layout
	Message  []byte // the whole message, RFC 5322
	Subject  string
	// LeaveURL is the sample's own link for leaving: it stands in the header and in both parts.
	LeaveURL string
	LeftOut  int // posts that the mail had no room for
}
