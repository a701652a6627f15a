package bounce_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/bounce"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

var hookSecret = []byte("0123456789abcdef0123456789abcdef")

// request is one to the hook, signed at a time with a secret.
func request(body string, at time.Time, secret []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, bounce.HookPath, strings.NewReader(body))
	t := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set(bounce.SignatureHeader, "t="+t+",v1="+bounce.Sign(secret, t, []byte(body)))
	return r
}

func TestTheHookTakesWhatIsSigned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		hook := &bounce.Hook{Service: x.service, Secret: hookSecret, Now: func() time.Time { return x.now }, Log: slog.New(slog.DiscardHandler)}
		ask := func(r *http.Request, status int, want string) {
			t.Helper()
			w := httptest.NewRecorder()
			hook.ServeHTTP(w, r)
			var a bounce.HookAnswer
			if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
				t.Error(err)
			}
			got := strings.TrimSpace(string(a.Effect) + " " + a.Reason)
			if w.Code != status || got != want || (a.Error != "") != (status != 200) {
				t.Errorf("%d %q %q, want %d %q", w.Code, got, a.Error, status, want)
			}
		}
		body := func(sender, class, id, more string) string {
			return fmt.Sprintf(`{"sender":%q,"class":%q,"id":%q%s}`, sender, class, id, more)
		}
		soft := body(x.janMail, "soft", "1", `,"status":"4.2.2","diagnostic":"jan@lezer.voorbeeld.nl is full"`)
		// What is not signed, or not now, changes nothing.
		unsigned := httptest.NewRequest(http.MethodPost, bounce.HookPath, strings.NewReader(soft))
		ask(unsigned, 401, "")
		ask(request(soft, x.now, []byte("another secret")), 401, "")
		ask(request(soft, x.now.Add(-6*time.Minute), hookSecret), 401, "")
		ask(request(soft, x.now.Add(6*time.Minute), hookSecret), 401, "")
		altered := request(soft, x.now, hookSecret)
		altered.Body = http.NoBody
		ask(altered, 401, "")
		moved := request(soft, x.now, hookSecret)
		moved.Header.Set(bounce.SignatureHeader, strings.Replace(moved.Header.Get(bounce.SignatureHeader), "t=", "t=1", 1))
		ask(moved, 401, "")
		// What is signed and not of the form says why.
		for _, bad := range []string{"", "{}", "[]", body(x.janMail, "autoreply", "1", ""), body(x.janMail, "hard", "", ""), soft + soft,
			body(x.janMail, "hard", "1", `,"recipient":"jan"`), body(x.janMail, "hard", "1", `,"status":"five"`)} {
			ask(request(bad, x.now, hookSecret), 400, "")
		}
		large := body(x.janMail, "hard", "1", `,"diagnostic":"`+strings.Repeat("x", 70<<10)+`"`)
		ask(request(large, x.now, hookSecret), 413, "")
		ask(httptest.NewRequest(http.MethodGet, bounce.HookPath, nil), 405, "")
		x.want("active, active")

		ask(request(soft, x.now, hookSecret), 200, "counted")
		ask(request(soft, x.now, hookSecret), 409, "")                            // the same signature: a replay
		ask(request(soft, x.now.Add(time.Second), hookSecret), 200, "none known") // signed anew: the same report
		ask(request(body("bounce+x@nieuws.example.nl", "hard", "2", ""), x.now, hookSecret), 200, "none forged")
		ask(request(body(x.pietMail, "hard", "3", `,"status":"5.7.1"`), x.now, hookSecret), 200, "none policy")
		x.want("active, active")
		ask(request(body(x.janMail, "hard", "4", `,"status":"5.1.1"`), x.now, hookSecret), 200, "suppressed")
		ask(request(body(x.pietMail, "complaint", "5", ""), x.now, hookSecret), 200, "suppressed")
		x.want("active suppressed, unsubscribed suppressed")
		x.now = x.now.Add(time.Hour)
		ask(request(soft, x.now.Add(-time.Hour), hookSecret), 401, "") // an old signature is not remembered, and not needed to be
	})
}
