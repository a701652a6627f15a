package pgcluster

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// installation is where PostgreSQL's server programs are and as whom they run.
type installation struct {
	bin        string
	user       string
	credential *syscall.Credential // nil: as this process
}

// ErrNotInstalled says that there is nothing to start, and what to install.
var ErrNotInstalled = errors.New(`no PostgreSQL server found (looked for initdb in PATH and in /usr/lib/postgresql/*/bin).
Install one, version 14 or newer (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql)`)

func findInstallation() (*installation, error) {
	i := &installation{user: "of this process"}
	if path, err := exec.LookPath("initdb"); err == nil {
		i.bin = filepath.Dir(path)
	} else if i.bin = newest("/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb"); i.bin == "" {
		return nil, ErrNotInstalled
	}
	if os.Geteuid() != 0 {
		return i, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			i.user = name
			i.credential, err = credential(u)
			return i, err
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as: use another user")
}

// newest returns the directory of the match with the highest version, or "".
func newest(patterns ...string) string {
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		if len(found) > 0 {
			return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
		}
	}
	return ""
}

// version returns the first number in a path such as /usr/lib/postgresql/15/bin/initdb.
func version(path string) (n int) {
	for i := 0; i < len(path); i++ {
		switch digit := path[i] - '0'; {
		case digit <= 9:
			n = 10*n + int(digit)
		case n > 0:
			return n
		}
	}
	return n
}

func credential(u *user.User) (*syscall.Credential, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (i *installation) path(program string) string { return filepath.Join(i.bin, program) }

// own gives a file or directory to the user that the server runs as.
func (i *installation) own(dir string) error {
	if i.credential == nil {
		return nil
	}
	return os.Chown(dir, int(i.credential.Uid), int(i.credential.Gid))
}

// writeFile writes a file that only the server's user can read.
func (i *installation) writeFile(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return i.own(path)
}

// command makes a command that runs as that user, in dir, with messages in English. It has a process
// group of its own: Ctrl-C in the terminal ends the tests first, and the server after them.
func (i *installation) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:gosec,noctx // it is stopped by hand; PostgreSQL's own programs, from the folder of its installation
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: i.credential}
	return cmd
}
