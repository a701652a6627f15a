package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sys/unix"

	"bode.example/internal/newsletter"
)

// databaseFile returns the file that a name means, whatever links lead to it: SQLite puts its log
// beside the file itself, and the lock of the migrations must be one for all.
func databaseFile(name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real, nil
	}
	return path, nil
}

// makeFile makes the file when it isn't there: readable by its owner only, for it holds addresses. It
// refuses what can't be the file of a database.
func (s *Store) makeFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s.unusable(err)
	}
	if err := refuseNetwork(dir); err != nil {
		return s.unusable(err)
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return newsletter.Errorf(newsletter.Invalid, "database_name", "the database %s is a directory: name a file in it, such as %s",
			path, filepath.Join(path, "bode.sqlite"))
	case err == nil && !info.Mode().IsRegular():
		return newsletter.Errorf(newsletter.Invalid, "database_name", "the database %s is no file but a %s: name a file", path, kindOf(info.Mode()))
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		err = f.Close()
	case errors.Is(err, fs.ErrExist):
		// Not by opening it: to close a file takes away the locks that this process has on it.
		err = accessible(path, unix.R_OK|unix.W_OK)
	}
	if err == nil {
		err = accessible(dir, unix.W_OK|unix.X_OK) // the log stands beside the file
	}
	if err != nil {
		return s.unusable(err)
	}
	return nil
}

func accessible(path string, mode uint32) error {
	if err := unix.Access(path, mode); err != nil {
		return &fs.PathError{Op: "access", Path: path, Err: err}
	}
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeDevice != 0:
		return "device"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	}
	return "special file"
}

// errNetwork says why a network file system won't do: SQLite's locks don't hold there.
var errNetwork = errors.New("it is on a network file system, where locks can't be trusted: use a local disk, or PostgreSQL")

// unusable says why a file can't be used.
func (s *Store) unusable(err error) error {
	switch {
	case outOfRoom(err):
		return newsletter.Errorf(newsletter.Unavailable, "disk_full", "there is no room left for the database %s: %w", s.name, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EROFS):
		return newsletter.Errorf(newsletter.Unavailable, "database_denied",
			"the database %s can't be read and written by this user (number %d): %w", s.name, os.Geteuid(), err)
	case errors.Is(err, errNetwork):
		return newsletter.Errorf(newsletter.Invalid, "database_network", "the database %s can't be used: %w", s.name, err)
	}
	return newsletter.Errorf(newsletter.Unavailable, "database_unavailable", "the database file %s can't be opened: %w", s.name, err)
}

// refuseForeign looks into a file before anything about it is changed.
func (s *Store) refuseForeign(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return err
	}
	db, err := sqlx.Open("sqlite", sqliteDSN(path, lookOnly))
	if err != nil {
		return err
	}
	defer db.Close() // nothing was written
	var tables []string
	if err := db.SelectContext(ctx, &tables, s.dialect.tables); err != nil {
		return interrupted(ctx, err)
	}
	return s.refuseStranger(tables)
}

// refuseNetwork refuses file systems on which SQLite's locks don't hold.
func refuseNetwork(dir string) error {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	if onNetwork(int64(stat.Type)) { //nolint:unconvert // its type differs between platforms
		return errNetwork
	}
	return nil
}

// onNetwork reports whether the number that statfs(2) gives is that of a network file system.
func onNetwork(number int64) bool {
	return slices.Contains(networkTypes, uint32(number)) // the numbers have 32 bits; some kernels extend their sign
}

var networkTypes = []uint32{
	unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC,
	unix.CODA_SUPER_MAGIC, unix.AFS_SUPER_MAGIC, unix.V9FS_MAGIC, unix.CEPH_SUPER_MAGIC,
}

// probeSize is more than SQLite asks for at a time.
const probeSize = 1 << 20

// full reports whether there is no room in a directory, by trying.
func full(dir string) bool {
	f, err := os.CreateTemp(dir, "bode-probe-")
	if err == nil {
		_, err = f.Write(make([]byte, probeSize))
		if e := f.Sync(); err == nil {
			err = e
		}
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	return outOfRoom(err)
}

// outOfRoom knows a disk, a quota and a limit of the size of files.
func outOfRoom(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG)
}
