package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Server serves a handler until it is told to stop. Zero time-outs get the defaults, which cut slow
// clients and leave room for a phone on a train.
type Server struct {
	Handler http.Handler
	Log     *slog.Logger

	ReadHeader time.Duration // until the request's header is there: 5 s
	Read       time.Duration // until all of the request is there: 15 s
	Write      time.Duration // until all of the answer is out: 30 s
	Idle       time.Duration // between two requests of a connection: 60 s
	Shutdown   time.Duration // for requests that are under way when the server stops: 10 s
}

// maxHeader bounds the header of a request, in bytes.
const maxHeader = 16 << 10

// Serve answers on l until ctx ends, then lets requests under way finish. Those that don't finish in
// time are cut: they return an error. Serve closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	// Requests outlive the signal to stop, but not the server.
	base, cut := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, ctx.Done()))
	defer cut()
	server := &http.Server{
		Handler:           s.Handler,
		ReadHeaderTimeout: or(s.ReadHeader, 5*time.Second),
		ReadTimeout:       or(s.Read, 15*time.Second),
		WriteTimeout:      or(s.Write, 30*time.Second),
		IdleTimeout:       or(s.Idle, 60*time.Second),
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), // strangers' broken handshakes
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("web: serving on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), or(s.Shutdown, 10*time.Second))
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		cut()
		err = errors.Join(fmt.Errorf("web: requests were still under way: %w", err), server.Close())
	}
	<-failed //nolint:errcheck // the listener is closed: what it says is that
	return err
}

type stoppingKey struct{}

// Stopping is closed when the server has been told to stop: an answer that lasts, such as a stream, ends
// then, so that nobody waits for it. Outside a Server it is nil.
func Stopping(ctx context.Context) <-chan struct{} {
	stopping, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return stopping
}

func or(d, standard time.Duration) time.Duration {
	if d == 0 {
		return standard
	}
	return d
}
