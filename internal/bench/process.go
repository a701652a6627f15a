package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"bode.example/internal/store/scratch"
)

// Command makes a process of this program: bode bench ARGS.
type Command func(ctx context.Context, args ...string) *exec.Cmd

// work runs a job in a process of its own.
func (c Command) work(ctx context.Context, j *job, tell func(sent int)) (*measure, error) {
	cmd := c(ctx, "work")
	input, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var result *measure
	for lines := json.NewDecoder(out); ; {
		var w word
		if err := lines.Decode(&w); err != nil {
			break // it has ended; how, Wait tells
		}
		tell(w.Sent)
		result = w.Result
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", j.Kind, err, strings.TrimSpace(said.String()))
	}
	if result == nil {
		return nil, fmt.Errorf("%s: it ended without a result\n%s", j.Kind, strings.TrimSpace(said.String()))
	}
	return result, nil
}

// runningSink is a sink in a process of its own.
type runningSink struct {
	address string
	cmd     *exec.Cmd
	in      io.Closer // it ends when this is closed
	lines   *json.Decoder
	said    bytes.Buffer
}

func (c Command) sink(ctx context.Context, args ...string) (*runningSink, error) {
	s := &runningSink{cmd: c(ctx, append([]string{"sink"}, args...)...)}
	s.cmd.Stderr = &s.said
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.lines = json.NewDecoder(out)
	var greeting sinkGreeting
	if err := s.lines.Decode(&greeting); err != nil {
		return nil, s.failed(err)
	}
	s.address = greeting.Address
	return s, nil
}

// stop ends the sink and returns what it took.
func (s *runningSink) stop() (*SinkReport, error) {
	_ = s.in.Close() // it may have ended by itself: then the report is missing
	var report SinkReport
	if err := s.lines.Decode(&report); err != nil {
		return nil, s.failed(err)
	}
	return &report, s.cmd.Wait()
}

func (s *runningSink) failed(err error) error {
	_ = s.in.Close()
	return fmt.Errorf("the mail server that was brought along ended: %w\n%s", errors.Join(err, s.cmd.Wait()), strings.TrimSpace(s.said.String()))
}

// checkRecord holds a sink's record against what should be in it: every reader of a crowd, exactly once. Newcomers too:
// it returns when they got theirs.
func checkRecord(record io.Reader, readers int) (newcomers map[string]int64, err error) {
	newcomers = map[string]int64{}
	got := make(map[string]int, readers)
	lines := bufio.NewScanner(record)
	for lines.Scan() {
		address, number, _ := strings.Cut(lines.Text(), " ")
		number, time, timed := strings.Cut(number, " ")
		n, err := strconv.Atoi(number)
		if timed && err == nil && n == 1 {
			newcomers[address], err = strconv.ParseInt(time, 10, 64)
			n = 0
		}
		if err != nil {
			return nil, fmt.Errorf("the record of the mail server has a line %q", lines.Text())
		}
		if n > 0 {
			got[address] += n
		}
	}
	missing, repeated := 0, 0
	for i := range readers {
		address := scratch.Address(i)
		switch got[address] {
		case 0:
			missing++
		case 1:
		default:
			repeated++
		}
		delete(got, address)
	}
	if missing+repeated+len(got) > 0 {
		return nil, fmt.Errorf("the mail server counts otherwise: %d of %d readers got nothing, %d got it more than once, and %d got it who are no readers",
			missing, readers, repeated, len(got))
	}
	return newcomers, lines.Err()
}
