package newsletter

// Subscriber is a person's address, once. It holds no list facts.
type Subscriber struct {
	ID       int64    `db:"id" json:"-"`
	PublicID PublicID `db:"public_id" json:"id"`
	Address  Address  `db:"address" json:"address"`
	Key      string   `db:"address_key" json:"-"` // Address.Key: unique
	Name     string   `db:"name" json:"name,omitempty"`
	Language Language `db:"language" json:"language"`
	Layout   Layout   `db:"layout" json:"layout"`
	// Subject is random and stands for the person in the consent ledger.
	Subject PublicID `db:"subject" json:"-"`
	// SuppressedAt mirrors the suppression table so that SQL can test it; RestrictedAt stops all
	// sending and editing (GDPR art. 18).
	SuppressedAt Time `db:"suppressed_at" json:"suppressed_at,omitzero"`
	RestrictedAt Time `db:"restricted_at" json:"restricted_at,omitzero"`
	CreatedAt    Time `db:"created_at" json:"created_at"`
	ChangedAt    Time `db:"changed_at" json:"changed_at"`
}

// SubscriptionState is where a subscription is. Bounced and complained are not here: they are
// read from the suppression.
type SubscriptionState string

// The states of a subscription.
const (
	SubscriptionActive       SubscriptionState = "active"
	SubscriptionPaused       SubscriptionState = "paused"
	SubscriptionUnsubscribed SubscriptionState = "unsubscribed"
)

// Subscription joins a subscriber to a list.
type Subscription struct {
	ID           int64             `db:"id" json:"-"`
	PublicID     PublicID          `db:"public_id" json:"id"`
	SubscriberID int64             `db:"subscriber_id" json:"-"`
	ListID       int64             `db:"list_id" json:"-"`
	ScheduleID   int64             `db:"schedule_id" json:"-"`
	TopicSetID   *int64            `db:"topic_set_id" json:"-"` // nil: all topics, also later ones
	ReadingID    int64             `db:"reading_id" json:"-"`
	State        SubscriptionState `db:"state" json:"state"`
	ActiveSince  Time              `db:"active_since" json:"active_since,omitzero"` // restarts when they pause or leave and return
	PausedUntil  Time              `db:"paused_until" json:"paused_until,omitzero"` // zero while paused: until they say so
	CreatedAt    Time              `db:"created_at" json:"created_at"`
	ChangedAt    Time              `db:"changed_at" json:"changed_at"`
	EndedAt      Time              `db:"ended_at" json:"ended_at,omitzero"`
}

// ConsentAction is what happened to a consent.
type ConsentAction string

// The actions of the consent ledger.
const (
	ConsentRequested ConsentAction = "requested"
	ConsentConfirmed ConsentAction = "confirmed"
	ConsentChanged   ConsentAction = "changed"
	ConsentWithdrawn ConsentAction = "withdrawn"
)

// Consent is one entry of the append-only ledger, chained by hash.
type Consent struct {
	Seq          int64         `db:"seq" json:"seq"`
	Subject      PublicID      `db:"subject" json:"subject"`
	ListID       int64         `db:"list_id" json:"-"`
	Action       ConsentAction `db:"action" json:"action"`
	At           Time          `db:"at" json:"at"`
	Channel      string        `db:"channel" json:"channel"` // form, link, one_click, preferences, command_line, …
	WordingHash  string        `db:"wording_hash" json:"wording_hash,omitempty"`
	PrivacyHash  string        `db:"privacy_hash" json:"privacy_hash,omitempty"`
	EvidenceHash string        `db:"evidence_hash" json:"evidence_hash,omitempty"` // of an Evidence, which may be gone
	PrevHash     string        `db:"prev_hash" json:"prev_hash"`
	Hash         string        `db:"hash" json:"hash"`
}

// Evidence is what shows that it was this person, kept apart from the ledger so that it can be
// erased while the chain still verifies. Where the person was is erased earlier than the rest, and
// the rest still verifies then: an Origin has a salt and a hash of its own.
type Evidence struct {
	ConsentSeq int64  `db:"consent_seq" json:"-"`
	Salt       []byte `db:"salt" json:"-"`
	Address    string `db:"address" json:"address"`
	FormURL    string `db:"form_url" json:"form_url,omitempty"`
	MessageID  string `db:"confirmation_message_id" json:"confirmation_message_id,omitempty"`
	// Of a consent that was given elsewhere, or that somebody at a desk wrote down: what shows it, and
	// in words from where it comes.
	Ground Ground `db:"ground" json:"ground,omitempty"`
	Source string `db:"source" json:"source,omitempty"`
	Origin
}

// Origin is from where somebody consented: kept for as long as it is of use as proof and no longer
// (GDPR art. 5(1)(c) and (e)).
type Origin struct {
	Network string `db:"network" json:"network,omitempty"` // shortened
	Agent   string `db:"agent" json:"agent,omitempty"`
	Hash    string `db:"origin_hash" json:"-"`
	Salt    []byte `db:"origin_salt" json:"-"` // nil: there was no origin, or it is gone
	GoneAt  Time   `db:"origin_gone_at" json:"origin_gone_at,omitzero"`
}

// Wording is the exact text that somebody agreed to, or a version of a page of the operator's.
type Wording struct {
	Hash      string   `db:"hash" json:"hash"` // SHA-256 of purpose, language and text, in hex
	Purpose   string   `db:"purpose" json:"purpose"`
	Language  Language `db:"language" json:"language"`
	Version   int      `db:"version" json:"version"` // counts up within purpose and language
	Text      string   `db:"text" json:"text"`
	CreatedAt Time     `db:"created_at" json:"created_at"`
}
