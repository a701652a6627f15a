package newsletter

// TestLetter is the letter of an edition as colleagues get it before it leaves.
type TestLetter struct {
	ID        int64    `db:"id"`
	PublicID  PublicID `db:"public_id"`
	EditionID int64    `db:"edition_id"`
	Language  Language `db:"language"`
	Letter    []byte   `db:"letter"` // a mailer.Letter in binary
	CreatedAt Time     `db:"created_at"`
}
