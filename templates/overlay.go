package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// overlaid is a file system whose files may be replaced by those of another.
type overlaid struct{ base, over fs.FS }

func (o overlaid) Open(name string) (fs.File, error) {
	if info, err := fs.Stat(o.over, name); err == nil && !info.IsDir() {
		return o.over.Open(name)
	}
	return o.base.Open(name)
}

// overlay lays over, if there is one, on base and names what replaces nothing. Directories are
// always listed from base: an overlay adds no files. Locale files are merged text by text instead.
func overlay(base, over fs.FS) (fs.FS, []error) {
	if over == nil {
		return base, nil
	}
	var faults []error
	err := fs.WalkDir(over, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		info, err := fs.Stat(base, name)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && info.IsDir():
			faults = append(faults, fmt.Errorf("%s: replaces nothing; the overlay may only hold files that the program has too", name))
			return nil
		}
		return err
	})
	if err != nil {
		faults = append(faults, fmt.Errorf("the overlay can't be read: %w", err))
	}
	return overlaid{base, over}, faults
}
