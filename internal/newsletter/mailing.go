package newsletter

// DeliveryQuery says which deliveries are looked at, the newest first.
type DeliveryQuery struct {
	States    []DeliveryState // empty: all
	Edition   PublicID        // zero: all mail
	Limit     int             // 0: 50
	Addresses bool            // also to whom: a look at persons
}

// Mailing is a delivery as whoever looks after the mail sees it.
type Mailing struct {
	ID int64 `db:"id" json:"id"` // as the log names it
	Delivery
	Edition string  `db:"edition" json:"edition,omitempty"`
	To      Address `db:"to_address" json:"address,omitempty"` // only where it was asked for
}
