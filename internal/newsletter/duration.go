package newsletter

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Duration is a time.Duration that a column holds in microseconds and JSON as "1h30m0s".
type Duration time.Duration

// D returns d as a time.Duration.
func (d Duration) D() time.Duration { return time.Duration(d) }

// Value gives the database microseconds.
func (d Duration) Value() (driver.Value, error) { return time.Duration(d).Microseconds(), nil }

// Scan reads microseconds.
func (d *Duration) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("newsletter.Duration: cannot scan %T", src)
	}
	*d = Duration(time.Duration(v) * time.Microsecond)
	return nil
}

// MarshalText writes 1h30m0s.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}
