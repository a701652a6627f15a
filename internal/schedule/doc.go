// Package schedule answers "when is the next edition?" for a cron line and a time zone.
//
// A schedule is a set of wall-clock times: "every Monday at 08:00 in Europe/Amsterdam". A slot is
// the instant that such a time falls on. Twice a year, in many zones, the two do not match one to
// one, and the rule then is that of RFC 5545, sections 3.3.5 and 3.3.10:
//
//   - A wall time that does not exist (02:30 on 29 March 2026 in Amsterdam: the clock goes from
//     02:00 to 03:00) takes the offset from before the gap. Its slot is 01:30 UTC, 03:30 on the wall.
//   - A wall time that comes twice (02:30 on 25 October 2026) is its first time. Its slot is 00:30 UTC.
//   - Wall times that fall on one instant are one slot.
//
// So a daily schedule has one slot for every calendar day, in every zone. Two things follow that
// may surprise: in the hour that comes twice an hourly schedule rests, and where the gap reaches
// midnight (Nuuk) the slot of a late evening falls on the next morning.
//
// Next is a function of the schedule and a time alone: the least slot strictly after it. That is
// why "@every 90m" is refused: it says how long to wait, not when.
//
// Only the parser of robfig/cron is used, behind a check of what it should not accept: it panics on
// "TZ=", reads "*-5" as "*" and an empty list as "never", and its own evaluation skips the times of
// a gap and repeats those that come twice.
//
// The zone data are those of the system, or, where it has none, the copy in the program (time/tzdata).
package schedule
