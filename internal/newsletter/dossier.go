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
