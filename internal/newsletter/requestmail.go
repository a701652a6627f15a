package newsletter

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// RequestMail is a mail that came to the privacy desk's address, as far as it is kept: words, and nothing that was
// attached to them. It is a stranger's until an officer has read it. In the database it is JSON, NULL for none.
type RequestMail struct {
	From    string `json:"from"` // whom it says it is from: anybody can write that
	Subject string `json:"subject"`
	Text    string `json:"text"`
	LeftOut int    `json:"left_out"` // attachments that were not kept
}

// Scan reads JSON.
func (m *RequestMail) Scan(from any) error {
	switch from := from.(type) {
	case string:
		return json.Unmarshal([]byte(from), m)
	case []byte:
		return json.Unmarshal(from, m)
	}
	return fmt.Errorf("a mail to the privacy desk can't be read from %T", from)
}

// Value is JSON, NULL for none.
func (m *RequestMail) Value() (driver.Value, error) {
	if m == nil {
		return nil, nil
	}
	text, err := json.Marshal(m)
	return string(text), err
}

// ConfirmRequest makes a request of a mail that came to the desk: an officer has read what is asked, and when it arrived.
type ConfirmRequest struct{ To *DataRequest }

// Name is "confirm".
func (ConfirmRequest) Name() string { return "confirm" }

// Apply lets go of the mail: what is needed of it stands in the request.
func (s ConfirmRequest) Apply(r *DataRequest, today Day, now time.Time) error {
	if r.State != RequestDraft {
		return Errorf(Conflict, "request_state", "request %s is %s: it was confirmed before", r.Reference(), r.State)
	}
	as := *r
	as.State, as.Mail = RequestReceived, nil
	if err := AmendRequest(s).Apply(&as, today, now); err != nil {
		return err
	}
	*r = as
	return nil
}
