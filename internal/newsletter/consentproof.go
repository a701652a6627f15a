package newsletter

// ConsentProof is what shows that somebody wanted a list (GDPR art. 7(1)): their part of the ledger of consent for that
// list, with the evidence that is still kept, the words that were shown, and whether all of it is as it was written.
type ConsentProof struct {
	Subscription PublicID          `json:"subscription"`
	State        SubscriptionState `json:"state"`
	Subscriber   PublicID          `json:"subscriber"`
	Address      Address           `json:"address"` // as it is now; the evidence has that of then
	Language     Language          `json:"language"`
	List         string            `json:"list"` // its title
	Entries      []ProvenConsent   `json:"entries"`
	Head         ChainHead         `json:"head"` // of the whole ledger, when this was made
}

// ProvenConsent is one entry of the ledger, with what belongs to it.
type ProvenConsent struct {
	Consent
	Evidence *Evidence `json:"evidence,omitempty"` // nil: there was none, or it is erased
	Wording  *Wording  `json:"wording,omitempty"`  // what was agreed to
	Privacy  *Wording  `json:"privacy,omitempty"`  // the privacy statement that stood beside it
	// Whole: the entry, its links to the entries before and after it, its evidence and its words are as they were written.
	Whole bool `json:"whole"`
}

// ChainHead is the last entry of a chain: its number, and the hash that stands for all before it too.
type ChainHead struct {
	Seq  int64  `db:"seq" json:"seq"`
	Hash string `db:"hash" json:"hash"`
}

// Whole reports whether every entry is as it was written.
func (p *ConsentProof) Whole() bool {
	for i := range p.Entries {
		if !p.Entries[i].Whole {
			return false
		}
	}
	return len(p.Entries) > 0
}

// Given returns the request and the confirmation that the subscription stands on, or stood on last. Either may be nil:
// who came by an import of confirmed people was never asked here.
func (p *ConsentProof) Given() (requested, confirmed *ProvenConsent) {
	for i := range p.Entries {
		switch e := &p.Entries[i]; e.Action {
		case ConsentRequested:
			requested, confirmed = e, nil
		case ConsentConfirmed:
			confirmed = e
		}
	}
	return requested, confirmed
}

// Withdrawn returns the entry that ended it, if it is ended.
func (p *ConsentProof) Withdrawn() *ProvenConsent {
	for i := len(p.Entries) - 1; i >= 0; i-- {
		switch e := &p.Entries[i]; e.Action {
		case ConsentWithdrawn:
			return e
		case ConsentConfirmed, ConsentRequested:
			return nil
		}
	}
	return nil
}

// ConsentFound is a subscription whose consent can be shown, as a search by an address finds it.
type ConsentFound struct {
	Subscription PublicID          `db:"public_id" json:"subscription"`
	State        SubscriptionState `db:"state" json:"state"`
	List         string            `json:"list"` // its name
	Title        string            `json:"title"`
}
