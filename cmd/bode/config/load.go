package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bode.example/cmd/bode/tomlfile"
)

// Input is where values may come from.
type Input struct {
	// Flags as given on the command line.
	Flags []Flag
	// Environ holds NAME=value, as os.Environ gives it.
	Environ []string
	// File is read and must exist; when it is empty, BODE_CONFIG names it, or else the first of
	// Search that exists is read.
	File   string
	Search []string
}

// Flag is a value from the command line.
type Flag struct{ Name, Key, Text string }

// Need is how much of the configuration a command uses.
type Need int

const (
	// ForTools asks that all that is there can be right; enough to open the database.
	ForTools Need = iota
	// ForService asks for everything that serve and worker need, with the files it names.
	ForService
)

// Origin says where a value came from.
type Origin struct {
	From  string `json:"from"`            // flag, environment, file, default or unset
	Place string `json:"place,omitempty"` // --listen, BODE_LISTEN or bode.toml:12
	line  int
}

// Load reads the configuration. Its error, if any, is *tomlfile.Faults: all that is wrong. The
// Config comes back all the same, so that it can be shown.
func Load(in Input, need Need) (*Config, error) {
	l := &loader{in: in, env: map[string]string{}, c: newConfig(), wrong: map[string]bool{}}
	for _, pair := range in.Environ {
		if name, v, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, "BODE_") {
			l.env[name] = v
		}
	}
	l.readable = l.readFile()
	l.c.file = l.file
	settings := l.c.settings()
	for _, s := range settings {
		l.setting(s)
	}
	l.unknown(settings)
	l.c.nameKeyFiles()
	if need >= ForService && l.readable {
		if err := l.c.CheckNamed(); err != nil {
			return l.c, &tomlfile.Faults{{Message: err.Error()}} // all else would only be said to be missing
		}
	}
	if l.readable {
		l.rules(settings, need) // what is missing can't be told from a file that can't be read
	}
	return l.c, l.faults.Err()
}

type loader struct {
	in   Input
	env  map[string]string
	c    *Config
	file string
	root *tomlfile.Table
	// readable says that the file, if there is one, was understood.
	readable bool
	wrong    map[string]bool // keys that have a fault already
	faults   tomlfile.Faults
}

// faultf records a fault of a key, at the place where the key got its value.
func (l *loader) faultf(key, format string, args ...any) {
	at := l.c.origins[key]
	l.wrong[key] = true
	l.faults.Addf(at.Place, at.line, key, format, args...)
}

func (l *loader) readFile() bool {
	names, must := l.in.Search, false
	if name := l.env["BODE_CONFIG"]; name != "" {
		names, must = []string{name}, true
	}
	if l.in.File != "" {
		names, must = []string{l.in.File}, true
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) && !must {
			continue
		}
		if err != nil {
			l.faults.Addf(name, 0, "", "the configuration can't be read: %v", errors.Unwrap(err))
			return false
		}
		root, err := tomlfile.Parse(name, data)
		if err != nil {
			l.merge(err)
			return false
		}
		l.file, l.root = name, root
		break
	}
	return true
}

func (l *loader) merge(err error) {
	var faults *tomlfile.Faults
	if errors.As(err, &faults) {
		l.faults = append(l.faults, *faults...)
	}
}

// setting finds the first place that gives the value and takes it from there.
func (l *loader) setting(s setting) {
	texts, origin, base := l.find(s)
	l.c.origins[s.key] = origin
	if texts == nil {
		return
	}
	if s.kind == path || s.kind == paths {
		texts = slices.Clone(texts)
		for i, t := range texts {
			texts[i] = fromFolder(base, t)
		}
	}
	if err := s.set(texts); err != nil {
		l.faultf(s.key, "%s", err)
	}
}

func (l *loader) find(s setting) (texts []string, origin Origin, base string) {
	// The file is read in any case, so that its key counts as known.
	inFile, line := l.findInFile(s)
	for _, f := range slices.Backward(l.in.Flags) {
		if f.Key == s.key && s.kind == secret {
			l.faults.Addf(f.Name, 0, s.key, "secrets are not given as flags, where everyone on the machine can read them; use %s or a file", s.env())
			l.wrong[s.key] = true
		} else if f.Key == s.key {
			return s.split(f.Text), Origin{From: "flag", Place: f.Name}, ""
		}
	}
	if v, ok := l.env[s.env()]; ok && v != "" {
		return s.split(v), Origin{From: "environment", Place: s.env()}, ""
	}
	if inFile != nil {
		return inFile, Origin{From: "file", Place: fmt.Sprintf("%s:%d", l.file, line), line: line}, filepath.Dir(l.file)
	}
	if s.fallback != "" {
		return s.split(s.fallback), Origin{From: "default"}, ""
	}
	return nil, Origin{From: "unset"}, ""
}

func (l *loader) findInFile(s setting) (texts []string, line int) {
	if l.root == nil {
		return nil, 0
	}
	table, key := l.root, s.key
	for {
		name, rest, nested := strings.Cut(key, ".")
		if !nested {
			break
		}
		table, key = table.Table(name), rest
	}
	if !table.Has(key) {
		return nil, 0
	}
	line = table.Line(key)
	before := table.Faults()
	defer func() { l.wrong[s.key] = l.wrong[s.key] || table.Faults() > before }()
	switch s.kind {
	case secret:
		table.Faultf(key, "a secret does not belong in this file; give it as %s, or in a file of its own that %s_file names", s.env(), s.key)
		return nil, 0
	case list, paths:
		if texts = table.Strings(key); texts == nil {
			texts = []string{}
		}
	case number:
		if t, ok := table.Text(key); ok {
			texts = []string{t}
		}
	default:
		texts = []string{table.String(key)}
	}
	return texts, line
}

// split takes a flag or variable apart: a list is separated by commas.
func (s setting) split(v string) []string {
	if s.kind != list && s.kind != paths {
		return []string{v}
	}
	texts := []string{}
	for one := range strings.SplitSeq(v, ",") {
		if one = strings.TrimSpace(one); one != "" {
			texts = append(texts, one)
		}
	}
	return texts
}

// fromFolder reads a relative path from the folder of the file that names it.
func fromFolder(base, name string) string {
	if base == "" || name == "" || filepath.IsAbs(name) || isPostgres(name) {
		return name
	}
	return filepath.Join(base, name)
}

// unknown reports keys that don't exist. A variable is reported only when it resembles one of
// ours: the container world sets BODE_PORT and the like for a service of this name.
func (l *loader) unknown(settings []setting) {
	var keys, vars []string
	for _, s := range settings {
		keys, vars = append(keys, s.key), append(vars, s.env())
	}
	for _, f := range l.in.Flags {
		if slices.Contains(keys, f.Key) {
			continue
		}
		hint := "bode config example lists them"
		if near := tomlfile.Nearest(f.Key, keys); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		l.faults.Addf(f.Name, 0, f.Key, "there is no such key; %s", hint)
	}
	for _, name := range slices.Sorted(maps.Keys(l.env)) {
		if slices.Contains(vars, name) || name == "BODE_CONFIG" {
			continue
		}
		if near := tomlfile.Nearest(name, vars); near != "" {
			l.faults.Addf(name, 0, "", "there is no such variable; did you mean %s?", near)
		}
	}
	if l.root != nil {
		l.merge(l.root.Close())
	}
}
