package newsletter

// ReleasedVariant is a variant of an edition that has left, with how many deliveries of it were made.
type ReleasedVariant struct {
	PublicID PublicID `db:"public_id"`
	Language Language `db:"language"`
	Layout   Layout   `db:"layout"`
	Posts    IDs      `db:"posts"`
	Subject  string   `db:"subject"`
	Mails    int64    `db:"mails"`
}
