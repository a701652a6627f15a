package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Config holds every setting, in the form in which the program uses it.
type Config struct {
	// Database is a file (SQLite) or a postgres:// URL, which bears no password; see Postgres.
	Database         string
	DatabasePassword Secret
	PasswordFile     string // of the database
	passwordInURL    bool

	// PublicURL is where readers find the site, without a slash at the end.
	PublicURL *url.URL
	// Listen is host:port.
	Listen string
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	// Tokens sign the links in mails; Suppression hashes the addresses that must not be mailed.
	// They are different keys: links may be renewed, erased addresses can't be hashed again.
	Tokens, Suppression Key

	Language     newsletter.Language
	Zone         *time.Location
	TemplatesDir string

	Log          Log
	SMTP         SMTP
	Delivery     Delivery
	Privacy      Privacy
	DKIM         DKIM
	Sender       Sender
	Organisation Organisation
	// Pages are the operator's own texts, by language.
	Pages  map[newsletter.Language]*Pages
	Signup Signup
	// Desk is how long somebody of the staff stays signed in.
	Desk Desk
	// Bounce is how what comes back is taken in.
	Bounce    Bounce
	Retention Retention
	// Audit is how the chains are anchored.
	Audit Audit

	origins map[string]Origin
	file    string // that was read, if any
}

// File is the file that was read; empty: none was.
func (c *Config) File() string { return c.file }

// Key is where a key of the program lies: in a file, or else in the environment.
type Key struct {
	File     string
	OldFiles []string
	Value    Secret // from the environment; wins over File
	made     bool   // File is the default, so that the program may make it
}

// Log says how much is logged and in which form.
type Log struct {
	Level  slog.Level
	Format string // text or json
}

// SMTP is the relay that takes our mail.
type SMTP struct {
	Relay        mailer.Config // host, port, security and user only
	Password     Secret
	PasswordFile string
	Connections  int
	// Rate is the number of messages a second over all connections; 0 means as fast as it goes.
	Rate float64
	// Hello is the name we greet the relay with.
	Hello string
}

// Delivery is how letters are handed over.
type Delivery struct {
	// Window is W: the most messages per process that a crash may leave uncertain.
	Window int
	// Uncertain is what happens to those: retry (once, same Message-ID) or hold.
	Uncertain string
	// EditionLife is how long a digest is tried before its posts are left to the next one; OtherLife
	// is that of confirmations and all other mail.
	EditionLife, OtherLife time.Duration
	// Limits are how much mail receiving domains get; "*" stands for all that aren't named.
	Limits []DomainLimit
	// Lease is after how long without a sign of life other processes take over from one.
	Lease time.Duration
}

// Privacy is what others may learn about our readers.
type Privacy struct {
	// PictureDomains are trusted with pictures of imported posts, beside those of the site and of the
	// organisation's website.
	PictureDomains []string
	// Address is the privacy desk's: a mail to it becomes a draft in the register; empty: none does.
	Address newsletter.Address
	// ReplayFile is the list of hashes of who was erased; empty: there is none.
	ReplayFile string
	// Recipients are those to whom data are passed, beside the keeper of the mail server, in words.
	Recipients []string
	// Officer is the data protection officer, OutsideEEA what goes to other countries, and Measures what the organisation does
	// beside what Bode does: for the register of processing.
	Officer    []string
	OutsideEEA string
	Measures   []string
}

// DomainLimit is how much mail one receiving domain gets. A field that is 0 sets no limit.
type DomainLimit struct {
	Domain    string
	AtOnce    int     // messages under way
	PerSecond float64 // messages a second
}

// DKIM is how letters are signed. All empty: they are not.
type DKIM struct {
	Domain, Selector, KeyFile       string
	Ed25519Selector, Ed25519KeyFile string
}

// Sender is who our mail comes from, where a list does not say otherwise.
type Sender struct {
	Name             string
	Address, ReplyTo newsletter.Address
	// BounceAddress takes the reports of mail that could not be delivered, each under a tag of its
	// own (VERP). Empty: Address takes them, and they can't be told apart.
	BounceAddress newsletter.Address
	// FeedbackID ends the Feedback-ID of our mail, by which large providers count complaints.
	FeedbackID string
}

// Organisation stands at the foot of every mail and page.
type Organisation struct {
	Name string
	// Kind is private, or public: a public body answers requests about data by decision.
	Kind           string
	PostalAddress  []string // its lines
	Mail           newsletter.Address
	Phone, Website string
	// Follow names where else the organisation is to be found.
	Follow []Link
	// Statement is the address of its registered accessibility statement.
	Statement string
}

// Link is a named address.
type Link struct{ Title, URL string }

// Pages are Markdown files of the operator in one language.
type Pages struct {
	ContactFile, PrivacyFile, AccessibilityFile, DisclaimerFile string
}

// Desk bounds sessions at the desks.
type Desk struct {
	SessionLife time.Duration // however much it is used
	SessionIdle time.Duration // without use
}

// Signup bounds what the form may cause.
type Signup struct {
	// LinkLife is how long a confirmation link is good.
	LinkLife time.Duration
	// MinFill is how long a person takes over the form at least.
	MinFill time.Duration
	// AddressWait is the least time between two mails to one unconfirmed address.
	AddressWait time.Duration
	// AddressPerDay, NetworkPerHour and TotalPerHour are the most requests of one address, of one
	// network (IPv4 address or IPv6 /64) and of all together.
	AddressPerDay, NetworkPerHour, TotalPerHour int
}

// Retention says how long what is held about people is kept.
type Retention struct {
	// RawReports is for reports about mail that came back, as they came; Reports for what they said.
	RawReports, Reports time.Duration
	// EmptyEditions is how long editions are kept that brought nobody anything.
	EmptyEditions time.Duration
	// Origin is how long it is kept from where somebody consented: network and browser.
	Origin time.Duration
	// Requests is for closed requests about data, and Lapsed for those that nobody confirmed; Mails for who a
	// mail went to, Left for people who have left all lists.
	Requests, Lapsed, Mails, Left time.Duration
}
