package newsletter

// RequestForm is the public form for requests about personal data, as somebody filled it in.
type RequestForm struct {
	Kind        RequestKind
	Address     string
	Name        string
	Wish        string
	Language    Language // of the mails
	Preferences bool     // they came from the preferences page
	Client      Client
}
