package newsletter

// Picture is a picture that staff uploaded, made anew: small, without metadata.
type Picture struct {
	ID        int64    `db:"id"`
	PublicID  PublicID `db:"public_id"`
	ListID    int64    `db:"list_id"`
	Hash      string   `db:"hash"`  // SHA-256 of the content
	Media     string   `db:"media"` // image/jpeg or image/png
	Width     int      `db:"width"` // in pixels
	Height    int      `db:"height"`
	CreatedAt Time     `db:"created_at"`
}

// File is its name on the site, below /pictures/.
func (p *Picture) File() string {
	if p.Media == "image/png" {
		return p.PublicID.String() + ".png"
	}
	return p.PublicID.String() + ".jpg"
}
