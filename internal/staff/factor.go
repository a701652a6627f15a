package staff

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"bode.example/internal/newsletter"
)

// period is how long a code of an authenticator counts, in seconds, and skew how many periods the two
// clocks may differ (RFC 6238, 5.2 and 6).
const (
	period = 30
	skew   = 1
)

var codes = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// stepOf returns the step of which somebody typed the code, among those around now and after the last one
// that was taken; 0: none.
func stepOf(secret, typed string, last int64, now time.Time) int64 {
	typed = strings.Join(strings.Fields(typed), "")
	var step int64
	for at := now.Unix()/period - skew; at <= now.Unix()/period+skew; at++ {
		if good, err := hotp.ValidateCustom(typed, uint64(max(at, 0)), secret, codes); err == nil && good && at > last {
			step = at
		}
	}
	return step
}

// Factors returns somebody's second factors.
func (s *Service) Factors(ctx context.Context, m *newsletter.Staff) (*newsletter.Factors, error) {
	return s.store.Factors(ctx, m.ID)
}

// ProveCode makes half a session whole by a code of the authenticator, and returns its new token.
func (s *Service) ProveCode(ctx context.Context, half *newsletter.Session, typed string, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	if err := s.store.CountAttempt(ctx, s.factorQuotas(&half.Staff, newsletter.FactorCode), now); err != nil {
		return "", nil, err
	}
	f, err := s.store.Factors(ctx, half.StaffID)
	if err != nil {
		return "", nil, err
	}
	if f.Authenticator == nil {
		return "", nil, refused("code")
	}
	secret, stale, err := s.box.Open(authenticatorOf(&half.Staff), f.Authenticator.Sealed)
	if err != nil {
		return "", nil, err
	}
	proof := newsletter.FactorProof{Factor: newsletter.FactorCode, Step: stepOf(secret, typed, f.Authenticator.LastStep, now)}
	if proof.Step == 0 {
		return "", nil, s.refuseFactor(ctx, half, newsletter.FactorCode, refused("code"), now)
	}
	if stale {
		proof.Sealed = s.box.Seal(authenticatorOf(&half.Staff), secret)
	}
	return s.prove(ctx, half, proof, client, now)
}

// ProveRecovery makes half a session whole by one of the recovery codes, which is used up.
func (s *Service) ProveRecovery(ctx context.Context, half *newsletter.Session, typed string, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	if err := s.store.CountAttempt(ctx, s.factorQuotas(&half.Staff, newsletter.FactorRecovery), now); err != nil {
		return "", nil, err
	}
	proof := newsletter.FactorProof{Factor: newsletter.FactorRecovery, CodeHash: recoveryHash(&half.Staff, typed)}
	return s.prove(ctx, half, proof, client, now)
}

// prove makes half a session whole: its new token is returned with it. In a whole one the factor is proved once more, for
// what asks that it be fresh; its token stays, and the one that is returned is empty.
func (s *Service) prove(ctx context.Context, half *newsletter.Session, proof newsletter.FactorProof, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	text, hash, next := "", "", (*newsletter.Session)(nil)
	if !half.Whole() {
		text, hash = newToken()
		next = s.begin(client, now, s.config.Life)
	}
	if err := s.store.ProveFactor(ctx, half, next, hash, proof, s.factorQuotas(&half.Staff, proof.Factor), now); err != nil {
		var e *newsletter.Error
		if errors.As(err, &e) && e.Reason == "factor_refused" {
			err = s.refuseFactor(ctx, half, proof.Factor, refused("code"), now)
		}
		return "", nil, err
	}
	if next == nil {
		next = half
	}
	return text, next, nil
}

// refuseFactor notes that a second factor was refused, and returns why.
func (s *Service) refuseFactor(ctx context.Context, n *newsletter.Session, factor newsletter.Factor, why error, now time.Time) error {
	if err := s.store.RefuseFactor(ctx, n, factor, system, now); err != nil {
		return err
	}
	return why
}

func authenticatorOf(m *newsletter.Staff) string { return "authenticator " + m.PublicID.String() }

// recoveryCodes is how many there are, and recoveryText how they are written: 80 random bits each.
const recoveryCodes = 10

var recoveryText = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// newRecoveryCodes draws codes, and the hashes by which the database knows them.
func newRecoveryCodes(m *newsletter.Staff) (shown, hashes []string) {
	for range recoveryCodes {
		var b [10]byte
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails: it ends the program instead
		code := recoveryText.EncodeToString(b[:])
		shown = append(shown, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		hashes = append(hashes, recoveryHash(m, code))
	}
	return shown, hashes
}

func recoveryHash(m *newsletter.Staff, typed string) string {
	typed = strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(typed))
	return hashOf("recovery "+m.PublicID.String(), typed)
}
