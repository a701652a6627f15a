package newsletter

// EditionReader is what is known of one address when an editor asks: do they get this edition, and if not,
// why?
type EditionReader struct {
	Subscriber   *Subscriber   // nil: nobody has this address
	Subscription *Subscription // of the edition's list; nil: none
	Pace         *Schedule     // that they read
	Reader       Combination   // what they have had and want; of an active subscription
	Delivery     *Delivery     // of this edition, if there is one
}

// WhyNot says why somebody gets nothing of an edition, or that they get it. Its texts are "reader_" + WhyNot.
type WhyNot string

// The answers.
const (
	ReaderGets       WhyNot = "gets"
	ReaderUnknown    WhyNot = "unknown"    // nobody has this address
	ReaderElsewhere  WhyNot = "elsewhere"  // known, but not subscribed to this list
	ReaderLeft       WhyNot = "left"       // unsubscribed
	ReaderPaused     WhyNot = "paused"     // the subscription
	ReaderOtherPace  WhyNot = "other_pace" // reads another schedule
	ReaderSuppressed WhyNot = "suppressed"
	ReaderRestricted WhyNot = "restricted"
	ReaderHadAll     WhyNot = "had_all" // nothing in it is new to them, or on a topic of theirs
	ReaderDelivered  WhyNot = "delivered"
	ReaderTooLate    WhyNot = "too_late" // it has left without them: they were not there yet
)

// Why decides, by the rules of a release. r is the edition's; the share is what they would get.
func (e *EditionReader) Why(r *Release) (WhyNot, Share) {
	switch s := e.Subscription; {
	case e.Delivery != nil:
		return ReaderDelivered, Share{}
	case e.Subscriber == nil:
		return ReaderUnknown, Share{}
	case s == nil:
		return ReaderElsewhere, Share{}
	case s.State == SubscriptionUnsubscribed:
		return ReaderLeft, Share{}
	case !e.Subscriber.SuppressedAt.IsZero():
		return ReaderSuppressed, Share{}
	case !e.Subscriber.RestrictedAt.IsZero():
		return ReaderRestricted, Share{}
	case s.State == SubscriptionPaused:
		return ReaderPaused, Share{}
	case s.ScheduleID != r.Edition.ScheduleID:
		return ReaderOtherPace, Share{}
	}
	share := r.Share(&e.Reader)
	if !share.Mail {
		return ReaderHadAll, share
	}
	return ReaderGets, share
}
