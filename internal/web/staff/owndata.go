package staff

import (
	"encoding/json"
	"fmt"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/web/desk"
)

// ownData is what is held about somebody on the staff (GDPR art. 15): secrets, and hashes of them, aside.
type ownData struct {
	Account  ownAccount         `json:"account"`
	Factors  []ownFactor        `json:"second_factors"`
	Recovery int                `json:"recovery_codes_left"`
	Sessions []ownSession       `json:"sessions"`
	Done     []store.AuditEntry `json:"done"`           // by them
	About    []store.AuditEntry `json:"about"`          // done to their account
	More     bool               `json:"more,omitempty"` // of the audit log there is more than this; an officer has it all
}

type ownAccount struct {
	ID       newsletter.PublicID `json:"id"`
	Address  newsletter.Address  `json:"address"`
	Name     string              `json:"name"`
	Language newsletter.Language `json:"language"`
	Roles    []newsletter.Role   `json:"roles"`
	Created  newsletter.Time     `json:"created_at"`
	SignedIn newsletter.Time     `json:"signed_in_at,omitzero"`
}

type ownFactor struct {
	Kind    newsletter.Factor `json:"kind"`
	Name    string            `json:"name,omitempty"`
	Created newsletter.Time   `json:"created_at"`
	Used    newsletter.Time   `json:"used_at,omitzero"`
}

type ownSession struct {
	Network string            `json:"network"`
	Agent   string            `json:"agent"`
	Factor  newsletter.Factor `json:"factor"`
	Created newsletter.Time   `json:"created_at"`
	Seen    newsletter.Time   `json:"seen_at"`
	Expires newsletter.Time   `json:"expires_at"`
}

// mostEntries of the audit log go into one's own data, of each kind: the latest.
const mostEntries = 10_000

func (d *door) ownData(w http.ResponseWriter, r *http.Request) error {
	data, err := d.dataOf(r, desk.StaffOf(r))
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="account-%s.json"`, d.Now().In(d.Zone).Format("2006-01-02")))
	_, _ = w.Write(b) // the reader has gone, or gets it all
	return nil
}

func (d *door) dataOf(r *http.Request, m *newsletter.Staff) (*ownData, error) {
	data := &ownData{Account: ownAccount{m.PublicID, m.Address, m.Name, m.Language, m.Roles, m.Created, m.SignedIn},
		Factors: []ownFactor{}, Sessions: []ownSession{}}
	f, err := d.Staff.Factors(r.Context(), m)
	if err != nil {
		return nil, err
	}
	if f.Authenticator != nil {
		data.Factors = append(data.Factors, ownFactor{Kind: newsletter.FactorCode, Created: f.Authenticator.CreatedAt})
	}
	for _, k := range f.Passkeys {
		data.Factors = append(data.Factors, ownFactor{newsletter.FactorPasskey, k.Name, k.CreatedAt, k.UsedAt})
	}
	data.Recovery = f.RecoveryCodes
	sessions, err := d.Staff.Sessions(r.Context(), m, d.Now())
	if err != nil {
		return nil, err
	}
	for _, n := range sessions {
		data.Sessions = append(data.Sessions, ownSession{n.Network, n.Agent, n.Factor, n.CreatedAt, n.SeenAt, n.ExpiresAt})
	}
	by := m.Actor()
	if data.Done, err = d.Store.AuditLog(r.Context(), store.AuditQuery{ActorKind: string(by.Kind), ActorID: by.ID, Limit: mostEntries}); err != nil {
		return nil, err
	}
	data.About, err = d.Store.AuditLog(r.Context(), store.AuditQuery{ObjectKind: "staff", ObjectID: m.PublicID.String(), Limit: mostEntries})
	data.More = len(data.Done) == mostEntries || len(data.About) == mostEntries
	return data, err
}
