package web

import "net/http"

// policy is the Content-Security-Policy of every page: what is not named is forbidden. Pages carry no
// inline script or style, so neither needs an exception.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; img-src 'self'"

// policy is that of the door. With pictures, those of imported posts may also come from the sites that
// they stand on.
func (d *Door) policy(pictures bool) string {
	p := policy
	if pictures {
		p += " https:"
	}
	if d.Policy != "" {
		p += "; " + d.Policy
	}
	return p
}

// secure sets the headers that every answer carries. hsts is set when readers reach the site by https.
func secure(h http.Header, policy string, hsts bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), "+
		"gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if hsts {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Private marks an answer that belongs to whoever holds a token: no cache keeps it and no search
// engine lists it.
func Private(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}
