package newsletter

import "time"

// ExportLife is for how long a link to a package of one's data works.
const ExportLife = 7 * 24 * time.Hour

// DataExport is a link by which somebody takes their data along (GDPR art. 15(3) and 20). The package is made
// when it is fetched, so that nothing of it lies about; fetching is counted.
type DataExport struct {
	ID        int64    `db:"id" json:"-"`
	PublicID  PublicID `db:"public_id" json:"-"`
	RequestID int64    `db:"request_id" json:"-"`
	Address   Address  `db:"address" json:"-"`
	CreatedAt Time     `db:"created_at" json:"created_at"`
	ExpiresAt Time     `db:"expires_at" json:"expires_at"`
	Downloads int      `db:"downloads" json:"downloads"`
	LastAt    Time     `db:"last_at" json:"last_at,omitzero"`
}
