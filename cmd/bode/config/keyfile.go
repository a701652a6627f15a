package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"bode.example/internal/token"
)

// nameKeyFiles gives the two keys their places beside an SQLite file: one process, or several on
// one machine, find them there. Processes around a PostgreSQL server must be told.
func (c *Config) nameKeyFiles() {
	if c.Postgres() || c.Database == "" {
		return
	}
	base := strings.TrimSuffix(c.Database, filepath.Ext(c.Database))
	if c.Privacy.ReplayFile == "" {
		c.Privacy.ReplayFile = base + ".erased"
		c.origins["privacy.replay_file"] = Origin{From: "default"}
	}
	for _, k := range []struct {
		key, setting, suffix string
		to                   *Key
	}{
		{"secret", "secret_file", ".secret", &c.Tokens},
		{"suppression_key", "suppression_key_file", ".suppression.key", &c.Suppression},
	} {
		if k.to.File == "" && k.to.Value.Empty() {
			k.to.File, k.to.made = base+k.suffix, true
			c.origins[k.setting] = Origin{From: "default"}
		}
	}
}

// MakeKeys makes the keys that lie beside an SQLite file, before that file is made. When the
// database is there already, a missing key has been lost, and a new one would silently break every
// link in the mails that were sent: then the error says so.
func (c *Config) MakeKeys() error {
	_, err := os.Stat(c.Database)
	fresh := errors.Is(err, fs.ErrNotExist)
	for _, k := range []*Key{&c.Tokens, &c.Suppression} {
		if !k.made {
			continue
		}
		_, err := os.Stat(k.File)
		switch {
		case err == nil || !errors.Is(err, fs.ErrNotExist):
			continue // reading it will say what is wrong, if anything
		case !fresh:
			return fmt.Errorf("%s is gone, while the database %s is there: put it back from a copy; if there is none, make a new one (bode config secret %s), and know that links in earlier mails stop working, or erased addresses are no longer recognised", k.File, c.Database, k.File)
		}
		if err := WriteSecret(k.File); err != nil && !errors.Is(err, fs.ErrExist) { // then another process was first
			return c.unusableFolder(err)
		}
	}
	return nil
}

// unusableFolder says why no file can be made beside the database.
func (c *Config) unusableFolder(err error) error {
	folder, path := filepath.Dir(c.Database), (*fs.PathError)(nil)
	if abs, errAbs := filepath.Abs(folder); errAbs == nil {
		folder = abs
	}
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("the folder %s, for the database and its keys, can't be written in: %w; make it, give this user the right to, or name another file as database", folder, err)
}

// checkFolder tries whether the folder of an SQLite file, which must be there, can be written in.
func (c *Config) checkFolder() error {
	if c.Postgres() || c.Database == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(c.Database), ".bode-check-")
	if err != nil {
		return c.unusableFolder(err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// WriteSecret draws a secret and writes it to a new file that only its owner may read.
func WriteSecret(name string) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if errClose := f.Close(); err == nil {
			err = errClose
		}
		if err != nil {
			_ = os.Remove(name)
		}
	}()
	if _, err := f.WriteString(token.NewSecret().Text() + "\n"); err != nil {
		return err
	}
	return f.Sync()
}

// Read returns the key in use and the old ones. What signs uses the first; what verifies tries all.
func (k *Key) Read() (current token.Secret, old []token.Secret, err error) {
	if !k.Value.Empty() {
		current, err = parseKey("", k.Value)
	} else {
		current, err = readKey(k.File)
	}
	if err != nil {
		return current, nil, err
	}
	for _, name := range k.OldFiles {
		key, err := readKey(name)
		if err != nil {
			return current, nil, err
		}
		old = append(old, key)
	}
	return current, old, nil
}

func readKey(name string) (token.Secret, error) {
	text, err := readSecret(name)
	if err != nil {
		return token.Secret{}, err
	}
	return parseKey(name+": ", text)
}

func parseKey(place string, text Secret) (token.Secret, error) {
	key, err := token.ParseSecret(text.Reveal())
	if err != nil {
		return key, fmt.Errorf("%sthis is no secret of bode's; make one with: bode config secret FILE", place)
	}
	return key, nil
}

// secretOf returns the secret itself, or else what the file holds; neither is no error.
func secretOf(s Secret, file string) (Secret, error) {
	if !s.Empty() || file == "" {
		return s, nil
	}
	return readSecret(file)
}

// readSecret reads a file that nobody but its owner may read. White space around a text is not
// part of it; binary bytes are taken as they are.
func readSecret(name string) (Secret, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Secret{}, fileError(name, err)
	}
	if !info.Mode().IsRegular() {
		return Secret{}, fmt.Errorf("%s is not a file", name)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Secret{}, fmt.Errorf("%s can be read or changed by others (mode %04o); run: chmod 600 %s", name, mode, name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return Secret{}, fileError(name, err)
	}
	whole := string(data)
	if !strings.ContainsFunc(whole, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r > '~' }) {
		whole = strings.TrimSpace(whole)
	}
	if whole == "" {
		return Secret{}, fmt.Errorf("%s is empty", name)
	}
	return NewSecret(whole), nil
}

// fileError says in words what keeps us from a file.
func fileError(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be read by this user", name)
	}
	return err
}
