package pgcluster

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Halt stops the server as an operator does (a fast shutdown): sessions are cut off in the middle of
// what they do. The cluster stays; Resume starts it again.
func (c *Cluster) Halt() error { return c.end(syscall.SIGINT) }

// Crash stops the server at once (an immediate shutdown), with nothing written but the log that commits
// wait for: Resume recovers from it, as after a loss of power. What Forgetful commits may be gone then.
func (c *Cluster) Crash() error { return c.end(syscall.SIGQUIT) }

func (c *Cluster) end(signal syscall.Signal) error {
	lock := filepath.Join(c.dir, "data", "postmaster.pid")
	text, err := os.ReadFile(lock)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, signal); err != nil {
		return err
	}
	return poll(func() error {
		if _, err := os.Stat(lock); !errors.Is(err, fs.ErrNotExist) {
			return errors.New("postgres does not stop")
		}
		return nil
	})
}

// Resume starts a halted server again, under the same URL.
func (c *Cluster) Resume() error {
	db, err := sql.Open("postgres", c.URL)
	if err != nil {
		return err
	}
	defer db.Close() // nothing is under way
	return c.launch(func(gone <-chan error) error {
		return poll(func() error {
			select {
			case end := <-gone:
				return fmt.Errorf("postgres ended at once: %w", end)
			default:
				return db.PingContext(context.Background())
			}
		})
	})
}

// poll waits until try succeeds, and gives up after a while with its last error.
func poll(try func() error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
