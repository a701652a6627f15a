package templates

import (
	"strconv"

	"bode.example/internal/newsletter"
)

// Number writes a whole number with the thousands apart: 1.204 in Dutch, 1,204 in English.
func Number(lang newsletter.Language, n int64) string {
	separator := byte(',')
	if lang == newsletter.Dutch {
		separator = '.'
	}
	digits := strconv.FormatInt(n, 10)
	sign := 0
	if n < 0 {
		sign = 1
	}
	out := make([]byte, 0, len(digits)+len(digits)/3)
	for i := range len(digits) {
		if left := len(digits) - i; i > sign && left%3 == 0 {
			out = append(out, separator)
		}
		out = append(out, digits[i])
	}
	return string(out)
}
