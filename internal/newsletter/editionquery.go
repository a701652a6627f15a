package newsletter

// EditionQuery says which editions are looked at, the newest slot first.
type EditionQuery struct {
	Lists  []int64
	States []EditionState // empty: all
	Kinds  []EditionKind  // empty: all
	Left   bool           // only those that left, the last to leave first; such a page has no After
	After  PublicID       // the last edition of the page before; zero: from the newest
	Limit  int            // 0: 50
}
