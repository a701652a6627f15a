package compose

import (
	"time"

	"bode.example/internal/newsletter"
)

// A Message is what a mail to one person says: a *Confirmation, *Welcome, *AlreadySubscribed,
// *AccessLink, *AddressConfirmation or *AddressNotice; to somebody of the staff, a *SignIn, *Invitation or *TestMail. There is none to somebody who left: leaving is
// the last word.
type Message interface {
	// Template names the mail that it is, as the outbox does: newsletter.TemplateConfirmation and so on.
	Template() string
	notice() notice
}

// Choice is one list that somebody chose, with topics and pace.
type Choice struct {
	List     List
	Topics   []string  // none: all, also later ones
	Schedule string    // in words: "elke maandag om 08.00 uur"
	NextAt   time.Time // of the next edition; zero if it isn't known
	// UnsubscribeURL leaves this list; a Welcome has it.
	UnsubscribeURL string
}

// Confirmation asks the owner of an address whether they signed up (double opt-in). It holds nothing
// of the form but choices among our own words, so that nobody can use the form to write to strangers
// (STANDARDS D1), and the link confirms only what the mail lists (D2).
type Confirmation struct {
	Choices    []Choice
	URL        string // the page with the button
	ValidUntil time.Time
	Zone       *time.Location
	Invited    bool // an editor asks: nobody filled the form in
}

// Welcome tells somebody who confirmed what they chose.
type Welcome struct {
	Greeting       string // see Composer.Greeting
	Choices        []Choice
	PreferencesURL string
	Zone           *time.Location
}

// AlreadySubscribed answers a sign-up for what somebody has already.
type AlreadySubscribed struct {
	Greeting       string
	Choices        []Choice
	PreferencesURL string
	Zone           *time.Location
}

// AccessLink brings the single-use link to all that is held about a person.
type AccessLink struct {
	Greeting   string
	URL        string
	ValidUntil time.Time
	Zone       *time.Location
}

// AddressConfirmation asks at a new address whether it shall be used. It names neither the old
// address nor its owner: by a slip of the pen the new one may be a stranger's.
type AddressConfirmation struct {
	URL        string
	ValidUntil time.Time
	Zone       *time.Location
}

// AddressNotice tells the old address that it was replaced, with a way back (STANDARDS E12). It
// doesn't name the new one: an old mailbox may have another owner by now.
type AddressNotice struct {
	Greeting  string
	UndoURL   string
	UndoUntil time.Time
	Zone      *time.Location
}

// SignIn brings somebody of the staff the single-use link and the code with which they sign in.
type SignIn struct {
	Greeting   string
	URL        string
	Code       string // to be typed in the browser that asked
	ValidUntil time.Time
	Zone       *time.Location
}

// Invitation brings somebody who is new on the staff the link with which they sign in for the first time.
type Invitation struct {
	Greeting   string
	URL        string
	ValidUntil time.Time
	Zone       *time.Location
}

// TestMail says to somebody of the staff that mail arrives.
type TestMail struct {
	Greeting string
	URL      string // of the first steps
	Zone     *time.Location
}

// notice is what the messages have in common, in the same places.
type notice struct {
	texts    string // how the keys of its texts begin
	greeting string
	choices  []Choice
	url      string // of its one button
	code     string // beside the link, for another browser
	until    time.Time
	zone     *time.Location
	invited  bool
	about    about
}

// Template is newsletter.TemplateConfirmation.
func (m *Confirmation) Template() string { return newsletter.TemplateConfirmation }

// Template is newsletter.TemplateWelcome.
func (m *Welcome) Template() string { return newsletter.TemplateWelcome }

// Template is newsletter.TemplateAlreadySubscribed.
func (m *AlreadySubscribed) Template() string { return newsletter.TemplateAlreadySubscribed }

// Template is newsletter.TemplateAccessLink.
func (m *AccessLink) Template() string { return newsletter.TemplateAccessLink }

// Template is newsletter.TemplateAddressConfirmation.
func (m *AddressConfirmation) Template() string { return newsletter.TemplateAddressConfirmation }

// Template is newsletter.TemplateAddressNotice.
func (m *AddressNotice) Template() string { return newsletter.TemplateAddressNotice }

// confirmationTexts are those of the mail: nobody who was invited has signed up.
func confirmationTexts(invited bool) string {
	if invited {
		return "invitation"
	}
	return "confirmation"
}

func (m *Confirmation) notice() notice {
	return notice{texts: confirmationTexts(m.Invited), choices: m.Choices, url: m.URL, until: m.ValidUntil, zone: m.Zone, invited: m.Invited}
}

func (m *Welcome) notice() notice {
	return notice{texts: "welcome", greeting: m.Greeting, choices: m.Choices, url: m.PreferencesURL, zone: m.Zone}
}

func (m *AlreadySubscribed) notice() notice {
	return notice{texts: "already", greeting: m.Greeting, choices: m.Choices, url: m.PreferencesURL, zone: m.Zone}
}

func (m *AccessLink) notice() notice {
	return notice{texts: "access", greeting: m.Greeting, url: m.URL, until: m.ValidUntil, zone: m.Zone}
}

func (m *AddressConfirmation) notice() notice {
	return notice{texts: "address_confirmation", url: m.URL, until: m.ValidUntil, zone: m.Zone}
}

func (m *AddressNotice) notice() notice {
	return notice{texts: "address_notice", greeting: m.Greeting, url: m.UndoURL, until: m.UndoUntil, zone: m.Zone}
}

// Template is newsletter.TemplateSignIn.
func (m *SignIn) Template() string { return newsletter.TemplateSignIn }

// Template is newsletter.TemplateInvitation.
func (m *Invitation) Template() string { return newsletter.TemplateInvitation }

func (m *SignIn) notice() notice {
	return notice{texts: "sign_in", greeting: m.Greeting, url: m.URL, code: m.Code, until: m.ValidUntil, zone: m.Zone}
}

func (m *Invitation) notice() notice {
	return notice{texts: "staff_invitation", greeting: m.Greeting, url: m.URL, until: m.ValidUntil, zone: m.Zone}
}

// Template is newsletter.TemplateTestMail.
func (m *TestMail) Template() string { return newsletter.TemplateTestMail }

func (m *TestMail) notice() notice {
	return notice{texts: "test_mail", greeting: m.Greeting, url: m.URL, zone: m.Zone}
}
