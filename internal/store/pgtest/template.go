package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// template returns the name of the database that holds what fill makes, and makes it when it is not
// there. The session lock makes one process do it while the others wait; the new database gets its
// final name only when it is complete, so that a process killed half-way leaves no half template.
func (s *server) template(name string, fill func(databaseURL string) error) (string, error) {
	sum := sha256.Sum256([]byte(name))
	final := "template_" + hex.EncodeToString(sum[:8])
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close() // it only goes back to the pool
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", final); err != nil {
		return "", fmt.Errorf("waiting for another process to make it: %w", err)
	}
	defer conn.ExecContext(ctx, "SELECT pg_advisory_unlock(hashtext($1))", final) // ends with the session too

	var found bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", final).Scan(&found); err != nil {
		return "", err
	}
	if found {
		return final, nil
	}
	draft := final + "_draft"
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + draft + " WITH (FORCE)", "CREATE DATABASE " + draft + " TEMPLATE template0"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return "", fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := fill(s.url(draft)); err != nil {
		return "", err
	}
	if _, err := conn.ExecContext(ctx, "ALTER DATABASE "+draft+" RENAME TO "+final); err != nil {
		return "", fmt.Errorf("the database is still in use: fill must close it: %w", err)
	}
	return final, nil
}
