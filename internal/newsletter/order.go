package newsletter

import (
	"database/sql/driver"
	"slices"
)

// Order is row ids in the order that somebody gave them.
type Order []int64

// Value writes the ids as JSON.
func (o Order) Value() (driver.Value, error) {
	if o == nil {
		return "[]", nil
	}
	return jsonValue([]int64(o))
}

// Scan reads JSON.
func (o *Order) Scan(src any) error { return scanJSON(src, (*[]int64)(o)) }

// OrderPosts puts the posts of an edition, sorted as SortPosts does, in the order of an editor. Those that the
// order doesn't name, because they came later, follow as they stood.
func OrderPosts(posts []EditionPost, order Order) {
	if len(order) == 0 {
		return
	}
	place := func(p EditionPost) int {
		if i := slices.Index(order, p.PostID); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(posts, func(a, b EditionPost) int { return place(a) - place(b) })
	for i := range posts {
		posts[i].Position = i + 1
	}
}
