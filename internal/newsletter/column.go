package newsletter

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
)

// Structured columns are TEXT holding JSON on both engines, written and read whole: nothing in
// SQL looks inside them but json_each over a list of ids.

func scanJSON(src, into any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), into)
	case []byte:
		return json.Unmarshal(v, into)
	}
	return fmt.Errorf("newsletter: cannot scan %T as JSON", src)
}

func jsonValue(v any) (driver.Value, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// Value writes t as JSON.
func (t Texts) Value() (driver.Value, error) {
	if t == nil {
		return "{}", nil
	}
	return jsonValue(map[Language]Text(t))
}

// Scan reads JSON.
func (t *Texts) Scan(src any) error { return scanJSON(src, (*map[Language]Text)(t)) }

// IDs is a set of row ids in ascending order, so that equal sets are equal text.
type IDs []int64

// NewIDs sorts ids and drops what is there twice.
func NewIDs(ids ...int64) IDs {
	s := slices.Clone(ids)
	slices.Sort(s)
	return IDs(slices.Compact(s))
}

// Has reports whether id is in the set.
func (s IDs) Has(id int64) bool {
	_, ok := slices.BinarySearch(s, id)
	return ok
}

// String is the set as JSON: [1,2,3].
func (s IDs) String() string {
	if len(s) == 0 {
		return "[]"
	}
	b, _ := json.Marshal([]int64(s))
	return string(b)
}

// Value writes the set as JSON.
func (s IDs) Value() (driver.Value, error) { return s.String(), nil }

// Scan reads JSON.
func (s *IDs) Scan(src any) error { return scanJSON(src, (*[]int64)(s)) }

// Strings is an ordered list of words in a column.
type Strings []string

// Value writes the list as JSON.
func (s Strings) Value() (driver.Value, error) {
	if s == nil {
		return "[]", nil
	}
	return jsonValue([]string(s))
}

// Scan reads JSON.
func (s *Strings) Scan(src any) error { return scanJSON(src, (*[]string)(s)) }

// Mapping is from a feed's category (as written there) to the name of a topic.
type Mapping map[string]string

// Value writes the mapping as JSON, keys in order.
func (m Mapping) Value() (driver.Value, error) {
	if m == nil {
		return "{}", nil
	}
	return jsonValue(map[string]string(m))
}

// Scan reads JSON.
func (m *Mapping) Scan(src any) error { return scanJSON(src, (*map[string]string)(m)) }
