package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"bode.example/cmd/bode/config"
	"bode.example/internal/bounce"
	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/mailer"
)

// newReturned makes what takes in what comes back.
func newReturned(c *config.Config, s *service, links *token.Ring, suppression *token.Hashes) (*bounce.Service, error) {
	b := c.Bounce
	return bounce.New(s.store, links, suppression, relayForwarder{s.pool}, bounce.Config{
		Rule:    newsletter.BounceRule{SoftLimit: b.SoftLimit, SoftPeriod: b.SoftPeriod},
		KeepRaw: c.Retention.RawReports, Keep: c.Retention.Reports,
		Mailbox: c.Sender.BounceAddress, Leaving: b.UnsubscribeAddress,
		Privacy: c.Privacy.Address, Requests: s.requests,
		Own:      given(c.Sender.Address, c.Sender.ReplyTo),
		Contacts: given(c.Sender.ReplyTo, c.Organisation.Mail),
	}, s.log)
}

// given drops the addresses that are not configured.
func given(all ...newsletter.Address) (some []newsletter.Address) {
	for _, a := range all {
		if a != "" {
			some = append(some, a)
		}
	}
	return some
}

// relayForwarder passes letters on through the mail server that takes our mail, with the null sender.
type relayForwarder struct{ pool *mailer.Pool }

func (f relayForwarder) Forward(ctx context.Context, to newsletter.Address, letter []byte) error {
	_, err := f.pool.Send(ctx, mailer.Envelope{To: to.String(), Priority: true}, letter)
	var fault *mailer.SendError
	if errors.As(err, &fault) && (fault.Kind == mailer.KindContent || fault.Kind == mailer.KindRecipient) {
		return fmt.Errorf("%w: %w", bounce.ErrNotForwarded, err)
	}
	return err
}

// takeIn adds the ways by which messages come in, as they are configured. Only processes that serve have them.
func (s *service) takeIn(returned *bounce.Service) error {
	b := s.config.Bounce
	if b.IMAP.Address != "" {
		password, err := s.config.IMAPPassword()
		if err != nil {
			return &configError{err}
		}
		security := map[string]bounce.Security{"tls": bounce.ImplicitTLS, "starttls": bounce.StartTLS, "none": bounce.NoTLS}[b.IMAP.Security]
		mailbox := &bounce.Mailbox{Service: returned, Duty: s.store, Worker: workerName(), Now: s.now, Log: s.log, Every: b.IMAPEvery, MaxBytes: int64(b.MaxMessage),
			Server: bounce.MailboxServer{Address: b.IMAP.Address, User: b.IMAP.User, Password: password.Reveal(), Folder: b.IMAP.Folder, Aside: b.IMAPFolder, Security: security}}
		s.workers = append(s.workers, part("mailbox", s.log, always(mailbox.Run)))
	}
	if b.Listen == "" {
		return nil
	}
	l, err := listen(b.Listen)
	if err != nil {
		return err
	}
	s.inbound = l
	listener := &bounce.Listener{Service: returned, Now: s.now, Log: s.log, LMTP: b.Protocol == "lmtp", Hostname: s.config.PublicURL.Hostname(),
		Networks: b.Networks, MaxBytes: int64(b.MaxMessage), MaxRecipients: b.MaxRecipients, Timeout: b.Timeout}
	s.workers = append(s.workers, part("listener", s.log, func(ctx context.Context) error { return listener.Serve(ctx, l) }))
	return nil
}

// hook stands before the pages where a secret for it is configured.
func (s *service) hook(returned *bounce.Service, pages http.Handler) (http.Handler, error) {
	secret, err := s.config.HookSecret()
	if err != nil {
		return nil, &configError{err}
	}
	if secret.Empty() {
		return pages, nil
	}
	hook := &bounce.Hook{Service: returned, Secret: []byte(secret.Reveal()), Now: s.now, Log: s.log}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == bounce.HookPath {
			hook.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	}), nil
}

// closeInbound closes the listener of what comes back, if it has not served.
func closeInbound(l net.Listener) {
	if l != nil {
		_ = l.Close() // closed already when it was served
	}
}
