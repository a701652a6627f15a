package tomlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong, and where.
type Fault struct {
	// Place is where to look: "bode.toml:12", "BODE_LISTEN" or "--listen". Empty when a thing is
	// nowhere because it is missing.
	Place string `json:"place,omitempty"`
	// Line is the line within a file, or 0; it only orders faults.
	Line int `json:"-"`
	// Key is the dotted name of the key, as a person would search for it.
	Key string `json:"key,omitempty"`
	// Message says what is wrong and how to put it right.
	Message string `json:"message"`
}

func (f Fault) String() string {
	var parts []string
	for _, s := range []string{f.Place, f.Key, f.Message} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

// Faults is a list of faults that is an error. An empty list is no error: use Err.
type Faults []Fault

// Err returns the faults in the order of the file, or nil when there are none.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	sorted := slices.Clone(fs)
	slices.SortStableFunc(sorted, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return &sorted
}

func (fs *Faults) Error() string {
	lines := make([]string, len(*fs))
	for i, f := range *fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Addf appends a fault.
func (fs *Faults) Addf(place string, line int, key, format string, args ...any) {
	*fs = append(*fs, Fault{Place: place, Line: line, Key: key, Message: fmt.Sprintf(format, args...)})
}
