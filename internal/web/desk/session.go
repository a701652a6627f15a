package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// SignInPath is where those are sent who aren't signed in.
const SignInPath = "/desk/sign-in"

// Authenticator tells whose session a token is. A token that is of none any more (unknown, ended, too old, its
// owner disabled) is a newsletter.Error: Forbidden, NotFound, Expired or Used.
type Authenticator interface {
	Authenticate(ctx context.Context, token string, now time.Time) (*newsletter.Session, error)
}

// visit is what is found out about a request on its way in. It is made before the door, so that error
// pages know it too.
type visit struct{ session *newsletter.Session }

type visitKey struct{}

func withVisit(ctx context.Context) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{})
}

func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// SessionOf returns the session of a request; nil: nobody is signed in.
func SessionOf(r *http.Request) *newsletter.Session { return visitOf(r).session }

// StaffOf returns who is signed in; nil: nobody, which only handlers of open routes meet.
func StaffOf(r *http.Request) *newsletter.Staff {
	if s := SessionOf(r); s != nil {
		return &s.Staff
	}
	return nil
}

// CookieName is the name of the cookie that signs people in. With https its prefix says that no other site
// of the domain and no plain http can have set it (RFC 6265bis, 4.1.3.2).
func (d *Desk) CookieName() string {
	if d.URL.Scheme == "https" {
		return "__Host-desk"
	}
	return "desk"
}

// SetSession signs a browser in with a token until then.
func (d *Desk) SetSession(w http.ResponseWriter, token string, until time.Time) {
	http.SetCookie(w, &http.Cookie{Name: d.CookieName(), Value: token, Path: "/", Expires: until, //nolint:gosec // Secure follows the site: without https a browser would drop it
		Secure: d.URL.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// EndSession takes the cookie back.
func (d *Desk) EndSession(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: d.CookieName(), Path: "/", MaxAge: -1, //nolint:gosec // as above
		Secure: d.URL.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// TokenOf returns the token with which a browser says that it is signed in, or "".
func (d *Desk) TokenOf(r *http.Request) string {
	cookie, err := r.Cookie(d.CookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// unknown are the codes of an Authenticator's errors that mean: not signed in.
var unknown = []newsletter.Code{newsletter.Forbidden, newsletter.NotFound, newsletter.Expired, newsletter.Used, newsletter.Invalid}

// recognise finds out who asks. The desk then speaks the language of that person, unless the browser
// has chosen another.
func (d *Desk) recognise(r *http.Request) error {
	token := d.TokenOf(r)
	if token == "" || d.Authenticator == nil {
		return nil
	}
	session, err := d.Authenticator.Authenticate(r.Context(), token, d.Now())
	if slices.Contains(unknown, newsletter.CodeOf(err)) && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	visitOf(r).session = session
	d.Prefer(r, session.Staff.Language)
	return nil
}

// toSignIn sends a reader of pages to the page for signing in, and tells programs. What was typed in a form that
// comes when the session has ended is given back: see handBack.
func (d *Desk) toSignIn(w http.ResponseWriter, r *http.Request) (bool, error) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false, web.Status(http.StatusUnauthorized)
	}
	if done, err := d.handBack(w, r); done || err != nil {
		return true, err
	}
	to := SignInPath
	if r.Method == http.MethodGet && r.URL.RequestURI() != Home {
		to += "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return true, nil
}

// ProofPath is where the second factor is asked for, also of those who are signed in.
const ProofPath = SignInPath + "/second"

// toProof sends somebody to prove their second factor once more.
func (d *Desk) toProof(w http.ResponseWriter, r *http.Request, route *Route) (bool, error) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false, web.Status(http.StatusForbidden)
	}
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		next = strings.ReplaceAll(route.Fresh, "{id}", url.PathEscape(r.PathValue("id")))
	}
	http.Redirect(w, r, ProofPath+"?"+url.Values{"next": {next}}.Encode(), http.StatusSeeOther)
	return true, nil
}

// NextOf returns the page of the desk that "next" names, or Home for whatever else was sent as one.
func NextOf(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, Home) || strings.Contains(next, `\`) ||
		strings.Contains(u.Path, "/../") || strings.HasPrefix(u.Path, SignInPath) {
		return Home
	}
	local := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
	return local.String()
}
