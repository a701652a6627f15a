package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// AuditQuery says which entries of the audit log are looked at, the newest first. What is empty is no
// condition.
type AuditQuery struct {
	ActorKind, ActorID   string
	Action               string // "staff.change"; or "staff.", with its dot: all that was done to staff
	ObjectKind, ObjectID string
	From, Until          time.Time // from this instant, and before that one
	Before               int64     // entries with a smaller number: the page after
	Limit                int       // 0: 50
}

// AuditLog returns entries.
func (s *Store) AuditLog(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	if q.Limit == 0 {
		q.Limit = 50
	}
	var where strings.Builder
	var args []any
	only := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where.WriteString(" AND " + condition)
	}
	equal := func(column, value string) {
		if value != "" {
			only(column+" = ?", value)
		}
	}
	equal("actor_kind", q.ActorKind)
	equal("actor_id", q.ActorID)
	if strings.HasSuffix(q.Action, ".") {
		only("substr(action, 1, ?) = ?", len(q.Action), q.Action)
	} else {
		equal("action", q.Action)
	}
	equal("object_kind", q.ObjectKind)
	equal("object_id", q.ObjectID)
	if !q.From.IsZero() {
		only("at >= ?", newsletter.At(q.From))
	}
	if !q.Until.IsZero() {
		only("at < ?", newsletter.At(q.Until))
	}
	if q.Before > 0 {
		only("seq < ?", q.Before)
	}
	args = append(args, q.Limit)
	var entries []AuditEntry
	err := s.reader.SelectContext(ctx, &entries, fmt.Sprintf(`
		SELECT seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev_hash, hash
		FROM audit_entry WHERE seq > 0%s ORDER BY seq DESC LIMIT $%d`, where.String(), len(args)), args...)
	return entries, err
}
