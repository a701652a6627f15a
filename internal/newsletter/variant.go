package newsletter

// Variant is what all readers of an edition with the same language, layout and posts get,
// rendered once.
type Variant struct {
	ID        int64    `db:"id" json:"-"`
	PublicID  PublicID `db:"public_id" json:"id"`
	EditionID int64    `db:"edition_id" json:"-"`
	Key       string   `db:"key" json:"-"` // Share.Key; unique in the edition
	Language  Language `db:"language" json:"language"`
	Layout    Layout   `db:"layout" json:"layout"`
	Posts     IDs      `db:"posts" json:"-"`
	Subject   string   `db:"subject" json:"subject"`
	Letter    []byte   `db:"letter" json:"-"` // a mailer.Letter
	Web       string   `db:"web" json:"-"`    // the version for the browser; bears no person
}
