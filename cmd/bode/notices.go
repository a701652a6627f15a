package main

import (
	"context"
	"fmt"
	"time"

	"bode.example/internal/compose"
	"bode.example/internal/delivery"
	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
	"bode.example/internal/store"
	"bode.example/internal/token"
	deskstaff "bode.example/internal/web/staff"
	"bode.example/mailer"
)

// notices writes the mails to one person. A delivery names the row that its mail is about; the mail
// and its links are made from that row when it is sent, so the outbox holds no secret.
type notices struct {
	*personal
	store *store.Store
	zone  *time.Location
}

var _ delivery.Notices = (*notices)(nil)

func (n *notices) Notice(ctx context.Context, c *newsletter.Claim, now time.Time) (*mailer.Letter, map[string]string, error) {
	switch c.Template {
	case newsletter.TemplateEditionProof, newsletter.TemplateEditionReminder, newsletter.TemplateEditionHeld:
		return n.proof(ctx, c, now)
	case newsletter.TemplateEditionTest:
		if c.Ref != nil {
			return n.test(ctx, c)
		}
	}
	m, err := n.message(ctx, c, now)
	if err != nil {
		return nil, nil, err
	}
	draft, err := n.composer.Notice(c.Language, layout(c), m)
	if err != nil {
		return nil, nil, err
	}
	letter, err := draft.Compile(nil)
	return letter, nil, err
}

// test is the letter of an edition that an editor sends to colleagues. It is no reader's: its own links
// lead to the site.
func (n *notices) test(ctx context.Context, c *newsletter.Claim) (*mailer.Letter, map[string]string, error) {
	stored, err := n.store.TestLetter(ctx, *c.Ref)
	if err != nil {
		return nil, nil, err
	}
	var letter mailer.Letter
	if err := letter.UnmarshalBinary(stored.Letter); err != nil {
		return nil, nil, err
	}
	greeting, err := n.composer.Greeting(stored.Language, "")
	if err != nil {
		return nil, nil, err
	}
	home := n.site + "/"
	return &letter, map[string]string{compose.FieldGreeting: greeting, compose.FieldUnsubscribe: home, compose.FieldPreferences: home,
		compose.FieldWhy: home, compose.FieldUnsubscribeMail: n.contact}, nil
}

// layout is the reader's, or the standard one for somebody who has chosen nothing yet.
func layout(c *newsletter.Claim) newsletter.Layout {
	if c.Reader.Valid() {
		return c.Reader
	}
	return newsletter.Standard
}

func (n *notices) message(ctx context.Context, c *newsletter.Claim, now time.Time) (compose.Message, error) {
	if c.Ref == nil {
		return nil, fmt.Errorf("delivery %d names nothing that its mail %q could be about", c.ID, c.Template)
	}
	greeting, err := n.composer.Greeting(c.Language, c.Name)
	if err != nil {
		return nil, err
	}
	switch c.Template {
	case newsletter.TemplateConfirmation:
		return n.confirmation(ctx, c, now)
	case newsletter.TemplateWelcome:
		choices, preferences, err := n.standing(ctx, c, now)
		return &compose.Welcome{Greeting: greeting, Choices: choices, PreferencesURL: preferences, Zone: n.zone}, err
	case newsletter.TemplateAlreadySubscribed:
		choices, preferences, err := n.standing(ctx, c, now)
		return &compose.AlreadySubscribed{Greeting: greeting, Choices: choices, PreferencesURL: preferences, Zone: n.zone}, err
	case newsletter.TemplateAccessLink:
		l, err := n.store.AccessLinkByID(ctx, *c.Ref)
		if err != nil {
			return nil, err
		}
		return &compose.AccessLink{Greeting: greeting, URL: n.link("/a/", token.Access, l.PublicID, l.ExpiresAt.Time),
			ValidUntil: l.ExpiresAt.Time, Zone: n.zone}, nil
	case newsletter.TemplateSignIn, newsletter.TemplateInvitation:
		return n.signIn(ctx, c)
	case newsletter.TemplateTestMail:
		return &compose.TestMail{Greeting: greeting, URL: n.site + deskstaff.StepsPath, Zone: n.zone}, nil
	case newsletter.TemplateAddressConfirmation:
		change, err := n.store.AddressChangeByID(ctx, *c.Ref)
		if err != nil {
			return nil, err
		}
		return &compose.AddressConfirmation{URL: n.link("/x/", token.AddressChange, change.PublicID, change.ExpiresAt.Time),
			ValidUntil: change.ExpiresAt.Time, Zone: n.zone}, nil
	case newsletter.TemplateAddressNotice:
		change, err := n.store.AddressChangeByID(ctx, *c.Ref)
		if err != nil {
			return nil, err
		}
		return &compose.AddressNotice{Greeting: greeting, UndoURL: n.link("/z/", token.AddressUndo, change.PublicID, change.UndoUntil.Time),
			UndoUntil: change.UndoUntil.Time, Zone: n.zone}, nil
	}
	switch c.Template {
	case newsletter.TemplateAnchor:
		a, err := n.store.AnchorByID(ctx, *c.Ref)
		return &compose.AuditAnchor{Anchor: a, URL: n.site + "/desk/privacy/ledger", Zone: n.zone}, err
	case newsletter.TemplateRequestIdentity, newsletter.TemplateRequestLetter, newsletter.TemplateRequestReminder:
		return n.requestMessage(ctx, c)
	}
	return nil, fmt.Errorf("delivery %d asks for a mail %q that nobody writes", c.ID, c.Template)
}

