package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"bode.example/internal/store/scratch"
	"bode.example/mailer"
)

// The kinds of work.
const (
	kindService = "service"
	kindGoMail  = "go-mail"
	kindReady   = "ready bytes"
	kindSigning = "crypto/rsa"
)

// Installation is where a service to be measured lives.
type Installation struct {
	Dir         string `json:"dir"`      // holds its keys and its configuration
	Database    string `json:"database"` // as store.Open takes it
	Relay       string `json:"relay"`    // host:port
	Window      int    `json:"window"`
	Connections int    `json:"connections"`
	DKIM        string `json:"dkim"`
	Profile     string `json:"profile,omitempty"` // folder for profiles of the service
}

// job is one thing to measure, as the process gets it that is measured.
type job struct {
	Kind         string       `json:"kind"`
	Messages     int          `json:"messages"`
	Installation Installation `json:"installation"`
	Letter       []byte       `json:"letter,omitempty"`   // of the yardsticks
	SignUps      float64      `json:"sign_ups,omitempty"` // a second, while the service sends
}

// word is a line that a working process prints.
type word struct {
	Sent   int      `json:"sent"` // so far
	Result *measure `json:"result,omitempty"`
}

// measure is what came out of one job.
type measure struct {
	Messages int           `json:"messages"`
	Took     time.Duration `json:"took"`
	CPU      time.Duration `json:"cpu"` // of the process; of signing, of one signature
	Peak     int64         `json:"peak"`
	// ServerCPU is that of a PostgreSQL server on this machine; nil: there is none, or it can't be seen.
	ServerCPU *time.Duration `json:"server_cpu,omitempty"`
	PerSecond float64        `json:"per_second"` // of signatures
	Steps     *steps         `json:"steps,omitempty"`
	Newcomers []newcomer     `json:"newcomers,omitempty"`
}

// steps are the parts of a run of the service.
type steps struct {
	Release   time.Duration `json:"release"`    // deciding and rendering, until it is stored
	FanOut    time.Duration `json:"fan_out"`    // from there until every reader has a delivery
	First     time.Duration `json:"first"`      // from there until the first message is recorded as sent
	AfterSent int           `json:"after_sent"` // messages that were sent after the fan-out
	After     time.Duration `json:"after"`      // the time for those
	Failed    int           `json:"failed"`
	Made      int64         `json:"made"`
	ClaimP50  time.Duration `json:"claim_p50"`
	ClaimP99  time.Duration `json:"claim_p99"`
	RecordP50 time.Duration `json:"record_p50"`
	RecordP99 time.Duration `json:"record_p99"`
	Records   int           `json:"records"`
}

// Service runs the whole service of an installation, metered, until ctx ends.
type Service func(ctx context.Context, i Installation, m *Meter) error

// Work does the job that it reads, and prints how far it is, and the result, as lines of JSON.
func Work(ctx context.Context, in io.Reader, out io.Writer, now func() time.Time, service Service) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return fmt.Errorf("the job can't be read: %w", err)
	}
	lines := json.NewEncoder(out)
	var result *measure
	var err error
	switch j.Kind {
	case kindSigning:
		result = &measure{}
		cpu := ownCPU()
		result.PerSecond, err = signs(now)
		result.CPU = (ownCPU() - cpu) / signatures
	case kindService:
		result, err = j.service(ctx, now, service, lines)
	default:
		result, err = j.yardstick(ctx, now, lines)
	}
	if err != nil {
		return err
	}
	result.Messages, result.Peak = j.Messages, ownPeak()
	return lines.Encode(word{Sent: j.Messages, Result: result})
}

// tell prints how far something is until ctx ends.
func tell(ctx context.Context, lines *json.Encoder, sent func() int) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = lines.Encode(word{Sent: sent()}) // whoever listens has gone: then the work ends by itself
		}
	}
}

// whileTelling runs what is measured beside what tells about it.
func whileTelling(ctx context.Context, lines *json.Encoder, sent func() int, run func() error) error {
	telling, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() { tell(telling, lines, sent); close(told) }()
	err := run()
	stop()
	<-told
	return err
}

func (j *job) service(ctx context.Context, now func() time.Time, service Service, lines *json.Encoder) (*measure, error) {
	m := NewMeter(j.Messages, now)
	serverCPU, known := scratch.ServerCPU(ctx, j.Installation.Database)
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- service(running, j.Installation, m) }()
	people := &newcomers{perSecond: j.SignUps, now: now}
	err := whileTelling(ctx, lines, m.Sent, func() error {
		signedUp := make(chan error, 1)
		if j.SignUps > 0 {
			go func() { signedUp <- people.during(running, m) }()
		} else {
			signedUp <- nil
		}
		select {
		case <-m.done:
			return <-signedUp
		case err := <-ended:
			return errors.Join(err, errors.New("the service ended before everything was sent"))
		}
	})
	if err != nil {
		return nil, err
	}
	result := m.result()
	result.Newcomers = people.all
	if known {
		if took, known := scratch.ServerCPU(ctx, j.Installation.Database); known {
			took -= serverCPU
			result.ServerCPU = &took
		}
	}
	stop()
	return result, <-ended
}

// result reads the meter when all is done.
func (m *Meter) result() *measure {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &measure{Took: m.last.Sub(m.began), CPU: m.cpuEnd - m.cpu, Steps: &steps{
		Release: m.released.Sub(m.began), FanOut: m.fannedOut.Sub(m.released), First: m.first.Sub(m.released),
		AfterSent: m.sent + m.failed - m.early, After: m.last.Sub(m.fannedOut), Failed: m.failed, Made: m.deliveries,
		ClaimP50: quantile(m.claims, 0.5), ClaimP99: quantile(m.claims, 0.99),
		RecordP50: quantile(m.records, 0.5), RecordP99: quantile(m.records, 0.99), Records: len(m.records),
	}}
}

func (j *job) yardstick(ctx context.Context, now func() time.Time, lines *json.Encoder) (*measure, error) {
	y := &yardstick{relay: j.Installation.Relay, connections: j.Installation.Connections, messages: j.Messages, now: now, letter: new(mailer.Letter)}
	if err := y.letter.UnmarshalBinary(j.Letter); err != nil {
		return nil, err
	}
	send := y.readyBytes
	if j.Kind == kindGoMail {
		send = y.goMail
	}
	cpu, began := ownCPU(), now()
	err := whileTelling(ctx, lines, func() int { return int(y.sent.Load()) }, func() error { return send(ctx) })
	return &measure{Took: now().Sub(began), CPU: ownCPU() - cpu}, err
}
