package public

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Signup is how people join. Faults in what they typed come back as newsletter.Errors with the code
// Invalid and the Field "address", "name", "list", "topics", "pace" or "language", several by errors.Join;
// limits as TooMany. All three of internal/signup's parts are one service.
type Signup interface {
	// Terms are the words that a form in this language must show.
	Terms(ctx context.Context, lang newsletter.Language, now time.Time) (newsletter.Terms, error)
	// Request takes a form. Nil means the same to everyone: whatever is known about the address, the
	// page that follows is one and the same.
	Request(ctx context.Context, form newsletter.SignupForm, now time.Time) error
	// Confirmation looks at a confirmation link and changes nothing.
	Confirmation(ctx context.Context, token string, now time.Time) (*newsletter.Confirmation, error)
	// Confirm subscribes. A second time it changes nothing and says ConfirmationActive.
	Confirm(ctx context.Context, token string, from newsletter.Client, now time.Time) (*newsletter.Confirmation, error)
}

// Settings is what the links in every mail allow: to see and change what one gets, and to leave.
type Settings interface {
	// Settings, Leaving and Why look at a link and change nothing.
	Settings(ctx context.Context, token string, now time.Time) (*newsletter.Settings, error)
	Leaving(ctx context.Context, token string, now time.Time) (*newsletter.Leaving, error)
	Why(ctx context.Context, token string, now time.Time) (*newsletter.Why, error)
	// SaveSettings changes what a preferences link allows; all of it or nothing.
	SaveSettings(ctx context.Context, token string, form newsletter.SettingsForm, now time.Time) error
	// Leave ends the link's subscription, or all of the person's. The channel goes into the ledger:
	// "one_click" or "page". Leaving twice is leaving once.
	Leave(ctx context.Context, token string, all bool, channel string, now time.Time) error
	// Return takes the last Leave by this link back, in full.
	Return(ctx context.Context, token string, now time.Time) error
}

// Access is what a fresh single-use link allows, which only the mailbox itself can have received:
// to see all data, to erase it, and to move to another address.
type Access interface {
	// RequestAccess asks for a link. Nil means the same to everyone.
	RequestAccess(ctx context.Context, form newsletter.AccessForm, now time.Time) error
	// AccessLink reports whether a link still works, and the language of its mail; it changes nothing.
	AccessLink(ctx context.Context, token string, now time.Time) (newsletter.Language, error)
	// OpenAccess uses the link up. The ticket it returns stands for the link on the pages that follow;
	// it travels in form bodies only, never in an address, and works for at least 20 hours (WCAG 2.2.1).
	OpenAccess(ctx context.Context, token string, now time.Time) (ticket string, err error)
	// Dossier is all that is held about the ticket's person.
	Dossier(ctx context.Context, ticket string, now time.Time) (*newsletter.Dossier, error)
	// Export is the Dossier as it is taken along, and registers that it was.
	Export(ctx context.Context, ticket string, now time.Time) (*newsletter.Dossier, error)
	// Erase removes the person; the ticket is void afterwards.
	Erase(ctx context.Context, ticket string, now time.Time) error
	// ChangeAddress sends a link to the new address as typed; nothing changes until it is confirmed.
	ChangeAddress(ctx context.Context, ticket, address string, now time.Time) error
	// AddressChange looks at a link that confirms a change (sent to the new address).
	AddressChange(ctx context.Context, token string, now time.Time) (*newsletter.AddressChange, error)
	// ConfirmAddress carries the change out. A second time it changes nothing.
	ConfirmAddress(ctx context.Context, token string, now time.Time) (*newsletter.AddressChange, error)
	// AddressUndo looks at a link that undoes a change (sent to the old address).
	AddressUndo(ctx context.Context, token string, now time.Time) (*newsletter.AddressChange, error)
	// UndoAddress takes the change back. A second time it changes nothing.
	UndoAddress(ctx context.Context, token string, now time.Time) (*newsletter.AddressChange, error)
}

// Store is what the door reads by itself. What it can't find is a newsletter.Error NotFound.
type Store interface {
	// Lists, Topics and Schedules return archived ones too.
	Lists(ctx context.Context) ([]newsletter.List, error)
	List(ctx context.Context, id int64) (*newsletter.List, error)
	ListByName(ctx context.Context, name string) (*newsletter.List, error)
	Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
	// Posts returns posts of a list with their topics, the newest date first; published ones, unless
	// other states are asked for.
	Posts(ctx context.Context, q newsletter.PostQuery) ([]newsletter.Post, error)
	// Post returns a post with its topics, in any state.
	Post(ctx context.Context, id newsletter.PublicID) (*newsletter.Post, error)
	// Picture returns a picture that staff uploaded, and its content.
	Picture(ctx context.Context, id newsletter.PublicID) (*newsletter.Picture, []byte, error)
	// VariantByPublicID returns a variant and its edition. Variant.Web stands in the article of a page
	// that has the list, the date and the subject (its h1) already; it has no styles and bears no person.
	VariantByPublicID(ctx context.Context, id newsletter.PublicID) (*newsletter.Variant, *newsletter.Edition, error)
	// CorrectionPages returns the versions of what corrects an edition, in a language, that have left.
	CorrectionPages(ctx context.Context, editionID int64, lang newsletter.Language) ([]newsletter.CorrectionPage, error)
	// LatestWording returns the newest version of a text in a language, or NotFound. The pages of the
	// operator's are "contact", "privacy", "accessibility" and "disclaimer", in Markdown.
	LatestWording(ctx context.Context, purpose string, lang newsletter.Language) (*newsletter.Wording, error)
}
