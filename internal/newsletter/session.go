package newsletter

// Session is somebody's being signed in at the desks, in one browser.
type Session struct {
	PublicID PublicID
	Staff    Staff // as they are now: roles that were taken are gone at the next page
}
