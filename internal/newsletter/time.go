package newsletter

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is an instant in UTC, held to the microsecond. In the database it is a BIGINT: microseconds
// since 1970-01-01T00:00:00Z, and NULL for the zero Time. One form, one comparison on both engines.
type Time struct{ time.Time }

// At returns t as a Time: in UTC, cut to the microsecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Microsecond)}
}

// Value gives the database microseconds, or NULL.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMicro(), nil
}

// Scan reads microseconds, or NULL.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{time.UnixMicro(v).UTC()}
	default:
		return fmt.Errorf("newsletter.Time: cannot scan %T", src)
	}
	return nil
}
