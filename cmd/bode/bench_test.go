package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"bode.example/internal/bench"
	"bode.example/internal/store/storetest"
	"bode.example/mailer/mailertest"
)

// TestBenchSend measures a small edition on both engines, in every way to sign: the figures are not
// looked at but for whether they are there, the counts are.
func TestBenchSend(t *testing.T) {
	for name, args := range map[string][]string{
		"sqlite":   {"--engine", "sqlite", "--dkim", "rsa", "--confirmations", "2"},
		"postgres": {"--engine", "postgres", "--database", storetest.PostgresURL(t), "--dkim", "ed25519", "--reply-delay", "1ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"bench", "send", "--subscribers", "150", "--variants", "12", "--window", "16", "--connections", "3", "--runs", "2", "--json"}, args...)
			cmd := exec.Command("bode", args...)
			var said strings.Builder
			cmd.Stderr = &said
			out, err := cmd.Output()
			if err != nil || said.Len() > 0 {
				t.Fatalf("%v\n%s", err, said.String())
			}
			var report bench.Report
			if err := json.Unmarshal(out, &report); err != nil {
				t.Fatal(err)
			}
			if len(report.Runs) != 2 || report.Options.Variants != 12 || report.MessageSize < 10_000 || report.MessageSize > 16_000 {
				t.Errorf("%s", out)
			}
			for who, f := range map[string]*bench.Figures{"service": &report.Service, "go-mail": report.GoMail, "ready bytes": report.Ready} {
				if f.Messages != 150 || f.Rate <= 0 || f.CPU <= 0 || f.SinkCPU <= 0 || f.Peak <= 0 {
					t.Errorf("%s: %+v", who, f)
				}
			}
			s := report.Service.ServiceFigures
			if s == nil || s.Failed != 0 || s.SendRate <= 0 || s.FanOutRate <= 0 || s.First <= 0 || s.ClaimP99 < s.ClaimP50 || s.RecordP99 < s.RecordP50 || s.Group < 1 {
				t.Errorf("%+v", s)
			}
			if c := report.Service.Confirmations; (c != nil) != (name == "sqlite") || c != nil && (c.SignUps < 1 || c.WaitP99 < c.WaitP50 || c.WaitP50 <= 0 || c.PageP99 <= 0) {
				t.Errorf("%+v", c)
			}
			if r := report.Ratios; r.GoMail <= 0 || r.GoMailCPU <= 0 || r.Ready <= 0 || r.Signing <= 0 || r.SigningCPU <= 0 {
				t.Errorf("%+v", r)
			}
			if name == "postgres" != strings.HasPrefix(report.Database, "PostgreSQL ") {
				t.Errorf("database %q", report.Database)
			}
		})
	}
}

// TestBenchSendsElsewhere sends to a mail server that was named, and prints a table.
func TestBenchSendsElsewhere(t *testing.T) {
	t.Parallel()
	peer := mailertest.New(t, mailertest.Script{})
	out, err := exec.Command("bode", "bench", "send", "--subscribers", "20", "--runs", "1", "--no-yardsticks", "--smtp", peer.Addr()).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "bode, fan-out included") || !strings.Contains(string(out), "was not counted there") {
		t.Errorf("%v\n%s", err, out)
	}
	if n := len(peer.Messages()); n != 20 {
		t.Errorf("%d messages for 20 readers", n)
	}
}

func TestBenchRefuses(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--subscribers 0: it must be from 1 to":              {"--subscribers", "0"},
		"--database is for --engine postgres":                {"--database", "bode.sqlite"},
		"--engine postgres needs a URL":                      {"--engine", "postgres", "--database", "bode.sqlite"},
		"no database can be made on postgres://127.0.0.1:1/": {"--engine", "postgres", "--database", "postgres://127.0.0.1:1/bode"},
		"only a server on this machine will do":              {"--smtp", "mail.example.org:25"},
	} {
		cmd := exec.Command("bode", append([]string{"bench", "send", "--runs", "1"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v\n%s", want, err, out)
		}
	}
}
