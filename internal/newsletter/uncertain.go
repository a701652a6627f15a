package newsletter

// Uncertain is a delivery that was handed over and of which no answer came (RFC 1047), as whoever
// decides about it must see it: to whom it was, how often it happened, and since when.
type Uncertain struct {
	Delivery
	To Address `db:"to_address"` // empty for who was erased
}
