package newsletter

// The channels of the consent ledger: by which way somebody said what they wanted. Suppression
// reasons are channels too: a complaint ends a subscription.
const (
	ChannelForm          = "form"           // the sign-up form
	ChannelLink          = "link"           // the link of a confirmation mail
	ChannelOneClick      = "one_click"      // the mail program's own button (RFC 8058)
	ChannelPage          = "page"           // the unsubscribe page
	ChannelUndo          = "undo"           // "take it back", on that page
	ChannelPreferences   = "preferences"    // the preferences page
	ChannelAddressChange = "address_change" // a new address that was confirmed
	ChannelAddressUndo   = "address_undo"   // the old address took that back
	ChannelErasure       = "erasure"        // all data were erased
	ChannelMail          = "mail"           // a mail to the unsubscribe address (RFC 2369)
	ChannelRequest       = "request"        // a request about personal data, carried out
	ChannelCommandLine   = "command_line"   // an operator, for somebody who asked
	ChannelDesk          = "desk"           // an editor, for somebody who asked
	ChannelImport        = "import"         // a file of people who had agreed elsewhere
	ChannelInvitation    = "invitation"     // an editor asked them, and they confirmed
)
