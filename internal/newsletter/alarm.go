package newsletter

// Alarms is what the database knows of trouble with the service itself, for those who look after it.
type Alarms struct {
	// ClockSaw is the newest instant that any process has seen, when this one's clock is too far behind it;
	// zero: the clock is right.
	ClockSaw Time
	// Overdue is how many mails to single people (confirmations, sign-in links) wait though their time has
	// come, and Since is since when the first of them does.
	Overdue int64
	Since   Time
	// Throttled are receiving domains that asked to be left alone for a while.
	Throttled []Throttled
}

// Throttled is a receiving domain that is left alone.
type Throttled struct {
	Domain string `db:"domain"`
	Until  Time   `db:"until"`
	Reason string `db:"reason"` // its server's words
}
