package datarequest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// ReplayList is a file beside the database with the hashes of all that was erased, so that a copy of the database
// that is put back forgets again who was erased since it was made. It says nothing about anybody without the key of
// the suppression list. Keep it apart from the copies of the database: an old list brings people back.
//
// Each line is a time, the id of the certificate, and one key:hash for each address. Lines are only added.
type ReplayList struct{ Path string }

// ReplayStore is what a ReplayList asks of the database.
type ReplayStore interface {
	UnlistedErasures(ctx context.Context, limit int) ([]newsletter.ErasureEntry, error)
	ErasuresListed(ctx context.Context, ids []newsletter.PublicID, by newsletter.Actor, now time.Time) error
	UnknownErasures(ctx context.Context, ids []newsletter.PublicID) ([]newsletter.PublicID, error)
	ReplayErasure(ctx context.Context, entry newsletter.ErasureEntry, hashes *token.Hashes, by newsletter.Actor, now time.Time) (int, error)
}

// Record writes down what was erased and is not on the list yet. What is written and not marked, because the
// program was killed, is written once more: that harms nobody.
func (l *ReplayList) Record(ctx context.Context, s ReplayStore, by newsletter.Actor, now time.Time) error {
	for {
		entries, err := s.UnlistedErasures(ctx, batch)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := l.append(entries); err != nil {
			return fmt.Errorf("the replay list %s: %w", l.Path, err)
		}
		var ids []newsletter.PublicID
		for _, e := range entries {
			ids = append(ids, e.PublicID)
		}
		if err := s.ErasuresListed(ctx, ids, by, now); err != nil {
			return err
		}
	}
}

// append adds lines and sees that they are on the disk. It begins on a line of its own, whatever a crash left.
func (l *ReplayList) append(entries []newsletter.ErasureEntry) (err error) {
	var lines bytes.Buffer
	lines.WriteByte('\n')
	for _, e := range entries {
		fmt.Fprintf(&lines, "%s %s %s\n", e.At.Format(time.RFC3339Nano), e.PublicID, strings.Join(e.Hashes, " "))
	}
	f, err := os.OpenFile(l.Path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(lines.Bytes()); err != nil {
		return err
	}
	return f.Sync()
}

// Entries reads the list. A line that can't be right is an error that names it, but for a last one that a crash
// cut off: that was not marked in the database, and was or will be written again.
func (l *ReplayList) Entries() ([]newsletter.ErasureEntry, error) {
	text, err := os.ReadFile(l.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		text = text[:end+1]
	} else {
		text = nil
	}
	var all []newsletter.ErasureEntry
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		e, err := parseEntry(fields)
		if err != nil {
			return nil, newsletter.Errorf(newsletter.Invalid, "replay_list", "line %d of the replay list %s can't be read (%w): put the file back from a copy, or take the line out if you know whose it was", n, l.Path, err)
		}
		all = append(all, e)
	}
	return all, lines.Err()
}

func parseEntry(fields []string) (e newsletter.ErasureEntry, err error) {
	if len(fields) < 3 {
		return e, errors.New("a time, an id and a hash are needed")
	}
	at, err := time.Parse(time.RFC3339Nano, fields[0])
	if err != nil {
		return e, err
	}
	if e.PublicID, err = newsletter.ParsePublicID(fields[1]); err != nil {
		return e, err
	}
	for _, hash := range fields[2:] {
		if key, sum, ok := strings.Cut(hash, ":"); !ok || key == "" || len(sum) != 64 {
			return e, fmt.Errorf("%q is no hash", hash)
		}
	}
	e.At, e.Hashes = newsletter.At(at), newsletter.Strings(fields[2:])
	return e, nil
}

// Replayed is an erasure that was carried out again.
type Replayed struct {
	Certificate newsletter.PublicID `json:"certificate"`
	ErasedAt    newsletter.Time     `json:"erased_at"`
	Found       int                 `json:"found"` // addresses that had come back
}

// Replay erases again whom this database, put back from a copy, has forgotten to have erased. By its own erasures a
// database shows that it is older than the list, so this may be called at every start.
func (l *ReplayList) Replay(ctx context.Context, s ReplayStore, hashes *token.Hashes, by newsletter.Actor, now time.Time) ([]Replayed, error) {
	entries, err := l.Entries()
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	byID := map[newsletter.PublicID]newsletter.ErasureEntry{}
	var ids []newsletter.PublicID
	for _, e := range entries {
		if _, twice := byID[e.PublicID]; !twice {
			ids = append(ids, e.PublicID)
		}
		byID[e.PublicID] = e
	}
	unknown, err := s.UnknownErasures(ctx, ids)
	var done []Replayed
	for _, id := range unknown {
		if err != nil {
			return done, err
		}
		r := Replayed{Certificate: id, ErasedAt: byID[id].At}
		if r.Found, err = s.ReplayErasure(ctx, byID[id], hashes, by, now); err == nil {
			done = append(done, r)
		}
	}
	return done, err
}
