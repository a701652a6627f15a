package frontdoor_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is bode on one machine: a folder with its configuration, and the commands that are run there.
type program struct {
	binary string
	dir    string
	env    []string
	log    *logbook
}

// newProgram makes the folder. The environment holds nothing but what a test puts in it.
func newProgram(t testing.TB) *program {
	t.Helper()
	return &program{binary: binary(t), dir: t.TempDir(), log: &logbook{},
		env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "USER=operator", "LANG=en_US.UTF-8"}}
}

func (p *program) path(name string) string { return filepath.Join(p.dir, name) }

func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// run runs a command that must succeed and returns what it prints.
func (p *program) run(t testing.TB, args ...string) string {
	t.Helper()
	out, said := p.exits(t, 0, args...)
	if said != "" {
		t.Errorf("bode %v complains: %s", args, said)
	}
	return out
}

// exits runs a command that must end with an exit code, and returns what it prints and what it says.
func (p *program) exits(t testing.TB, code int, args ...string) (out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("bode %v: exit code %d, want %d\n%s%s", args, got, code, &stdout, &stderr)
	}
	return stdout.String(), stderr.String()
}

// service is a bode serve or a bode worker at work.
type service struct {
	t      testing.TB
	cmd    *exec.Cmd
	log    *logbook
	ended  chan struct{}
	listen string
}

// grace is how long a service may take to stop: answers of the mail server are waited for half a minute.
const grace = 60 * time.Second

// start starts a service and waits until it says that it is ready.
func (p *program) start(t testing.TB, args ...string) *service {
	t.Helper()
	s := p.launch(t, args...)
	s.ready()
	return s
}

// launch starts a service and does not wait. It is stopped with the test, which fails if it doesn't stop
// well.
func (p *program) launch(t testing.TB, args ...string) *service {
	t.Helper()
	s := &service{t: t, cmd: p.command(args...), log: &logbook{above: p.log}, ended: make(chan struct{})}
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // how it ended is in its state
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("the end of the log of bode %v:\n%s", args, s.log.tail())
		}
	})
	return s
}

// ready waits until the service says that it is ready.
func (s *service) ready() {
	s.t.Helper()
	eventually(s.t, "the service to be ready", func() bool {
		select {
		case <-s.ended:
			s.t.Fatalf("bode %v ended with code %d:\n%s", s.cmd.Args[1:], s.cmd.ProcessState.ExitCode(), s.log.tail())
		default:
		}
		ready := s.log.find("ready")
		if len(ready) > 0 {
			s.listen, _ = ready[0]["listen"].(string)
		}
		return len(ready) > 0
	})
}

// signal tells the service to stop, and does not wait.
func (s *service) signal() {
	s.t.Helper()
	s.tell(syscall.SIGTERM)
}

func (s *service) tell(signal syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// stop tells the service to stop. It must do so in time, with exit code 0. Stopping twice is stopping once.
func (s *service) stop() {
	s.t.Helper()
	select {
	case <-s.ended:
		return
	default:
	}
	s.signal()
	s.wait()
}

// kill ends the service at once.
func (s *service) kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	<-s.ended
}

// wait waits for a service that was told to stop.
func (s *service) wait() {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(grace):
		_ = s.cmd.Process.Kill()
		<-s.ended
		s.t.Errorf("it did not stop within %v", grace)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("it stopped with code %d:\n%s", code, s.log.tail())
	}
}

// logbook keeps what a service logs, line by line.
type logbook struct {
	above *logbook // gets it too

	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.above != nil {
		_, _ = l.above.Write(b)
	}
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// tail is the end of the log, for the message of a test that fails.
func (l *logbook) tail() string {
	text := l.String()
	return text[max(0, len(text)-8000):]
}

// lines returns the log's lines. What is no JSON is a line without members: a panic, say.
func (l *logbook) lines() (all []map[string]any) {
	for line := range bytes.Lines([]byte(l.String())) {
		var members map[string]any
		if json.Unmarshal(line, &members) != nil {
			members = map[string]any{"level": "ERROR", "msg": string(line)}
		}
		all = append(all, members)
	}
	return all
}

// find returns the lines with a message.
func (l *logbook) find(message string) (found []map[string]any) {
	for _, line := range l.lines() {
		if line["msg"] == message {
			found = append(found, line)
		}
	}
	return found
}
