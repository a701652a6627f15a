package public

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Only a demonstration has a mailbox to look into, and there every page that says "check your mailbox" leads to it.
func TestTheMailboxOfADemonstrationIsLinked(t *testing.T) {
	server, _ := gallery(t)
	for _, name := range []string{"signup-sent", "access-sent"} {
		answer, err := http.Get(server.URL + "/sample/" + name)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
		if err != nil || !strings.Contains(string(body), `<a href="/demo/mailbox">`) {
			t.Errorf("%s: %v %s", name, err, body)
		}
	}
}
