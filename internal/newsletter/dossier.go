package newsletter

import "encoding/json"

// Dossier is all that is held about one person (GDPR art. 15). Of somebody who has not confirmed yet
// there is no Subscriber.
type Dossier struct {
	Address        Address         `json:"address"`    // that was asked about
	Subscriber     Subscriber      `json:"subscriber"` // null without one: see MarshalJSON
	Subscriptions  []Standing      `json:"subscriptions"`
	Consents       []ConsentRecord `json:"consents"`
	Deliveries     []SentMail      `json:"deliveries"`
	Bounces        []Bounce        `json:"bounces,omitempty"` // without their raw text
	Signups        []Signup        `json:"signups,omitempty"`
	AddressChanges []AddressChange `json:"address_changes,omitempty"`
	Suppressions   []Suppression   `json:"suppressions,omitempty"`
	Requests       []DataRequest   `json:"requests,omitempty"` // about these data
	Imports        []WaitingRow    `json:"imports,omitempty"`  // that may make a reader of them
}

// WaitingRow is a line of a file that somebody brought, which is about the person and was not imported yet.
type WaitingRow struct {
	List       string        `json:"list"`
	UploadedAt Time          `json:"uploaded_at"`
	Cells      []WaitingCell `json:"cells"` // those that hold something
}

// WaitingCell is a part of it, under the head of its column.
type WaitingCell struct {
	Column string `json:"column"`
	Value  string `json:"value"`
}

// MarshalJSON writes a dossier for the person that it is about: where there is no subscriber it says
// null, and where there is nothing of a kind, an empty list.
func (d Dossier) MarshalJSON() ([]byte, error) {
	type parts Dossier
	all := struct {
		Subscriber *Subscriber `json:"subscriber"`
		parts
	}{parts: parts(d)}
	if !d.Subscriber.PublicID.IsZero() {
		all.Subscriber = &d.Subscriber
	}
	all.Subscriptions = append([]Standing{}, d.Subscriptions...)
	all.Consents = append([]ConsentRecord{}, d.Consents...)
	all.Deliveries = append([]SentMail{}, d.Deliveries...)
	return json.Marshal(all)
}
