package bench

import (
	"math"
	"slices"
	"time"
)

// Figures are what one way of sending came to. Rates are messages a second, processor times are
// milliseconds a message, all other times are seconds or, where they say so, milliseconds.
type Figures struct {
	Messages int     `json:"messages"`
	Seconds  float64 `json:"seconds"`
	Rate     float64 `json:"per_second"`
	CPU      float64 `json:"cpu_ms"`
	SinkCPU  float64 `json:"sink_cpu_ms,omitempty"`    // where the sink is ours
	Database float64 `json:"database_cpu_ms,omitzero"` // where it is a server that can be seen; SQLite is part of the program
	Peak     float64 `json:"peak_mb"`

	*ServiceFigures
	// Confirmations are measured when they are asked for.
	Confirmations *ConfirmationFigures `json:"confirmations,omitempty"`
}

// ServiceFigures are what only the service has.
type ServiceFigures struct {
	// SendRate is the rate after the fan-out had ended: the sending alone.
	SendRate   float64 `json:"per_second_after_fan_out"`
	Release    float64 `json:"release_seconds"`
	FanOut     float64 `json:"fan_out_seconds"`
	FanOutRate float64 `json:"fan_out_per_second"`
	First      float64 `json:"first_message_seconds"` // from release until the first is recorded as sent
	ClaimP50   float64 `json:"claim_p50_ms"`
	ClaimP99   float64 `json:"claim_p99_ms"`
	RecordP50  float64 `json:"record_p50_ms"`
	RecordP99  float64 `json:"record_p99_ms"`
	Group      float64 `json:"messages_per_commit"`
	Failed     int     `json:"failed"`
}

func perMessage(d time.Duration, messages int) float64 {
	return float64(d) / float64(time.Millisecond) / float64(max(1, messages))
}

func rate(messages int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(messages) / d.Seconds()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (m *measure) figures() Figures {
	f := Figures{Messages: m.Messages, Seconds: m.Took.Seconds(), Rate: rate(m.Messages, m.Took), CPU: perMessage(m.CPU, m.Messages),
		Peak: float64(m.Peak) / (1 << 20)}
	if m.ServerCPU != nil {
		f.Database = perMessage(*m.ServerCPU, m.Messages)
	}
	if s := m.Steps; s != nil {
		f.ServiceFigures = &ServiceFigures{
			SendRate: rate(s.AfterSent, s.After), Release: s.Release.Seconds(), FanOut: s.FanOut.Seconds(), FanOutRate: rate(int(s.Made), s.FanOut),
			First: s.First.Seconds(), ClaimP50: milliseconds(s.ClaimP50), ClaimP99: milliseconds(s.ClaimP99),
			RecordP50: milliseconds(s.RecordP50), RecordP99: milliseconds(s.RecordP99),
			Group: float64(m.Messages) / float64(max(1, s.Records)), Failed: s.Failed,
		}
	}
	return f
}

// median of a figure over runs.
func median[R any](runs []R, figure func(*R) float64) float64 {
	all := make([]float64, len(runs))
	for i := range runs {
		all[i] = figure(&runs[i])
	}
	slices.Sort(all)
	n := len(all)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return all[n/2]
	}
	return (all[n/2-1] + all[n/2]) / 2
}

// medians is the median of every figure by itself.
func medians(all []Figures) Figures {
	of := func(figure func(*Figures) float64) float64 { return median(all, figure) }
	f := Figures{
		Messages: all[0].Messages,
		Seconds:  of(func(f *Figures) float64 { return f.Seconds }),
		Rate:     of(func(f *Figures) float64 { return f.Rate }),
		CPU:      of(func(f *Figures) float64 { return f.CPU }),
		SinkCPU:  of(func(f *Figures) float64 { return f.SinkCPU }),
		Database: of(func(f *Figures) float64 { return f.Database }),
		Peak:     slices.MaxFunc(all, func(a, b Figures) int { return int(a.Peak*1000) - int(b.Peak*1000) }).Peak,
	}
	if all[0].Confirmations != nil {
		f.Confirmations = medianConfirmations(all)
	}
	if all[0].ServiceFigures == nil {
		return f
	}
	f.ServiceFigures = &ServiceFigures{
		SendRate:   of(func(f *Figures) float64 { return f.SendRate }),
		Release:    of(func(f *Figures) float64 { return f.Release }),
		FanOut:     of(func(f *Figures) float64 { return f.FanOut }),
		FanOutRate: of(func(f *Figures) float64 { return f.FanOutRate }),
		First:      of(func(f *Figures) float64 { return f.First }),
		ClaimP50:   of(func(f *Figures) float64 { return f.ClaimP50 }),
		ClaimP99:   of(func(f *Figures) float64 { return f.ClaimP99 }),
		RecordP50:  of(func(f *Figures) float64 { return f.RecordP50 }),
		RecordP99:  of(func(f *Figures) float64 { return f.RecordP99 }),
		Group:      of(func(f *Figures) float64 { return f.Group }),
	}
	for i := range all {
		f.Failed += all[i].Failed
	}
	return f
}
