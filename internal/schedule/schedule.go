package schedule

import (
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone data must not change what a schedule means

	"bode.example/internal/newsletter"
)

// Schedule is a set of wall-clock times in a zone. Parse makes one; the zero Schedule is none.
type Schedule struct {
	spec string
	zone *time.Location

	minutes, hours, days, months, weekdays set
	// either says that a day of the month or a day of the week is enough (both are restricted);
	// otherwise a day must be in both sets.
	either bool
}

// Parse reads a cron line and the name of a zone.
//
// The line has five fields: minute, hour, day of the month, month (1–12 or JAN–DEC), day of the week
// (0–7 or SUN–SAT; 0 and 7 are Sunday), each a list of values, ranges and steps such as
// "0,30", "MON-FRI", "*/15". When both kinds of day are restricted, either is enough, as POSIX has
// it. The names @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually stand for the
// lines that cron gives them.
//
// Whatever has no next time, or may mean two things, is refused: the error has code Invalid, its
// field is "cron" or "zone", and its sentence says what to write instead.
func Parse(spec, zone string) (Schedule, error) {
	location, err := parseZone(zone)
	if err != nil {
		return Schedule{}, err
	}
	s, err := parseSpec(spec)
	if err != nil {
		return Schedule{}, err
	}
	s.spec, s.zone = strings.Join(strings.Fields(spec), " "), location
	return s, nil
}

// Spec returns the cron line, as given but for white space.
func (s Schedule) Spec() string { return s.spec }

// Zone returns the name of the zone.
func (s Schedule) Zone() string { return s.Location().String() }

// Location returns the zone, for showing slots on its wall clock.
func (s Schedule) Location() *time.Location {
	if s.zone == nil {
		return time.UTC
	}
	return s.zone
}

// String returns line and zone, such as "0 8 * * 1 Europe/Amsterdam".
func (s Schedule) String() string { return s.spec + " " + s.Zone() }

// parseZone returns the zone of an IANA name. Names that mean another zone on another machine, and
// the copies of the data that count leap seconds ("right/…"), are refused.
func parseZone(name string) (*time.Location, error) {
	switch first, _, _ := strings.Cut(name, "/"); {
	case name == "":
		return nil, invalid("zone", "zone_missing", "a time zone is missing: give one such as Europe/Amsterdam")
	case name == "Local", name == "localtime", name == "posixrules", name == "Factory", first == "posix", first == "right":
		return nil, invalid("zone", "zone_unknown", "the time zone %q is not the same everywhere: give one such as Europe/Amsterdam", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, invalid("zone", "zone_unknown", "the time zone %.60q is not known: give one such as Europe/Amsterdam", name)
	}
	return location, nil
}

func invalid(field, reason, format string, args ...any) error {
	e := newsletter.Errorf(newsletter.Invalid, reason, format, args...)
	e.Field = field
	return e
}
