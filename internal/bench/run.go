package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/scratch"
)

// Bench measures.
type Bench struct {
	Options
	// Server is a PostgreSQL server, whose role may make databases; "": a private one is started.
	Server string
	Now    func() time.Time
	// Command makes processes of this program.
	Command Command
	// Prepare writes the keys and the configuration of an installation, before its database is made.
	Prepare func(Installation) error
	// Tell hears how far it is; nil: nobody does.
	Tell func(Progress)
}

// Progress is how far a part of the measurement is.
type Progress struct {
	Run, Runs int
	Part      string
	Done, Of  int
	Elapsed   time.Duration // since the part began
}

// The most messages of a yardstick: enough to be steady, and no more.
const (
	yardstickMessages = 20_000
	slowMessages      = 4_000 // with a delay before every reply
)

// Send takes all measurements. Everything that it makes is gone afterwards.
func (b *Bench) Send(ctx context.Context) (_ *Report, err error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bode-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	server := b.Server
	if b.Engine == Postgres && server == "" {
		cluster, err := scratch.StartCluster()
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, cluster.Stop()) }()
		server = cluster.URL()
	}
	r := &runs{Bench: b, dir: dir, server: server}
	for r.number = 1; r.number <= b.Runs; r.number++ {
		if err := r.one(ctx); err != nil {
			return nil, fmt.Errorf("run %d of %d: %w", r.number, b.Runs, err)
		}
	}
	return r.report(), nil
}

// runs is the state of a measurement.
type runs struct {
	*Bench
	dir, server string
	number      int
	database    string // in words
	letter      []byte
	messageSize int64
	done        []Run
}

// Run is what came out of one run.
type Run struct {
	Service Figures  `json:"service"`
	GoMail  *Figures `json:"go_mail,omitempty"`
	Ready   *Figures `json:"ready_bytes,omitempty"`
	// Signing is how many RSA-2048 signatures crypto/rsa alone makes in a second.
	Signing float64 `json:"signing_per_second,omitempty"`
	// SigningCPU is the processor time that one of them takes, in milliseconds.
	SigningCPU float64 `json:"signing_cpu_ms,omitempty"`
}

// one takes the measurements of a run, one after the other.
func (r *runs) one(ctx context.Context) error {
	var run Run
	if err := r.service(ctx, &run.Service); err != nil {
		return err
	}
	if r.DKIM != DKIMNone {
		m, err := r.measure(ctx, &job{Kind: kindSigning}, nil)
		if err != nil {
			return err
		}
		run.Signing, run.SigningCPU = m.PerSecond, milliseconds(m.CPU)
	}
	if r.Yardsticks {
		run.GoMail, run.Ready = new(Figures), new(Figures)
		if err := r.yardstick(ctx, kindGoMail, run.GoMail); err != nil {
			return err
		}
		if err := r.yardstick(ctx, kindReady, run.Ready); err != nil {
			return err
		}
	}
	r.done = append(r.done, run)
	return nil
}

// measure has a job done, and tells how far it is.
func (r *runs) measure(ctx context.Context, j *job, f *Figures) (*measure, error) {
	tell := r.teller(j.Kind, j.Messages)
	tell(0)
	m, err := r.Command.work(ctx, j, tell)
	if err == nil && f != nil {
		*f = m.figures()
	}
	return m, err
}

func (r *runs) teller(part string, of int) func(done int) {
	began := r.Now()
	return func(done int) {
		if r.Tell != nil {
			r.Tell(Progress{Run: r.number, Runs: r.Runs, Part: part, Done: done, Of: of, Elapsed: r.Now().Sub(began)})
		}
	}
}

