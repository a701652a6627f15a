package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// cookieName is the only cookie of the public door. It holds what the reader chose to see, nothing about
// who reads: "size.spacing.language", such as "1.0.nl".
const cookieName = "display"

// The steps of the reading aids; 0 is what the browser would show by itself.
const (
	minSize, maxSize       = -1, 4
	minSpacing, maxSpacing = 0, 3
)

// cookieLife is how long a reader's choice is remembered.
const cookieLife = 365 * 24 * time.Hour

// Display is how a reader wants pages shown: letters larger or smaller, wider apart or closer, and in
// which language (empty: not chosen). It works without JavaScript: a form post changes the cookie and
// the server writes the steps as attributes of the html element, where the style sheet finds them.
type Display struct {
	Size     int
	Spacing  int
	Language newsletter.Language
}

// Change returns d after one press on a reading aid: larger, smaller, wider, closer or reset. An unknown
// word changes nothing.
func (d Display) Change(action string) Display {
	switch action {
	case "larger":
		d.Size++
	case "smaller":
		d.Size--
	case "wider":
		d.Spacing++
	case "closer":
		d.Spacing--
	case "reset":
		d.Size, d.Spacing = 0, 0
	}
	return d.clamp()
}

func (d Display) clamp() Display {
	d.Size = min(max(d.Size, minSize), maxSize)
	d.Spacing = min(max(d.Spacing, minSpacing), maxSpacing)
	return d
}

// Largest reports whether text can't be made larger.
func (d Display) Largest() bool { return d.Size == maxSize }

// Smallest reports whether text can't be made smaller.
func (d Display) Smallest() bool { return d.Size == minSize }

// Widest reports whether letters can't be set further apart.
func (d Display) Widest() bool { return d.Spacing == maxSpacing }

// Closest reports whether letters can't be set closer.
func (d Display) Closest() bool { return d.Spacing == minSpacing }

// Changed reports whether letters are shown in another way than the browser would by itself.
func (d Display) Changed() bool { return d.Size != 0 || d.Spacing != 0 }

// displayOf reads the cookie. Whatever is wrong with it counts as not chosen.
func displayOf(r *http.Request) Display {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return Display{}
	}
	parts := strings.SplitN(cookie.Value, ".", 3)
	if len(parts) != 3 {
		return Display{}
	}
	var d Display
	d.Size, _ = strconv.Atoi(parts[0])
	d.Spacing, _ = strconv.Atoi(parts[1])
	d.Language = newsletter.Language(parts[2])
	return d.clamp()
}

// cookie carries d; secure when readers reach the site by https.
func (d Display) cookie(secure bool) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the site: without https a browser would drop it, and it holds nothing secret
		Name:     cookieName,
		Value:    strconv.Itoa(d.Size) + "." + strconv.Itoa(d.Spacing) + "." + string(d.Language),
		Path:     "/",
		MaxAge:   int(cookieLife.Seconds()),
		Secure:   secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}
