package pgcluster

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
)

// Cluster is a running private PostgreSQL server.
type Cluster struct {
	// URL is that of its maintenance database, for a role that may create databases.
	URL string

	install  *installation
	settings Settings
	dir      string
	port     string
	watcher  *exec.Cmd
	hold     io.Closer // the watcher takes the cluster away when this end of its pipe closes
}

// Settings are parameters of the server, beside those that keep it private.
type Settings map[string]string

// Forgetful makes a server that is fast to start, roomy in connections and forgets all in a crash.
func Forgetful() Settings {
	return Settings{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"wal_level": "minimal", "max_wal_senders": "0",
		"max_connections": "500", "shared_buffers": "64MB",
	}
}

// Ordinary is a server as PostgreSQL comes: a commit is on the disk when it is answered.
func Ordinary() Settings { return Settings{} }

// patience bounds every single step against the server, on the slowest machine that we know.
const patience = 60 * time.Second

// Start makes and starts a cluster. It ends with Stop or with this process, whichever is first.
func Start(settings Settings) (*Cluster, error) {
	install, err := findInstallation()
	if err != nil {
		return nil, err
	}
	c, err := newCluster(install, settings)
	if err != nil {
		return nil, err
	}
	if err := c.run(install); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// Stop ends the server and removes its directory.
func (c *Cluster) Stop() error {
	if err := c.hold.Close(); err != nil {
		return err
	}
	return c.watcher.Wait()
}

// watch is the watcher's script: it sleeps until its standard input ends, then takes away server
// and directory ($1). It waits for the lock file to go (ten seconds at most), not for the process: in
// a container without an init a dead process can stay listed for ever.
const watch = `cat >/dev/null
if pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null); then
	kill -INT "$pid" 2>/dev/null
	n=0; while [ -e "$1/data/postmaster.pid" ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done
fi
rm -rf "$1"`

func newCluster(install *installation, settings Settings) (*Cluster, error) {
	dir, err := os.MkdirTemp("", "bode-postgres-")
	if err != nil {
		return nil, err
	}
	if err := install.own(dir); err != nil {
		return nil, fmt.Errorf("giving %s to the user %s: %w", dir, install.user, err)
	}
	c := &Cluster{install: install, settings: settings, dir: dir}
	c.watcher = install.command(dir, "/bin/sh", "-c", watch, "watch", dir)
	if c.hold, err = c.watcher.StdinPipe(); err != nil {
		return nil, err
	}
	if err := c.watcher.Start(); err != nil {
		return nil, fmt.Errorf("starting a process as user %s: %w", install.user, err)
	}
	return c, nil
}

// run makes the data directory, starts the server and waits until it answers.
func (c *Cluster) run(install *installation) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	password := rand.Text()
	if err := install.writeFile(filepath.Join(c.dir, "password"), password+"\n"); err != nil {
		return err
	}
	initdb := install.command(c.dir, install.path("initdb"), "--pgdata=data", "--username=postgres", "--encoding=UTF8",
		"--locale=C", "--auth=password", "--pwfile=password", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb as user %s in %s (a directory that user must be able to reach): %w\n%s", install.user, c.dir, err, out)
	}
	// A free port can be taken by somebody else before the server has it: then another one.
	for try := 1; ; try++ {
		err := c.serve(ctx, password)
		if err == nil {
			return nil
		}
		if try == 5 || !strings.Contains(err.Error(), "could not bind") {
			return err
		}
	}
}

func (c *Cluster) serve(ctx context.Context, password string) (err error) {
	if c.port, err = freePort(); err != nil {
		return err
	}
	return c.launch(func(gone <-chan error) error { return c.awaitRole(ctx, gone, password) })
}

// launch starts the server on the cluster's port and waits for it.
func (c *Cluster) launch(await func(gone <-chan error) error) error {
	args := []string{"-D", "data", "-p", c.port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="}
	for name, value := range c.settings {
		args = append(args, "-c", name+"="+value)
	}
	server := c.install.command(c.dir, c.install.path("postgres"), args...)
	logFile, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return err
	}
	defer logFile.Close() // the server has its own copy
	server.Stdout, server.Stderr = logFile, logFile
	if err := server.Start(); err != nil {
		return err
	}
	gone := make(chan error, 1)
	go func() { gone <- server.Wait() }() // ends with the server, which the watcher ends
	if err := await(gone); err != nil {
		said, _ := os.ReadFile(logFile.Name()) // an unreadable log leaves the error as it is
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}

// awaitRole polls until the server lets the superuser make the role that tests use.
func (c *Cluster) awaitRole(ctx context.Context, gone <-chan error, password string) error {
	db, err := sql.Open("postgres", c.urlOf("postgres", password))
	if err != nil {
		return err
	}
	defer db.Close() // nothing is under way
	for {
		_, err = db.ExecContext(ctx, "CREATE ROLE bode LOGIN CREATEDB PASSWORD '"+password+"'")
		if err == nil {
			c.URL = c.urlOf("bode", password)
			return nil
		}
		select {
		case end := <-gone:
			return fmt.Errorf("postgres ended at once: %v", end) //nolint:errorlint // nil when it says that all is well
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *Cluster) urlOf(role, password string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password),
		Host: net.JoinHostPort("127.0.0.1", c.port), Path: "/postgres", RawQuery: "sslmode=disable"}
	return u.String()
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close() // it accepted nothing
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
