package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"bode.example/cmd/bode/config"
	"bode.example/internal/datarequest"
	"bode.example/internal/feed"
	"bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/mailer"
)

// service is the program at work: the public site, if it is served here, and the workers.
type service struct {
	config   *config.Config
	log      *slog.Logger
	now      func() time.Time
	store    *store.Store
	feeds    *feed.Worker
	staff    *staff.Service
	requests *datarequest.Service
	pool     *mailer.Pool
	workers  []func(context.Context) error
	listener net.Listener // nil: no pages
	inbound  net.Listener // of what comes back; nil: it doesn't come that way
	server   *web.Server
}

// Run works until ctx ends, or until a part fails. Then everything stops in good order: what is in
// flight is finished, requests and messages alike, and only then the connections and the database
// are closed.
func (s *service) Run(ctx context.Context) error {
	defer s.close()
	group, working := errgroup.WithContext(ctx)
	for _, work := range s.workers {
		group.Go(func() error { return untilStopped(working, work) })
	}
	if s.server != nil {
		group.Go(func() error { return s.server.Serve(working, s.listener) })
	}
	s.ready()
	err := group.Wait()
	s.log.Info("stopped")
	return err
}

// always makes a worker of a part that has no faults of its own to tell.
func always(run func(context.Context)) func(context.Context) error {
	return func(ctx context.Context) error { run(ctx); return nil }
}

// untilStopped runs a part; that it was told to stop is no error of its own.
func untilStopped(ctx context.Context, work func(context.Context) error) error {
	err := work(ctx)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// ready says in one line that the service is up, and where.
func (s *service) ready() {
	v := thisVersion()
	attrs := []any{"version", v.Version, "database", s.store.Name(), "relay", s.pool.String()}
	if s.listener != nil {
		attrs = append(attrs, "listen", s.listener.Addr().String(), "url", site(s.config))
	}
	if s.inbound != nil {
		attrs = append(attrs, "inbound", s.inbound.Addr().String())
	}
	s.log.Info("ready", attrs...)
}

// relayPatience is how long the mail server may take to prove at the start that it takes our mail.
const relayPatience = 30 * time.Second

// checkRelay tells early what is wrong with the way to the mail server. It stops nothing: mail waits
// until the server is back.
func (s *service) checkRelay(ctx context.Context) error {
	checking, cancel := context.WithTimeout(ctx, relayPatience)
	defer cancel()
	if err := s.pool.Check(checking); err != nil && ctx.Err() == nil {
		s.log.Warn("the mail server does not take our mail; mail waits until it does", "relay", s.pool.String(), "error", err)
	}
	return nil
}

// closing is how long the farewell to the mail server may take.
const closing = 10 * time.Second

// close lets go of what the service holds. It may be called when only a part is there.
func (s *service) close() {
	if s.listener != nil {
		_ = s.listener.Close() // closed already when the server had it
	}
	closeInbound(s.inbound)
	if s.pool != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closing)
		defer cancel()
		if err := s.pool.Close(ctx); err != nil {
			s.log.Warn("the connections to the mail server were cut", "error", err)
		}
	}
	if s.store != nil {
		if err := s.store.Close(); err != nil {
			s.log.Warn("the database was not closed in good order", "error", err)
		}
	}
}
