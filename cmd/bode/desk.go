package main

import (
	"context"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/store"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/editor"
	"bode.example/internal/web/officer"
	deskstaff "bode.example/internal/web/staff"
)

// newDesks puts the desks together, beside the public site, and adds the worker that counts for them. who says who is signed in.
func newDesks(c *config.Config, s *service, composer *compose.Composer, approver *review.Desk, requests *datarequest.Service, kit web.Config, who desk.Authenticator) (*desk.Desk, error) {
	d, err := desk.New(desk.Config{Web: kit, Organisation: c.Organisation.Name, Zone: c.Zone, Authenticator: who})
	if err != nil {
		return nil, &configError{err}
	}
	suppression, err := hashes(c, token.Suppression)
	if err != nil {
		return nil, err
	}
	audience := editor.NewAudience(s.store, s.now, s.log)
	s.workers = append(s.workers, part("audience", s.log, always(audience.Run)))
	pages := *approver // with the same memory of links
	pages.Store = countedStore{s.store, audience}
	if err := editor.Add(editor.Config{Desk: d, Store: s.store, Mail: composer, Composer: composer, Feeds: s.feeds.Client, SignedBy: strings.ToLower(c.DKIM.Domain), Hashes: suppression, LinkLife: c.Signup.LinkLife,
		Audience: audience, Review: &pages, Approver: approver}); err != nil {
		return nil, &configError{err}
	}
	if err := officer.Add(officer.Config{Desk: d, Store: s.store, Requests: requests, Sender: officer.Sender{Name: c.Organisation.Name, Mail: c.Organisation.Mail.String(),
		Phone: c.Organisation.Phone, Website: c.Organisation.Website, Postal: c.Organisation.PostalAddress},
		Processing: processingIn(c, kit.Templates.Texts()), Retention: officer.Retention{Terms: retentionTable(c), Daily: retentionTerms(c)}, Anchors: officer.Anchors{File: c.Audit.AnchorFile, Mail: c.Audit.AnchorMail}}); err != nil {
		return nil, &configError{err}
	}
	if err := deskstaff.Add(deskstaff.Config{Desk: d, Staff: s.staff, Store: s.store, Installation: founded(c, s)}); err != nil {
		return nil, &configError{err}
	}
	return d, d.Ready()
}

// countedStore is the database as pages see it: who reads a schedule may be a minute old.
type countedStore struct {
	*store.Store
	audience *editor.Audience
}

// EditionPosts are the posts of an edition, by the readers that were counted last.
func (s countedStore) EditionPosts(ctx context.Context, e *newsletter.Edition, now time.Time) ([]newsletter.EditionPost, error) {
	return s.audience.EditionPosts(ctx, e, now)
}

// founded is what the first steps show of the configuration.
func founded(c *config.Config, s *service) deskstaff.Installation {
	o := c.Organisation
	return deskstaff.Installation{
		Organisation: o.Name, Postal: o.PostalAddress, Mail: o.Mail.String(), Phone: o.Phone, Website: o.Website,
		Sender: c.Sender.Address, SenderName: c.Sender.Name, ReplyTo: c.Sender.ReplyTo, Relay: s.pool.String(), Signed: c.DKIM.Domain,
		Host: c.PublicURL.Hostname(), Language: c.Language, File: c.File(),
	}
}
