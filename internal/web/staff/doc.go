// Package staff is the pages with which people get in: signing in, the second factor, one's own account,
// who is on the staff, the audit log, and the first steps of an installation.
//
//	/desk/sign-in ─► code, or the link of the mail ─► /desk/sign-in/second ─► where they were going
//	                                                └► /desk/sign-in/enrol, the first time ─► recovery codes
//
// Pages up to the second factor are open: what they may show follows from half a session, whose token the
// browser has in the same cookie as that of a whole one. What a page hands to the next (a secret that is
// being enrolled, a passkey's challenge, recovery codes) lies sealed in the session's row, so that a page
// can be loaded again and GET changes nothing.
//
// All works without JavaScript but passkeys, which browsers give to scripts only: desk-passkey.js shows
// their forms where it can use them.
package staff
