package bounce

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// HookPath is where the hook stands.
const HookPath = "/hooks/bounce"

// SignatureHeader bears the proof that a report comes from who holds the secret:
//
//	Bode-Signature: t=1700000000,v1=<HMAC-SHA-256 of "1700000000." and the body, in hexadecimal>
const SignatureHeader = "Bode-Signature"

// Hook takes reports as JSON, in the one form that docs/bounces.md tells.
type Hook struct {
	Service *Service
	// Secret is shared with the sender; at least 32 octets.
	Secret []byte
	Now    func() time.Time
	Log    *slog.Logger
}

const (
	// maxBody bounds a report, in bytes; skew is how far the clocks may be apart, and how long a signature
	// is remembered.
	maxBody = 64 << 10
	skew    = 5 * time.Minute
)

// HookReport is the body of a request.
type HookReport struct {
	// Sender is the envelope's sender of the mail that the report is about: its token names the delivery.
	Sender     string                 `json:"sender"`
	Class      newsletter.BounceClass `json:"class"`                // hard, soft or complaint
	ID         string                 `json:"id"`                   // the sender's own: the same one counts once
	Status     string                 `json:"status,omitempty"`     // enhanced status code (RFC 3463)
	Diagnostic string                 `json:"diagnostic,omitempty"` // what the mail server said
}

// HookAnswer is the body of an answer.
type HookAnswer struct {
	Effect newsletter.BounceEffect `json:"effect,omitempty"`
	Reason string                  `json:"reason,omitempty"`
	Error  string                  `json:"error,omitempty"`
}

// ServeHTTP takes one report: 200 with its effect, 400 for what is not in the form, 401 for what is not
// signed, 409 for a signature that was used before, 503 for passing trouble.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodPost {
		header.Set("Allow", http.MethodPost)
		h.answer(w, r, http.StatusMethodNotAllowed, HookAnswer{Error: "POST only"})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		h.answer(w, r, status, HookAnswer{Error: "the body can't be read, or has more than 64 kB"})
		return
	}
	now := h.Now()
	signature, err := h.verify(r.Header.Get(SignatureHeader), body, now)
	if err != nil {
		h.answer(w, r, http.StatusUnauthorized, HookAnswer{Error: err.Error()})
		return
	}
	report, err := readHook(body)
	if err != nil {
		h.answer(w, r, http.StatusBadRequest, HookAnswer{Error: err.Error()})
		return
	}
	h.take(w, r, report, body, signature, now)
}

func (h *Hook) take(w http.ResponseWriter, r *http.Request, report *HookReport, body []byte, signature string, now time.Time) {
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	result, err := h.Service.takeHook(ctx, report, body, signature, now)
	switch {
	case newsletter.Is(err, newsletter.TooMany):
		h.answer(w, r, http.StatusConflict, HookAnswer{Error: "this signature was used before: sign each request anew"})
	case err != nil:
		h.Log.ErrorContext(ctx, "bounce: a report of the hook could not be taken in", "error", err)
		h.answer(w, r, http.StatusServiceUnavailable, HookAnswer{Error: "not now: try again later, signed anew"})
	default:
		h.answer(w, r, http.StatusOK, HookAnswer{Effect: result.Effect, Reason: result.Reason})
	}
}

func (h *Hook) answer(w http.ResponseWriter, r *http.Request, status int, a HookAnswer) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // the sender may have gone
	h.Log.InfoContext(r.Context(), "bounce: hook", "status", status, "effect", a.Effect, "reason", a.Reason)
}

var errUnsigned = errors.New("the request is not signed as docs/bounces.md tells, or its time is more than five minutes off")

// verify checks time and signature and returns the signature as it is remembered. All that is wrong is one
// error, and the comparison takes the same time for all: nobody learns how near they were.
func (h *Hook) verify(header string, body []byte, now time.Time) (string, error) {
	var at, sum string
	for part := range strings.SplitSeq(header, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			at = value
		case "v1":
			sum = value
		}
	}
	want := Sign(h.Secret, at, body)
	seconds, err := strconv.ParseInt(at, 10, 64)
	signed := hmac.Equal([]byte(want), []byte(strings.ToLower(sum)))
	if err != nil || !signed || len(h.Secret) == 0 || now.Sub(time.Unix(seconds, 0)).Abs() > skew {
		return "", errUnsigned
	}
	return want, nil
}

// Sign returns the signature of a body at a time, in seconds since 1970.
func Sign(secret []byte, at string, body []byte) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(at + "."))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// readHook reads a body strictly: a field that nobody reads is a mistake of the sender's.
func readHook(body []byte) (*HookReport, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var r HookReport
	if err := d.Decode(&r); err != nil {
		return nil, errors.New("the body is not the JSON of docs/bounces.md: " + cut(oneLine(err.Error()), 200))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body holds more than one report")
	}
	switch r.Class {
	case newsletter.BounceHard, newsletter.BounceSoft, newsletter.BounceComplaint:
	default:
		return nil, errors.New(`class: must be "hard", "soft" or "complaint"`)
	}
	if r.ID == "" || len(r.ID) > 200 {
		return nil, errors.New("id: must have 1 to 200 characters")
	}
	if r.Status != "" && !statusCode.MatchString(r.Status) {
		return nil, errors.New("status: must be like 5.1.1")
	}
	return &r, nil
}

// takeHook does with a report of the hook what is done with all. That it is about us is read from its
// status; a "hard" one with a status that says otherwise is what the status says.
func (s *Service) takeHook(ctx context.Context, h *HookReport, body []byte, signature string, now time.Time) (Result, error) {
	delivery, err := s.deliveryOf(h.Sender, now)
	if err != nil {
		return Result{Effect: newsletter.EffectNone, Reason: reasonOf(err), Settled: true}, nil
	}
	b := &newsletter.Bounce{DeliveryID: delivery, Way: newsletter.WayHook, Class: h.Class, Status: h.Status, Recognised: "hook",
		Diagnostic: anAddress.ReplaceAllString(cut(oneLine(h.Diagnostic), maxDiagnostic), "<address>"), Hash: "hook " + Sign(nil, h.ID, nil), Raw: body}
	if h.Class != newsletter.BounceComplaint && (h.Status != "" || statusCode.MatchString(h.Diagnostic)) {
		v, status := judge(h.Status, h.Diagnostic)
		b.Status, b.Policy = status, v.policy
		if v.class != newsletter.BounceHard {
			b.Class = newsletter.BounceSoft
		}
	}
	once := newsletter.Quota{Counter: "hook", Key: signature, Limits: []newsletter.Limit{{Most: 1, Per: 2 * skew}}, Reason: "replayed"}
	if err := s.store.TakeReport(ctx, b, s.config.Rule, []newsletter.Quota{once}, s.suppression.Current, system, now); err != nil {
		return Result{}, err
	}
	return Result{Effect: b.Effect, Reason: b.Reason, Bounce: b.PublicID, Settled: true}, nil
}
