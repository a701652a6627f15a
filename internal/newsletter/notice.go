package newsletter

// The templates of deliveries that are no edition, with the row that Delivery.Ref names. A row
// holds ids and times, no link: tokens are made when the mail is merged.
const (
	TemplateConfirmation        = "confirmation"         // Ref: signup; to an address that confirms
	TemplateWelcome             = "welcome"              // Ref: signup, confirmed
	TemplateAlreadySubscribed   = "already_subscribed"   // Ref: signup
	TemplateAccessLink          = "access_link"          // Ref: access_link
	TemplateAddressConfirmation = "address_confirmation" // Ref: address_change; to the new address
	TemplateAddressNotice       = "address_notice"       // Ref: address_change; to the old address
	TemplateEditionProof        = "edition_proof"        // Ref: edition; to those of the staff who are to approve it
	TemplateEditionReminder     = "edition_reminder"     // Ref: edition; the same, once more
	TemplateEditionHeld         = "edition_held"         // Ref: edition; the same, of one that did not leave by itself
	TemplateEditionTest         = "edition_test"         // Ref: test_letter; to whom an editor names
	TemplateSignIn              = "sign_in"              // Ref: sign_in; to somebody of the staff
	TemplateTestMail            = "test_mail"            // Ref: staff; says that mail arrives
	TemplateInvitation          = "staff_invitation"     // Ref: sign_in; to somebody who is new on the staff
	TemplateRequestIdentity     = "request_identity"     // Ref: data_request; to the address that it is about
	TemplateRequestLetter       = "request_letter"       // Ref: request_letter
	TemplateRequestReminder     = "request_reminder"     // Ref: data_request; to officers
	TemplateAnchor              = "audit_anchor"         // Ref: anchor; out of the house
)
