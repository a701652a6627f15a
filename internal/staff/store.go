package staff

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Store is what the package asks of the database. Each method that changes something is one
// transaction.
type Store interface {
	people
	links
	sessions
	factors
}

type people interface {
	AllStaff(ctx context.Context) ([]newsletter.Staff, error)
	Staff(ctx context.Context, id newsletter.PublicID) (*newsletter.Staff, error)
	SendTestMail(ctx context.Context, m *newsletter.Staff, quotas []newsletter.Quota, now time.Time) error
	Staffed(ctx context.Context) (bool, error)
	InviteStaff(ctx context.Context, m *newsletter.Staff, by newsletter.Actor, now time.Time) error
	ChangeStaff(ctx context.Context, m *newsletter.Staff, by newsletter.Actor, now time.Time) error
	DisableStaff(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	EnableStaff(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	EraseStaff(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	ResetFactors(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
}

type links interface {
	AskSignIn(ctx context.Context, l *newsletter.SignIn, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	UndecidedSignIns(ctx context.Context, limit int) ([]newsletter.SignIn, error)
	DecideSignIn(ctx context.Context, id int64, by newsletter.Actor, now time.Time) (sent bool, err error)
	IssueSignIn(ctx context.Context, id newsletter.PublicID, kind newsletter.SignInKind, by newsletter.Actor, now time.Time) (*newsletter.SignIn, error)
	IssueFirst(ctx context.Context, lang newsletter.Language, by newsletter.Actor, now time.Time) (*newsletter.SignIn, error)
	NameFirst(ctx context.Context, first newsletter.PublicID, l *newsletter.SignIn, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	SignIn(ctx context.Context, id newsletter.PublicID) (*newsletter.SignIn, error)
	TrySignIn(ctx context.Context, nonceHash string, quotas []newsletter.Quota, now time.Time) (*newsletter.SignIn, error)
	RefuseSignIn(ctx context.Context, id newsletter.PublicID, reason string, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	UseSignIn(ctx context.Context, id newsletter.PublicID, session *newsletter.Session, tokenHash string, now time.Time) error
	ForgetSignIns(ctx context.Context, by newsletter.Actor, now time.Time) (int64, error)
}

type sessions interface {
	Session(ctx context.Context, tokenHash string) (*newsletter.Session, error)
	SeeSession(ctx context.Context, id int64, now time.Time) error
	CarrySession(ctx context.Context, id int64, carried string) error
	Sessions(ctx context.Context, staffID int64) ([]newsletter.Session, error)
	EndSession(ctx context.Context, m *newsletter.Staff, id newsletter.PublicID, now time.Time) error
	EndOtherSessions(ctx context.Context, keep *newsletter.Session, now time.Time) (int64, error)
	ForgetSessions(ctx context.Context, idle time.Time, by newsletter.Actor, now time.Time) (int64, error)
}

type factors interface {
	Factors(ctx context.Context, staffID int64) (*newsletter.Factors, error)
	CountAttempt(ctx context.Context, quotas []newsletter.Quota, now time.Time) error
	ProveFactor(ctx context.Context, first, next *newsletter.Session, tokenHash string, proof newsletter.FactorProof, forgive []newsletter.Quota, now time.Time) error
	RefuseFactor(ctx context.Context, n *newsletter.Session, factor newsletter.Factor, by newsletter.Actor, now time.Time) error
	EnrolFactor(ctx context.Context, session, next *newsletter.Session, tokenHash string, e newsletter.Enrolment, now time.Time) error
	SaveRecoveryCodes(ctx context.Context, m *newsletter.Staff, hashes []string, now time.Time) error
	RemoveAuthenticator(ctx context.Context, m *newsletter.Staff, now time.Time) error
	RemovePasskey(ctx context.Context, m *newsletter.Staff, id newsletter.PublicID, now time.Time) error
}
