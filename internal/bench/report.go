package bench

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// Report is what a measurement came to: of every figure the median over the runs (of the memory the
// most), and the runs themselves.
type Report struct {
	Options     Options `json:"options"`
	Processors  int     `json:"processors"`
	Go          string  `json:"go"`
	Database    string  `json:"database"`
	MessageSize int64   `json:"message_bytes,omitempty"` // as our own sink counts it
	Run
	Ratios Ratios `json:"ratios"`
	Runs   []Run  `json:"runs"`
}

// Ratios compare what was measured in the same run; each is the median over the runs.
type Ratios struct {
	GoMail    float64 `json:"rate_to_go_mail,omitempty"`
	GoMailCPU float64 `json:"cpu_to_go_mail,omitempty"`
	Ready     float64 `json:"rate_to_ready_bytes,omitempty"`
	Signing   float64 `json:"rate_to_signing,omitempty"`
	// SigningCPU is a signature's processor time divided by that of a message, of the program, the sink and the database
	// together: what the rate would be of signing alone where nobody else uses the machine.
	SigningCPU float64 `json:"signing_cpu_share,omitempty"`
}

func (r *runs) report() *Report {
	report := &Report{Options: r.Options, Processors: runtime.GOMAXPROCS(0), Go: runtime.Version(), Database: r.database, MessageSize: r.messageSize, Runs: r.done}
	collect := func(of func(*Run) *Figures) (all []Figures) {
		for i := range r.done {
			all = append(all, *of(&r.done[i]))
		}
		return all
	}
	report.Service = medians(collect(func(run *Run) *Figures { return &run.Service }))
	if r.Yardsticks {
		goMail := medians(collect(func(run *Run) *Figures { return run.GoMail }))
		ready := medians(collect(func(run *Run) *Figures { return run.Ready }))
		report.GoMail, report.Ready = &goMail, &ready
		report.Ratios.GoMail = median(r.done, func(run *Run) float64 { return run.Service.Rate / run.GoMail.Rate })
		report.Ratios.GoMailCPU = median(r.done, func(run *Run) float64 { return run.Service.CPU / run.GoMail.CPU })
		report.Ratios.Ready = median(r.done, func(run *Run) float64 { return run.Service.Rate / run.Ready.Rate })
	}
	if r.DKIM != DKIMNone {
		report.Signing = median(r.done, func(run *Run) float64 { return run.Signing })
		report.SigningCPU = median(r.done, func(run *Run) float64 { return run.SigningCPU })
		report.Ratios.Signing = median(r.done, func(run *Run) float64 { return run.Service.Rate / run.Signing })
		report.Ratios.SigningCPU = median(r.done, func(run *Run) float64 {
			return run.SigningCPU / (run.Service.CPU + run.Service.SinkCPU + run.Service.Database)
		})
	}
	return report
}

// Rows are the report as a table: headings and rows.
func (r *Report) Rows() (head []string, rows [][]string) {
	head = []string{"SENDER", "MESSAGES/S", "CPU MS", "DATABASE MS", "SINK MS", "PEAK", "RATIO"}
	row := func(name string, f *Figures, rate, ratio float64) []string {
		cells := []string{name, whole(rate), decimal(f.CPU, 3), decimal(f.Database, 3), decimal(f.SinkCPU, 3), fmt.Sprintf("%.0f MB", f.Peak), ""}
		if ratio > 0 {
			cells[6] = fmt.Sprintf("%.2f", ratio)
		}
		return cells
	}
	alone := row("  after the fan-out", &r.Service, r.Service.SendRate, 0)
	alone[2], alone[3], alone[4], alone[5] = "", "", "", ""
	rows = append(rows, row("bode, fan-out included", &r.Service, r.Service.Rate, 1), alone)
	if r.GoMail != nil {
		rows = append(rows, row("go-mail, from templates", r.GoMail, r.GoMail.Rate, r.Ratios.GoMail), row("ready bytes, pipelined", r.Ready, r.Ready.Rate, r.Ratios.Ready))
	}
	if r.Signing > 0 {
		rows = append(rows, []string{"crypto/rsa alone", whole(r.Signing), decimal(r.SigningCPU, 3), "", "", "", fmt.Sprintf("%.2f", r.Ratios.Signing)})
	}
	return head, rows
}

// Facts are the rest of the report, a line each.
func (r *Report) Facts() []string {
	o, s := &r.Options, &r.Service
	lines := []string{
		fmt.Sprintf("%s subscribers, %d variants, %s, W = %d, %d connections, DKIM %s, %d runs (medians; of memory the most)",
			whole(float64(o.Subscribers)), o.Variants, r.Database, o.Window, o.Connections, o.DKIM, o.Runs),
		fmt.Sprintf("release %.2f s, fan-out %.2f s (%s rows/s), first message %.2f s after release", s.Release, s.FanOut, whole(s.FanOutRate), s.First),
		fmt.Sprintf("claim p50 %.1f ms, p99 %.1f ms; record p50 %.1f ms, p99 %.1f ms; %.1f messages a commit", s.ClaimP50, s.ClaimP99, s.RecordP50, s.RecordP99, s.Group),
	}
	if c := s.Confirmations; c != nil {
		lines = append(lines, fmt.Sprintf("%d people signed up meanwhile: from the form to the mail server p50 %.0f ms, p99 %.0f ms, at most %.0f ms; the page that follows p50 %.0f ms, p99 %.0f ms",
			c.SignUps, c.WaitP50, c.WaitP99, c.WaitMax, c.PageP50, c.PageP99))
	}
	if o.SMTP != "" {
		lines = append(lines, "sent to "+o.SMTP+": who got what was not counted there; the database has everybody as sent")
	} else {
		lines = append(lines, fmt.Sprintf("every reader got exactly one message, of %s bytes on average; delay before each reply %v", whole(float64(r.MessageSize)), o.ReplyDelay))
	}
	if r.Signing > 0 {
		lines = append(lines, fmt.Sprintf("an RSA signature takes %.2f of all processor time of a message", r.Ratios.SigningCPU))
	}
	if r.GoMail != nil {
		lines = append(lines, fmt.Sprintf("RATIO is bode's rate divided by that of the row; its processor time is %.2f of go-mail's", r.Ratios.GoMailCPU))
	}
	return lines
}

// whole writes 12,345.
func whole(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func decimal(n float64, digits int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", digits, n)
}

// Line is the progress in one line of at most so many characters.
func (p *Progress) Line(width int) string {
	const bar = 24
	full := 0
	if p.Of > 0 {
		full = min(bar, bar*p.Done/p.Of)
	}
	line := fmt.Sprintf("run %d/%d  %-14s [%s%s] %s of %s", p.Run, p.Runs, p.Part, strings.Repeat("#", full), strings.Repeat(".", bar-full), whole(float64(p.Done)), whole(float64(p.Of)))
	if p.Elapsed > time.Second {
		line += fmt.Sprintf("  %s/s", whole(rate(p.Done, p.Elapsed)))
	}
	return line[:min(len(line), width)]
}
