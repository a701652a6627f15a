package newsletter

// Passed is what left the house in a period: for somebody who must find out within 72 hours whom a wrong send or a lost file
// concerns (GDPR art. 33 and 34).
type Passed struct {
	Editions []PassedEdition `json:"editions"`
	Exports  []PassedExport  `json:"exports"`
}

// PassedEdition is an edition that was released in the period.
type PassedEdition struct {
	ID         PublicID `db:"public_id" json:"id"`
	Subject    string   `db:"subject" json:"subject"`
	Texts      Texts    `db:"texts" json:"-"` // of its list
	Language   Language `db:"language" json:"-"`
	ReleasedAt Time     `db:"released_at" json:"released_at"`
}

// PassedExport is a file with people in it that somebody took out, as the audit log has it.
type PassedExport struct {
	Seq       int64     `db:"seq" json:"audit_entry"`
	At        Time      `db:"at" json:"at"`
	Action    string    `db:"action" json:"action"`
	ActorKind ActorKind `db:"actor_kind" json:"actor_kind"`
	ActorID   string    `db:"actor_id" json:"actor_id"`
	Detail    string    `db:"detail" json:"detail"` // JSON: how many, which columns
}

// Reach is how many people an edition went to.
type Reach struct {
	PassedEdition
	Sent   int64 `db:"sent" json:"sent"`     // handed over, or perhaps: uncertain counts as having arrived
	Erased int64 `db:"erased" json:"erased"` // among Sent: nobody can be told who they were
	Not    int64 `db:"not_sent" json:"not_sent"`
}
