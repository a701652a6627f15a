package main

import (
	"context"
	"log/slog"
	"net"
	"strconv"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
	"bode.example/templates"
)

// newRequests is the privacy desk's service. links and counting may be nil for commands, which take in no form.
func newRequests(c *config.Config, s *store.Store, links *token.Ring, suppression, counting *token.Hashes, texts *templates.Catalogue, log *slog.Logger) *datarequest.Service {
	public := ""
	if c.PublicURL != nil { // commands need none: packages are made by the site
		public = site(c)
	}
	return datarequest.New(datarequest.Parts{Store: s, Links: links, Hashes: suppression, Counting: counting, Texts: texts, Log: log}, datarequest.Config{
		Zone: c.Zone, Organisation: c.Organisation.Name, PublicBody: c.Organisation.Kind == "public",
		Limits: datarequest.Limits{AddressPerDay: c.Signup.AddressPerDay, NetworkPerHour: c.Signup.NetworkPerHour, TotalPerHour: c.Signup.TotalPerHour},
		Controller: datarequest.Controller{Name: c.Organisation.Name, Postal: c.Organisation.PostalAddress, Email: c.Organisation.Mail.String(),
			Website: c.Organisation.Website},
		Recipients: recipients(c), Retention: func(lang newsletter.Language) []datarequest.Term { return terms(c, texts, lang) }, Site: public,
	})
}

// recipients are those to whom data are passed: who keeps the mail server, and who else the operator names.
func recipients(c *config.Config) []string {
	host := c.SMTP.Relay.Host
	if ip := net.ParseIP(host); host == "" || host == "localhost" || ip != nil && ip.IsLoopback() {
		return c.Privacy.Recipients
	}
	return append([]string{host}, c.Privacy.Recipients...)
}

// terms say how long is kept what is held about people.
func terms(c *config.Config, texts *templates.Catalogue, lang newsletter.Language) []datarequest.Term {
	var all []datarequest.Term
	for _, t := range []struct {
		what string
		last time.Duration // zero: as its text says
	}{{"subscription", 0}, {"consent", 0}, {"mails", c.Retention.Mails}, {"signup", c.Signup.LinkLife}, {"origin", c.Retention.Origin}, {"reports", c.Retention.Reports}, {"suppression", 0}, {"left", c.Retention.Left}, {"requests", c.Retention.Requests}} {
		what, err := texts.Text(lang, "package_keep_"+t.what, nil)
		if err != nil {
			continue // Check has seen them all
		}
		key, args := "package_kept_"+t.what, templates.Args(nil)
		if t.last > 0 {
			key, args = "package_kept_days", templates.Args{"Count": int(t.last / (24 * time.Hour))}
		}
		if kept, err := texts.Text(lang, key, args); err == nil {
			all = append(all, datarequest.Term{What: what, Kept: kept})
		}
	}
	return all
}

// officers are who is reminded of requests: the privacy officers of the staff, or the organisation's own mailbox
// while there are none.
func officers(c *config.Config, s *store.Store) func(context.Context) ([]newsletter.Officer, error) {
	return func(ctx context.Context) ([]newsletter.Officer, error) {
		staff, err := s.AllStaff(ctx)
		var all []newsletter.Officer
		for _, m := range staff {
			if m.Has(newsletter.RoleOfficer) && m.Disabled.IsZero() {
				all = append(all, newsletter.Officer{Address: m.Address, Language: m.Language})
			}
		}
		if len(all) == 0 && c.Organisation.Mail != "" {
			all = append(all, newsletter.Officer{Address: c.Organisation.Mail, Language: c.Language})
		}
		return all, err
	}
}

// requestMessage makes the mails about requests.
func (n *notices) requestMessage(ctx context.Context, c *newsletter.Claim) (compose.Message, error) {
	if c.Template == newsletter.TemplateRequestLetter {
		return n.requestLetter(ctx, c)
	}
	r, err := n.store.RequestByID(ctx, *c.Ref)
	if err != nil {
		return nil, err
	}
	if c.Template == newsletter.TemplateRequestIdentity {
		return &compose.RequestIdentity{Kind: r.Kind, Reference: r.Reference(), URL: n.link("/q/", token.Request, r.PublicID, r.LinkUntil.Time),
			ValidUntil: r.LinkUntil.Time, Zone: n.zone}, nil
	}
	today := newsletter.DayOf(c.CreatedAt.Time, n.zone)
	return &compose.RequestReminder{Kind: r.Kind, Reference: r.Reference(), Due: r.DueOn, Late: r.Late(today),
		URL: n.site + "/desk/requests/" + strconv.FormatInt(r.ID, 10), Zone: n.zone}, nil
}

func (n *notices) requestLetter(ctx context.Context, c *newsletter.Claim) (compose.Message, error) {
	l, err := n.store.RequestLetter(ctx, *c.Ref)
	if err != nil {
		return nil, err
	}
	r, err := n.store.RequestByID(ctx, l.RequestID)
	if err != nil {
		return nil, err
	}
	name := ""
	if r.ShownOn != 0 { // a name that was typed into the form goes to nobody but its owner
		name = r.Name
	}
	m := &compose.RequestLetter{Subject: l.Subject, Body: l.Body, URL: n.site + "/privacy", Zone: n.zone}
	if m.Greeting, err = n.composer.Greeting(c.Language, name); err != nil {
		return nil, err
	}
	if l.Kind == newsletter.LetterAccess || l.Kind == newsletter.LetterPortability {
		x, err := n.store.DataExportOf(ctx, l.RequestID)
		if err != nil {
			return nil, err
		}
		m.Data, m.URL = true, n.link("/d/", token.Export, x.PublicID, x.ExpiresAt.Time)
	}
	return m, nil
}