// service stages an edition in a database of its own, and has the service send it.
func (r *runs) service(ctx context.Context, f *Figures) (err error) {
	dir := filepath.Join(r.dir, fmt.Sprintf("run-%d", r.number))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	database := scratch.SQLite(dir)
	if r.server != "" {
		if database, err = scratch.Postgres(ctx, r.server); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, database.Drop(context.WithoutCancel(ctx))) }()
	if r.database = database.Server; r.database == "" {
		r.database = "SQLite"
	}
	i := r.installation(dir)
	i.Database = database.Name
	if err := r.Prepare(i); err != nil {
		return err
	}
	edition, err := r.stage(ctx, database)
	if err != nil {
		return fmt.Errorf("making the readers: %w", err)
	}
	if err := r.sending(ctx, &job{Kind: kindService, Messages: r.Subscribers, Installation: i, SignUps: r.Confirmations}, f); err != nil {
		return err
	}
	return r.look(ctx, database, edition)
}

func (r *runs) installation(dir string) Installation {
	return Installation{Dir: dir, Relay: r.SMTP, Window: r.Window, Connections: r.Connections, DKIM: r.DKIM, Profile: r.Profile}
}

// quiet is the log of what is not measured.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (r *runs) stage(ctx context.Context, database *scratch.Database) (*newsletter.Edition, error) {
	s, err := store.Open(ctx, database.Name, quiet())
	if err != nil {
		return nil, err
	}
	defer s.Close() // what was written has been committed
	if _, _, err := s.Migrate(ctx); err != nil {
		return nil, err
	}
	g := &stage{store: s, database: database, subscribers: r.Subscribers, variants: r.Variants, now: r.Now(),
		tell: r.teller("making readers", r.Subscribers)}
	return g.set(ctx)
}

// sending has a job done that sends, to the server that was named or to a sink of its own, which is
// asked afterwards.
func (r *runs) sending(ctx context.Context, j *job, f *Figures) error {
	if r.SMTP != "" {
		_, err := r.measure(ctx, j, f)
		return err
	}
	record := filepath.Join(r.dir, "record")
	sink, err := r.Command.sink(ctx, "--reply-delay", r.ReplyDelay.String(), "--record", record, "--times", newcomerDomain)
	if err != nil {
		return err
	}
	j.Installation.Relay = sink.address
	m, err := r.measure(ctx, j, f)
	report, e := sink.stop()
	if err = errors.Join(err, e); err != nil {
		return err
	}
	f.SinkCPU = perMessage(time.Duration(report.CPU)*time.Microsecond, j.Messages)
	r.messageSize = report.Bytes / int64(max(1, report.Messages))
	file, err := os.Open(record)
	if err != nil {
		return err
	}
	defer file.Close() // it was only read
	arrived, err := checkRecord(file, j.Messages)
	if err == nil && j.SignUps > 0 {
		f.Confirmations, err = confirmations(m.Newcomers, arrived)
	}
	return err
}

// look reads in the database what became of the deliveries, and takes a letter for the yardsticks.
func (r *runs) look(ctx context.Context, database *scratch.Database, e *newsletter.Edition) error {
	s, err := store.Open(ctx, database.Name, quiet())
	if err != nil {
		return err
	}
	defer s.Close() // nothing was written
	states, err := s.Progress(ctx, e.ID)
	if err != nil {
		return err
	}
	if len(states) != 1 || states[newsletter.DeliverySent] != r.Subscribers {
		return fmt.Errorf("of %d deliveries not all were sent: %v", r.Subscribers, states)
	}
	variants, err := s.EditionVariants(ctx, e.ID)
	if err != nil {
		return err
	}
	if len(variants) != r.Variants {
		return fmt.Errorf("there are %d variants instead of %d", len(variants), r.Variants)
	}
	v, _, err := s.VariantByPublicID(ctx, variants[0].PublicID)
	if err == nil {
		r.letter = v.Letter
	}
	return err
}

// yardstick measures another way to send the same letter.
func (r *runs) yardstick(ctx context.Context, kind string, f *Figures) error {
	n := min(r.Subscribers, yardstickMessages)
	if r.ReplyDelay > 0 {
		n = min(n, slowMessages)
	}
	return r.sending(ctx, &job{Kind: kind, Messages: n, Installation: r.installation(""), Letter: r.letter}, f)
}