// signIn brings somebody of the staff the link that the delivery is about. The first admin is on no staff
// yet: the link itself says who they are.
func (n *notices) signIn(ctx context.Context, c *newsletter.Claim) (compose.Message, error) {
	l, to, err := n.store.SignInByID(ctx, *c.Ref)
	if err != nil {
		return nil, err
	}
	name := l.Name
	if to != nil {
		name = to.Name
	}
	greeting, err := n.composer.Greeting(c.Language, name)
	if err != nil {
		return nil, err
	}
	url := n.link(deskstaff.LinkPath, token.SignIn, l.PublicID, l.ExpiresAt.Time)
	if c.Template == newsletter.TemplateInvitation {
		return &compose.Invitation{Greeting: greeting, URL: url, ValidUntil: l.ExpiresAt.Time, Zone: n.zone}, nil
	}
	return &compose.SignIn{Greeting: greeting, URL: url, Code: n.links.Code(l.PublicID), ValidUntil: l.ExpiresAt.Time, Zone: n.zone}, nil
}

// confirmation lists what the form asked for: its link confirms that and nothing more (STANDARDS D2).
func (n *notices) confirmation(ctx context.Context, c *newsletter.Claim, now time.Time) (compose.Message, error) {
	u, err := n.store.SignupByID(ctx, *c.Ref)
	if err != nil {
		return nil, err
	}
	m := &compose.Confirmation{URL: n.link("/c/", token.Confirm, u.PublicID, u.ExpiresAt.Time), ValidUntil: u.ExpiresAt.Time, Zone: n.zone,
		Invited: u.Channel == newsletter.ChannelInvitation}
	for _, wish := range u.Choices {
		choice, err := n.choice(ctx, wish, c.Language, now)
		if err != nil {
			return nil, err
		}
		m.Choices = append(m.Choices, choice)
	}
	return m, nil
}

// standing lists the subscriptions of a sign-up, each with its own link for leaving, and the address
// of the first one's preferences: there all of them are.
func (n *notices) standing(ctx context.Context, c *newsletter.Claim, now time.Time) (choices []compose.Choice, preferences string, err error) {
	standing, err := n.store.StandingOfSignup(ctx, *c.Ref, now)
	if err != nil {
		return nil, "", err
	}
	for i := range standing {
		s := &standing[i]
		choice, err := n.choice(ctx, s.Choice(), c.Language, now)
		if err != nil {
			return nil, "", err
		}
		choice.NextAt = s.NextAt.Time
		choice.UnsubscribeURL = n.link("/u/", token.Unsubscribe, s.Subscription.PublicID, time.Time{})
		if preferences == "" {
			preferences = n.link("/v/", token.Preferences, s.Subscription.PublicID, time.Time{})
		}
		choices = append(choices, choice)
	}
	return choices, preferences, nil
}

// choice says in words what somebody chose of a list.
func (n *notices) choice(ctx context.Context, wish newsletter.Choice, lang newsletter.Language, now time.Time) (compose.Choice, error) {
	list, err := n.store.List(ctx, wish.ListID)
	if err != nil {
		return compose.Choice{}, err
	}
	choice := compose.Choice{List: compose.ListOf(list, lang)}
	topics, err := n.store.Topics(ctx, list.ID)
	if err != nil {
		return choice, err
	}
	for _, t := range topics {
		if !wish.AllTopics && wish.Topics.Has(t.ID) {
			choice.Topics = append(choice.Topics, t.Texts.In(lang, list.Language).Title)
		}
	}
	schedules, err := n.store.Schedules(ctx, list.ID)
	if err != nil {
		return choice, err
	}
	for _, c := range schedules {
		if c.ID != wish.ScheduleID {
			continue
		}
		times, err := schedule.Parse(c.Cron, c.Zone)
		if err != nil {
			return choice, fmt.Errorf("schedule %d: %w", c.ID, err)
		}
		choice.Schedule = times.Plain(lang, n.zone.String())
		choice.NextAt = c.NextEdition(newsletter.FreshReading(list.ID, list.LastSeq), newsletter.At(now)).Time
	}
	return choice, nil
}
