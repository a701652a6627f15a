package datarequest

import (
	"testing"

	"bode.example/internal/newsletter"
)

// Who presses the link of a request sees what is asked, and not that the answer would go to somebody else.
func TestAnAnswerToAnotherAddressTakesAnOfficer(t *testing.T) {
	r := &newsletter.DataRequest{Kind: newsletter.RequestAccess}
	if !served(r) {
		t.Error("a request for one's own data needs no officer")
	}
	elsewhere := newsletter.Address("ander@voorbeeld.nl")
	r.ReplyAddress = &elsewhere
	if served(r) {
		t.Error("all data would go to another address at a press of a button")
	}
}
