package newsletter

// Client is where a form came from, as far as limits and proof need it.
type Client struct {
	Network string // one IPv4 address or a /64 of IPv6, in CIDR notation; empty: can't be told
	Agent   string // the User-Agent header as it came
}

// Choice is what a person wants of one list.
type Choice struct {
	ListID     int64
	ScheduleID int64
	AllTopics  bool // all topics, also later ones
	Topics     IDs  // unless AllTopics
}

// SignupForm is what somebody filled in to join lists, as typed: nothing in it was checked.
type SignupForm struct {
	Address  string
	Name     string
	Language Language // of the mails
	Choices  []Choice
	// WordingHash and PrivacyHash name the texts that the form showed.
	WordingHash string
	PrivacyHash string
	// Trap is a field that people don't see and robots fill in; ShownAt is when the form was made.
	Trap    string
	ShownAt Time
	FormURL string
	Client  Client
}

// Terms are the words that a sign-up form must show, and whether there may be a form at all.
type Terms struct {
	// Closed is empty while people may join; else the reason, a key of the text catalogue under
	// "signup_closed_": "contact", "privacy", "signup" (the operator wrote no such text yet),
	// "switch" (closed by hand).
	Closed  string
	Wording Wording // what a person agrees to by sending the form
	Privacy Wording // the privacy statement in force, in Markdown
	// LinkDays is for how many days a confirmation link works; it is told to the reader.
	LinkDays int
}

// ConfirmationState is what has become of a confirmation link.
type ConfirmationState string

// The states of a confirmation link. A link past its time is an Error with the code Expired, a forged
// one an Error with the code Forbidden.
const (
	ConfirmationOpen   ConfirmationState = "open"
	ConfirmationActive ConfirmationState = "active" // used, and the person is subscribed
	ConfirmationLeft   ConfirmationState = "left"   // used, and the person has left since
)

// Proof is what shows that it was the owner of the mailbox who confirmed.
type Proof struct {
	Client
	MessageID string // of the mail that brought the link
}

// Confirmation is what a confirmation link stands for.
type Confirmation struct {
	State    ConfirmationState
	Address  Address    // while open; later it may have moved to a mailbox that this link's holder need not know
	Choices  []Choice   // what the link's own mail listed
	Standing []Standing // the subscriptions, once they exist
	Language Language   // of the link's mail
}

// Links are the tokens of one subscription's own pages.
type Links struct{ Preferences, Unsubscribe, Why string }

// Standing is one subscription with what a person chose in it, in words of the person's language.
type Standing struct {
	Subscription Subscription `json:"subscription"`
	ListName     string       `json:"list"`
	AllTopics    bool         `json:"all_topics"`
	Topics       IDs          `json:"-"`
	TopicNames   []string     `json:"topics,omitempty"`
	Schedule     string       `json:"schedule"`
	NextAt       Time         `json:"next_edition,omitzero"` // Schedule.NextEdition, while active
	Reading      Reading      `json:"-"`
	Links        Links        `json:"-"`
}

// Choice is what the person chose of the list.
func (s *Standing) Choice() Choice {
	return Choice{ListID: s.Subscription.ListID, ScheduleID: s.Subscription.ScheduleID, AllTopics: s.AllTopics, Topics: s.Topics}
}

// Settings is what a preferences link lets its holder see and change. Whoever was forwarded a mail
// holds that link too: so the address is only for masking, and nothing here can erase or move it.
type Settings struct {
	Address  Address
	Name     string
	Language Language
	Layout   Layout
	Standing []Standing
}

// Wish is one subscription as a person wants it to be.
type Wish struct {
	Choice
	Paused bool
	Until  Time // while Paused: when it goes on by itself; zero: when they say so
}

// SettingsForm is what somebody filled in on the preferences page, as typed.
type SettingsForm struct {
	Name     string
	Language Language
	Layout   Layout
	Wishes   []Wish
}

// Leaving is what an unsubscribe link stands for.
type Leaving struct {
	Standing Standing
	Language Language // of the person's mails
	Others   int      // active or paused subscriptions to other lists
	CanUndo  bool     // they left by this link, and it can still be taken back
}

// Why answers "waarom krijg ik dit?".
type Why struct {
	Standing    Standing
	Language    Language // of the person's mails
	RequestedAt Time
	ConfirmedAt Time
	Channel     string
	Wording     Wording // the words they agreed to
}

// AccessForm is a wish for a fresh link to one's own data, as typed.
type AccessForm struct {
	Address  string
	Language Language
	Client   Client
}

// ConsentRecord is an entry of the ledger with its proof and the words agreed to.
type ConsentRecord struct {
	Consent
	ListName string    `json:"list"`
	Evidence *Evidence `json:"evidence,omitempty"` // nil: erased
	Wording  string    `json:"wording,omitempty"`
}

// Language is that of the person's mails.
func (d *Dossier) Language() Language {
	if d.Subscriber.Language == "" && len(d.Signups) > 0 {
		return d.Signups[len(d.Signups)-1].Language
	}
	return d.Subscriber.Language
}

// SentMail is a delivery with the subject of its edition; other mail is named by its template.
type SentMail struct {
	Delivery
	Subject string `db:"subject" json:"subject,omitempty"`
}

// AddressChange is a move to another address: the new one confirms it, the old one can undo it.
type AddressChange struct {
	ID           int64    `db:"id" json:"-"`
	PublicID     PublicID `db:"public_id" json:"id"`
	SubscriberID int64    `db:"subscriber_id" json:"-"`
	OldAddress   Address  `db:"old_address" json:"old_address"`
	NewAddress   Address  `db:"new_address" json:"new_address"`
	CreatedAt    Time     `db:"created_at" json:"created_at"`
	ExpiresAt    Time     `db:"expires_at" json:"expires_at"`
	ConfirmedAt  Time     `db:"confirmed_at" json:"confirmed_at,omitzero"`
	DecidedAt    Time     `db:"decided_at" json:"-"`
	Language     Language `db:"language" json:"-"` // of its mails
	UndoUntil    Time     `db:"undo_until" json:"undo_until,omitzero"`
	UndoneAt     Time     `db:"undone_at" json:"undone_at,omitzero"`
}
