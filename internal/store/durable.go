package store

import (
	"context"

	"bode.example/migrations"
)

// Durable reports whether what is committed survives a loss of power. An SQLite file is opened so that it
// does; a PostgreSQL server may be set up to answer before anything is on its disk (fsync, synchronous_commit).
func (s *Store) Durable(ctx context.Context) (durable bool, err error) {
	if s.dialect.engine == migrations.SQLite {
		return true, nil
	}
	err = s.reader.GetContext(ctx, &durable, `
		SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'`)
	return durable, err
}
