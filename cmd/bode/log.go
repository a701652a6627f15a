package main

import (
	"io"
	"log/slog"

	"bode.example/cmd/bode/config"
)

// newLog makes the log of a service. It goes to standard error: standard output is for answers.
func newLog(w io.Writer, c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// toolLog is the log of a command that does one thing: quiet when all is well.
func (w *world) toolLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(w.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
