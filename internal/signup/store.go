package signup

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Store is what the package asks of the database. Each method that changes something is one
// transaction.
type Store interface {
	lists
	words
	forms
	settings
	access
	moves
	worker
}

type lists interface {
	List(ctx context.Context, id int64) (*newsletter.List, error)
	Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error)
	Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error)
}

type words interface {
	SaveWording(ctx context.Context, w *newsletter.Wording, by newsletter.Actor, now time.Time) (changed bool, err error)
	LatestWording(ctx context.Context, purpose string, language newsletter.Language) (*newsletter.Wording, error)
	WordingByHash(ctx context.Context, hash string) (*newsletter.Wording, error)
}

type forms interface {
	SignupClosed(ctx context.Context) (newsletter.Time, error)
	CreateSignup(ctx context.Context, u *newsletter.Signup, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	Confirmation(ctx context.Context, id newsletter.PublicID, now time.Time) (*newsletter.Confirmation, *newsletter.Signup, error)
	ConfirmationDelivery(ctx context.Context, signup newsletter.PublicID) (*newsletter.Delivery, error)
	ConfirmSignup(ctx context.Context, id newsletter.PublicID, proof newsletter.Proof, hashes []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.Confirmation, error)
}

type settings interface {
	Settings(ctx context.Context, id newsletter.PublicID, now time.Time) (*newsletter.Settings, error)
	Leaving(ctx context.Context, id newsletter.PublicID, now time.Time) (*newsletter.Leaving, error)
	Why(ctx context.Context, id newsletter.PublicID, now time.Time) (*newsletter.Why, error)
	SaveSettings(ctx context.Context, id newsletter.PublicID, form newsletter.SettingsForm, by newsletter.Actor, now time.Time) error
	Unsubscribe(ctx context.Context, id newsletter.PublicID, all bool, channel string, by newsletter.Actor, now time.Time) error
	ReturnSubscription(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
}

type access interface {
	CreateAccessLink(ctx context.Context, l *newsletter.AccessLink, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	AccessLink(ctx context.Context, id newsletter.PublicID) (*newsletter.AccessLink, error)
	SignupByID(ctx context.Context, id int64) (*newsletter.Signup, error)
	UseAccessLink(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	Subscriber(ctx context.Context, id int64) (*newsletter.Subscriber, error)
	Dossier(ctx context.Context, address newsletter.Address, hashes []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.Dossier, error)
	EraseForRequest(ctx context.Context, address newsletter.Address, hash func(newsletter.Address) token.Hash, r *newsletter.DataRequest, today newsletter.Day, by newsletter.Actor, now time.Time) (*newsletter.Erasure, error)
	RegisterServed(ctx context.Context, r *newsletter.DataRequest, today newsletter.Day, by newsletter.Actor, now time.Time) error
}

type moves interface {
	CreateAddressChange(ctx context.Context, c *newsletter.AddressChange, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	AddressChange(ctx context.Context, id newsletter.PublicID) (*newsletter.AddressChange, error)
	ConfirmAddress(ctx context.Context, id newsletter.PublicID, hashes []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.AddressChange, error)
	UndoAddress(ctx context.Context, id newsletter.PublicID, hashes []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.AddressChange, error)
}

type worker interface {
	UndecidedSignups(ctx context.Context, limit int) ([]newsletter.Signup, error)
	DecideSignup(ctx context.Context, id int64, hashes []token.Hash, by newsletter.Actor, now time.Time) (newsletter.SignupDecision, error)
	UndecidedAccessLinks(ctx context.Context, limit int) ([]newsletter.AccessLink, error)
	DecideAccessLink(ctx context.Context, id int64, by newsletter.Actor, now time.Time) (sent bool, err error)
	UndecidedAddressChanges(ctx context.Context, limit int) ([]newsletter.AddressChange, error)
	DecideAddressChange(ctx context.Context, id int64, hashes []token.Hash, by newsletter.Actor, now time.Time) (sent bool, err error)
	ResumeSubscriptions(ctx context.Context, limit int, by newsletter.Actor, now time.Time) (n int, err error)
	ForgetSignups(ctx context.Context, by newsletter.Actor, now time.Time) (int64, error)
	ForgetAccessLinks(ctx context.Context, by newsletter.Actor, now time.Time) (int64, error)
	ForgetAddressChanges(ctx context.Context, by newsletter.Actor, now time.Time) (int64, error)
	ForgetOrigins(ctx context.Context, before time.Time, limit int, by newsletter.Actor, now time.Time) (int64, error)
	ForgetCounters(ctx context.Context, by newsletter.Actor, now time.Time) (int64, error)
	TruncateLog(ctx context.Context) error
}
