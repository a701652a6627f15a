package storetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Disk is a directory in which a test can use up the room.
type Disk struct {
	Dir     string
	t       testing.TB
	ballast *os.File // that fills a file system; nil while there is room
	limited bool     // the process's own limit stands in for a file system
}

const (
	envDisk    = "BODE_TEST_DISK" // in the process that has the disk: mount or limit
	exitDenied = 77               // of that process, when it was not allowed to mount
)

// OnDisk runs a test on a small file system of so many bytes. To mount one takes a process with a view
// of the file systems of its own: so the test, which must be a top-level one, is run once more in
// another process, which gets the Disk; in the first process OnDisk fails as that one did and returns
// nil. Nothing is left behind, however the process ends.
//
// Root may mount; other users may where the system lets them have a user namespace, or sudo asks for
// no password. Where nobody may (in most containers), OnLimit stands in.
func OnDisk(t *testing.T, size int64) *Disk {
	t.Helper()
	switch os.Getenv(envDisk) {
	case "mount":
		return mount(t, size)
	case "limit":
		return limit(t)
	}
	for _, command := range []func(string, ...string) *exec.Cmd{asSelf, inUserNamespace, bySudo} {
		if again(t, "mount", command) {
			return nil
		}
	}
	return OnLimit(t)
}

// OnLimit is OnDisk with a limit of the size of files (setrlimit(2), systemd's LimitFSIZE), which fails
// as a quota does.
func OnLimit(t *testing.T) *Disk {
	t.Helper()
	if os.Getenv(envDisk) == "limit" {
		return limit(t)
	}
	again(t, "limit", exec.Command)
	return nil
}

// again runs the test in another process, and reports whether that could be done.
func again(t *testing.T, how string, command func(string, ...string) *exec.Cmd) bool {
	t.Helper()
	cmd := command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", fmt.Sprintf("-test.v=%t", testing.Verbose()))
	cmd.Env = append(os.Environ(), envDisk+"="+how)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil && strings.Contains(string(out), "PASS"):
		t.Logf("in a process of its own, with a %s:\n%s", how, out)
		return true
	case errors.As(err, &exit) && exit.ExitCode() != exitDenied && strings.Contains(string(out), "FAIL"):
		t.Errorf("in a process of its own, with a %s: %v\n%s", how, err, out)
		return true
	}
	t.Logf("with a %s: %v\n%s", how, err, out)
	return false
}

func asSelf(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// inUserNamespace keeps the user's id: PostgreSQL refuses root, also a pretended one.
func inUserNamespace(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN},
		Pdeathsig:   syscall.SIGKILL,
	}
	return cmd
}

func bySudo(program string, args ...string) *exec.Cmd {
	return exec.Command("sudo", append([]string{"-n", "--preserve-env", "unshare", "--mount", "--", program}, args...)...)
}

func mount(t *testing.T, size int64) *Disk {
	t.Helper()
	dir, err := os.MkdirTemp("", "bode-disk-") //nolint:usetesting // t.TempDir lies where other users, such as PostgreSQL's, don't get
	if err != nil {
		t.Fatal(err)
	}
	err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Mount("bode-test", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0777", size))
	}
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		fmt.Println("mount:", err, os.Remove(dir))
		os.Exit(exitDenied)
	}
	d := &Disk{Dir: dir, t: t}
	d.check(err)
	t.Cleanup(func() {
		d.Free()
		if err := errors.Join(unix.Unmount(dir, unix.MNT_DETACH), os.Remove(dir)); err != nil {
			t.Error(err)
		}
	})
	return d
}

func limit(t *testing.T) *Disk {
	t.Helper()
	d := &Disk{Dir: t.TempDir(), t: t, limited: true}
	t.Cleanup(d.Free)
	return d
}

// Fill leaves room for so many pages of 4 KiB, and no more.
func (d *Disk) Fill(room int) {
	d.t.Helper()
	if d.limited {
		d.limit(uint64(room) << 12) //nolint:gosec // tests ask for no negative room
		return
	}
	if d.ballast == nil {
		f, err := os.Create(filepath.Join(d.Dir, "ballast"))
		d.check(err)
		d.ballast = f
	}
	for !d.leave(room) { // others write meanwhile
	}
}

// leave makes the ballast so large that so many pages are left, unless somebody else took them first.
func (d *Disk) leave(room int) bool {
	d.t.Helper()
	var stat unix.Statfs_t
	d.check(unix.Statfs(d.Dir, &stat))
	info, err := d.ballast.Stat()
	d.check(err)
	surplus := int64(stat.Bavail)*stat.Bsize - int64(room)<<12 //nolint:unconvert // its type differs between platforms
	switch {
	case surplus > 0:
		if err := unix.Fallocate(int(d.ballast.Fd()), 0, info.Size(), surplus); !errors.Is(err, unix.ENOSPC) {
			d.check(err)
			return true
		}
		return false
	case surplus < 0:
		d.check(d.ballast.Truncate(max(0, info.Size()+surplus)))
	}
	return true
}

// Free gives room again.
func (d *Disk) Free() {
	d.t.Helper()
	if d.limited {
		d.limit(unix.RLIM_INFINITY)
		return
	}
	if d.ballast == nil {
		return
	}
	d.check(d.ballast.Close())
	d.check(os.Remove(d.ballast.Name()))
	d.ballast = nil
}

// limit sets how large files may become that this process writes to.
func (d *Disk) limit(size uint64) {
	d.t.Helper()
	var now unix.Rlimit
	d.check(unix.Getrlimit(unix.RLIMIT_FSIZE, &now))
	now.Cur = min(size, now.Max)
	d.check(unix.Setrlimit(unix.RLIMIT_FSIZE, &now))
}

func (d *Disk) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// Limited reports whether it is no file system, but the process's own limit: other programs know
// nothing of it.
func (d *Disk) Limited() bool { return d.limited }
