package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
)

// AuditEntry is one line of the audit log. It names things by id, never by address.
type AuditEntry struct {
	Seq        int64           `db:"seq" json:"seq"`
	At         newsletter.Time `db:"at" json:"at"`
	ActorKind  string          `db:"actor_kind" json:"actor_kind"`
	ActorID    string          `db:"actor_id" json:"actor_id"`
	Action     string          `db:"action" json:"action"` // noun.verb, such as edition.approve
	ObjectKind string          `db:"object_kind" json:"object_kind"`
	ObjectID   string          `db:"object_id" json:"object_id"`
	Detail     string          `db:"detail" json:"detail"` // JSON
	PrevHash   string          `db:"prev_hash" json:"prev_hash"`
	Hash       string          `db:"hash" json:"hash"`
}

// object names what an action was done to.
type object struct {
	kind string
	id   string
}

// audit writes what an actor did, when the actor is one whose deeds are audited. It must be the
// last step of its transaction: it locks the head of the chain until the commit.
func (t *tx) audit(by newsletter.Actor, now time.Time, action string, what object, detail any) error {
	if !by.Audited() {
		return nil
	}
	return t.enter(by, now, action, what, detail)
}

// enter writes what was done, whoever did it. Like audit it must be the last step of its transaction.
func (t *tx) enter(by newsletter.Actor, now time.Time, action string, what object, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	e := AuditEntry{At: newsletter.At(now), ActorKind: string(by.Kind), ActorID: by.ID, Action: action,
		ObjectKind: what.kind, ObjectID: what.id, Detail: withoutAddresses(string(text))}
	if e.Seq, e.PrevHash, err = t.nextLink("audit_head"); err != nil {
		return err
	}
	e.Hash = e.digest()
	if _, err := t.NamedExecContext(t.ctx, `
		INSERT INTO audit_entry (seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev_hash, hash)
		VALUES (:seq, :at, :actor_kind, :actor_id, :action, :object_kind, :object_id, :detail, :prev_hash, :hash)`, &e); err != nil {
		return err
	}
	return t.exec(`UPDATE audit_head SET hash = $1 WHERE id = 1`, e.Hash)
}

// localPart is what stands before the @ of a mail address, in JSON.
var localPart = regexp.MustCompile(`[^\s"\\<>@,;:()\[\]]+@`)

// withoutAddresses leaves of mail addresses only their domains: the log is never erased from, so it must not
// hold what may have to be.
func withoutAddresses(detail string) string { return localPart.ReplaceAllString(detail, "…@") }

// digest is the hash that the next entry carries: over this entry and the hash before it.
func (e *AuditEntry) digest() string {
	return chainHash(e.PrevHash, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.At.UnixMicro(), 10),
		e.ActorKind, e.ActorID, e.Action, e.ObjectKind, e.ObjectID, e.Detail)
}

// nextLink draws the next number of a chain and the hash of its last entry, and keeps the head
// locked until the commit, so that entries stand in commit order.
func (t *tx) nextLink(head string) (seq int64, hash string, err error) {
	var link struct {
		Seq  int64  `db:"seq"`
		Hash string `db:"hash"`
	}
	err = t.get(&link, `UPDATE `+head+` SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash`)
	return link.Seq, link.Hash, err
}

// chainHash is SHA-256 over its parts, each led by its length, so that no two lists of parts give
// the same bytes.
func chainHash(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part))))
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AuditTrail returns the entries about one thing, oldest first.
func (s *Store) AuditTrail(ctx context.Context, kind, id string) ([]AuditEntry, error) {
	var entries []AuditEntry
	err := s.reader.SelectContext(ctx, &entries, `
		SELECT seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev_hash, hash
		FROM audit_entry WHERE object_kind = $1 AND object_id = $2 ORDER BY seq`, kind, id)
	return entries, err
}

// VerifyAudit walks the whole chain and returns the sequence number of the first entry that was
// altered, lost or moved, or 0 when all is as it was written.
func (s *Store) VerifyAudit(ctx context.Context) (broken int64, err error) {
	err = s.read(ctx, func(t *tx) error {
		broken = 0
		rows, err := t.QueryxContext(ctx, `
			SELECT seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev_hash, hash
			FROM audit_entry ORDER BY seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var seq int64
		var hash string
		for rows.Next() {
			var e AuditEntry
			if err := rows.StructScan(&e); err != nil {
				return err
			}
			seq++
			if e.Seq != seq || e.PrevHash != hash || e.Hash != e.digest() {
				broken = seq
				return nil
			}
			hash = e.Hash
		}
		if err := rows.Err(); err != nil {
			return err
		}
		broken, err = t.tail("audit_head", seq, hash)
		return err
	})
	return broken, err
}

// tail compares a chain's head with the last entry seen and returns the first entry that is gone.
func (t *tx) tail(head string, seq int64, hash string) (broken int64, err error) {
	var link struct {
		Seq  int64  `db:"seq"`
		Hash string `db:"hash"`
	}
	if err := t.get(&link, `SELECT seq, hash FROM `+head+` WHERE id = 1`); err != nil {
		return 0, err
	}
	if link.Seq != seq || link.Hash != hash {
		return seq + 1, nil
	}
	return 0, nil
}
