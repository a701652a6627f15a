package datarequest

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Store is what the package asks of the database. Each method that changes something is one transaction.
type Store interface {
	CreateRequest(ctx context.Context, r *newsletter.DataRequest, receipt newsletter.WriteAnswer, quotas []newsletter.Quota, today newsletter.Day, by newsletter.Actor, now time.Time) error
	StepRequest(ctx context.Context, id newsletter.PublicID, step newsletter.RequestStep, letter *newsletter.RequestLetter, today newsletter.Day, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error)
	RequestByLink(ctx context.Context, id newsletter.PublicID) (*newsletter.DataRequest, error)
	RequestByID(ctx context.Context, id int64) (*newsletter.DataRequest, error)
	CarryOutRequest(ctx context.Context, id newsletter.PublicID, hashes *token.Hashes, answer newsletter.WriteAnswer, today newsletter.Day, by newsletter.Actor, now time.Time) (*newsletter.Carried, error)
	RequestResult(ctx context.Context, r *newsletter.DataRequest, hashes *token.Hashes, now time.Time) (string, error)
	DataExportOf(ctx context.Context, request int64) (*newsletter.DataExport, error)
	DataExport(ctx context.Context, id newsletter.PublicID) (*newsletter.DataExport, error)
	FetchDataExport(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	Dossier(ctx context.Context, address newsletter.Address, hashes []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.Dossier, error)
	LiftRestriction(ctx context.Context, id newsletter.PublicID, letter *newsletter.RequestLetter, by newsletter.Actor, now time.Time) error
	DismissDraft(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	StopMail(ctx context.Context, r *newsletter.DataRequest, why string, hashes *token.Hashes, today newsletter.Day, by newsletter.Actor, now time.Time) error
	PostLetter(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error
	worker
}

type worker interface {
	UndecidedRequests(ctx context.Context, limit int) ([]newsletter.DataRequest, error)
	LapseRequests(ctx context.Context, limit int, today newsletter.Day, by newsletter.Actor, now time.Time) (int, error)
	RemindOfRequests(ctx context.Context, officers []newsletter.Officer, today newsletter.Day, by newsletter.Actor, now time.Time) (int, error)
	LetGoOfAddresses(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (int64, error)
	ForgetDataExports(ctx context.Context, by newsletter.Actor, now time.Time) (int64, error)
	TruncateLog(ctx context.Context) error
}
