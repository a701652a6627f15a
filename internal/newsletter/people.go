package newsletter

// PeopleQuery chooses people; what is empty doesn't choose. People come the newest first.
type PeopleQuery struct {
	// Lists are those whose people may be seen; nil: all lists, and people of none.
	Lists  []int64
	Search string // a part of the address or of the name
	// The next four are about one and the same subscription.
	ListID     int64
	ScheduleID int64
	TopicID    int64 // of ListID; who has chosen all topics has it too
	State      SubscriptionState
	Suppressed bool // only those who must not be mailed
	Language   Language
	Since      Time  // who came then or later
	Before     int64 // goes on behind the person of this id
	Limit      int   // 0: 50
}

// OfSubscriptions reports whether a query asks for something about subscriptions.
func (q *PeopleQuery) OfSubscriptions() bool {
	return q.Lists != nil || q.ListID != 0 || q.ScheduleID != 0 || q.TopicID != 0 || q.State != ""
}

// OfPeople reports whether it asks for something about the people themselves.
func (q *PeopleQuery) OfPeople() bool {
	return q.Search != "" || q.Suppressed || q.Language != "" || !q.Since.IsZero()
}

// PersonLine is somebody in a list of people, with the subscriptions that may be seen.
type PersonLine struct {
	Subscriber
	Subscriptions []Membership
}

// Membership is a subscription as an editor sees it.
type Membership struct {
	ID           int64             `db:"id"`
	PublicID     PublicID          `db:"public_id"`
	SubscriberID int64             `db:"subscriber_id"`
	ListID       int64             `db:"list_id"`
	List         string            `db:"list"` // their names
	Schedule     string            `db:"schedule"`
	State        SubscriptionState `db:"state"`
	AllTopics    bool              `db:"all_topics"`
	Topics       IDs               `db:"topics"`
	TopicNames   []string          `db:"-"`
	PausedUntil  Time              `db:"paused_until"`
	CreatedAt    Time              `db:"created_at"`
	EndedAt      Time              `db:"ended_at"`
	// Of the consent that it rests on: when it was given, and by which way. Only where they were asked for.
	ConsentAt      Time   `db:"-"`
	ConsentChannel string `db:"-"`
}
