package schedule

import (
	"iter"
	"math/bits"
)

// set is a set of small numbers, a bit each.
type set uint64

// all returns every value of a field.
func all(f field) set { return span(f.min, f.max) }

// span returns the numbers from low to high.
func span(low, high int) set { return set(1)<<(high+1) - set(1)<<low }

func (s set) has(n int) bool { return s>>n&1 == 1 }
func (s set) len() int       { return bits.OnesCount64(uint64(s)) }
func (s set) min() int       { return bits.TrailingZeros64(uint64(s)) }
func (s set) max() int       { return bits.Len64(uint64(s)) - 1 }

// all yields the numbers in order.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; s != 0; s &= s - 1 {
			if !yield(s.min()) {
				return
			}
		}
	}
}
