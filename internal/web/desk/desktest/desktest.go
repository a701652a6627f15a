// Package desktest signs people in at a desk under test, without the ceremony of signing in.
package desktest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"bode.example/internal/newsletter"
)

// Authenticator knows whom the test told it: it stands where the real one does.
type Authenticator struct {
	mu    sync.Mutex
	known map[string]newsletter.Session
}

// SignIn makes a session and returns its token, for a cookie of desk.Desk.CookieName.
func (a *Authenticator) SignIn(staff newsletter.Staff) (token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil {
		a.known = map[string]newsletter.Session{}
	}
	token = newsletter.NewPublicID().String()
	a.known[token] = newsletter.Session{PublicID: newsletter.NewPublicID(), Staff: staff, Factor: newsletter.FactorWaived}
	return token
}

// SignOut ends a session.
func (a *Authenticator) SignOut(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, token)
}

// Authenticate is desk.Authenticator's.
func (a *Authenticator) Authenticate(_ context.Context, token string, _ time.Time) (*newsletter.Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.known[token]
	if !ok {
		return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "there is no such session")
	}
	return &s, nil
}

// Staff is somebody with roles; an editor of these lists.
func Staff(id int64, roles []newsletter.Role, lists ...int64) newsletter.Staff {
	return newsletter.Staff{ID: id, PublicID: newsletter.NewPublicID(), Name: "Marijke de Boer", Language: newsletter.Dutch, Roles: roles, Lists: lists}
}

// Cookie is the cookie of a session, for requests that a test makes.
func Cookie(name, token string) *http.Cookie { return &http.Cookie{Name: name, Value: token} }

// SampleToken is the token of somebody with every role, see Gallery.
const SampleToken = "sample"
