package editor

import (
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// subscriberPage is the data of subscriber.html.
type subscriberPage struct {
	Address, Name string
	Language      string // a text's key
	Since         newsletter.Time
	Restricted    bool
	Suppressions  []suppressionLine
	LiftURL       string // where one of them is lifted; empty: none can be
	Memberships   []membershipCard
	Consents      []consentLine
	Mails         []mailLine
	Bounces       []bounceLine
	Waiting       []waitingLine
}

// membershipCard is a subscription with what can be done about it.
type membershipCard struct {
	membershipLine
	Topics       []string // empty: all
	Since, Ended newsletter.Time
	PausedUntil  newsletter.Time
	URL          string // of what can be done; empty: nothing
}

// consentLine is an entry of the ledger in words.
type consentLine struct {
	Action, List, Channel string // Action and Channel are texts' keys
	At                    newsletter.Time
	Words                 string
	Ground                string // a text's key, or empty
	Source                string
}

// mailLine is a mail to a person.
type mailLine struct {
	What  string // its subject; empty: Kind
	Kind  string // a text's key
	At    newsletter.Time
	State desk.State
	Reply string
}

type bounceLine struct {
	Class  string // a text's key
	At     newsletter.Time
	Status string
	Effect string // a text's key
}

type waitingLine struct {
	Lists     []string
	At, Until newsletter.Time
	Invited   bool
}

func (d *door) subscriber(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("person"))
	if err != nil {
		return err
	}
	scope, err := d.scopeOf(r)
	if err != nil {
		return err
	}
	look, err := d.Store.LookAt(r.Context(), id, scope, d.Hashes.All, d.actor(r), d.Now())
	if err != nil {
		return err
	}
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	titles := d.paceWords(r, lists)
	page := &subscriberPage{Address: look.Address.String(), Name: look.Name, Language: "language_" + string(look.Language), Since: look.CreatedAt,
		Restricted: !look.RestrictedAt.IsZero(), Suppressions: suppressionLines(look.Suppressions)}
	if liftable(look.Suppressions) {
		page.LiftURL = personURL(id) + "/lift"
	}
	for _, m := range look.Memberships {
		page.Memberships = append(page.Memberships, cardOf(&m, titles))
	}
	for _, c := range look.Consents {
		page.Consents = append(page.Consents, consentOf(&c, titles))
	}
	page.mails(look)
	return d.Render(w, r, web.Page{Template: "subscriber.html", Data: page})
}

func cardOf(m *newsletter.Membership, titles map[int64]string) membershipCard {
	card := membershipCard{membershipLine: membershipLine{List: titles[m.ListID], Pace: m.Schedule, State: subscriptionStateOf(m.State)},
		Topics: m.TopicNames, Since: m.CreatedAt, Ended: m.EndedAt, PausedUntil: m.PausedUntil}
	if m.State != newsletter.SubscriptionUnsubscribed {
		card.URL = "/desk/subscriptions/" + m.PublicID.String()
	}
	return card
}

func consentOf(c *newsletter.ConsentRecord, titles map[int64]string) consentLine {
	line := consentLine{Action: "person_consent_" + string(c.Action), List: titles[c.ListID], Channel: "person_channel_" + c.Channel, At: c.At, Words: c.Wording}
	if e := c.Evidence; e != nil {
		line.Source = e.Source
		if e.Ground != "" {
			line.Ground = "ground_" + string(e.Ground)
		}
	}
	return line
}

// deliveryStates is how the states of mails look.
var deliveryStates = map[newsletter.DeliveryState]string{
	newsletter.DeliveryPending: "waiting", newsletter.DeliveryHandingOver: "busy",
	newsletter.DeliverySent: "good", newsletter.DeliveryFailed: "wrong", newsletter.DeliveryExpired: "wrong",
	newsletter.DeliverySuppressed: "over", newsletter.DeliveryUncertain: "careful", newsletter.DeliveryCancelled: "over",
}

func (p *subscriberPage) mails(look *newsletter.Look) {
	for _, m := range look.Deliveries {
		at := m.CreatedAt
		if !m.HandedOverAt.IsZero() {
			at = m.HandedOverAt
		}
		p.Mails = append(p.Mails, mailLine{What: m.Subject, Kind: "person_mail_" + string(m.Kind), At: at, Reply: m.Reply,
			State: desk.State{Kind: deliveryStates[m.State], Key: "person_delivery_" + string(m.State)}})
	}
	for _, b := range look.Bounces {
		line := bounceLine{Class: "bounce_unknown", At: b.ReceivedAt, Status: b.Status, Effect: "bounce_effect_waits"}
		if b.Class != "" {
			line.Class = "bounce_" + string(b.Class)
		}
		if b.Effect != "" {
			line.Effect = "bounce_effect_" + string(b.Effect)
		}
		p.Bounces = append(p.Bounces, line)
	}
	for _, u := range look.Signups {
		p.Waiting = append(p.Waiting, waitingLine{Lists: u.ListNames, At: u.CreatedAt, Until: u.ExpiresAt, Invited: u.Channel == newsletter.ChannelInvitation})
	}
}

// listOfSubscription is the list of the subscription that a path names.
func (d *door) listOfSubscription(r *http.Request) (int64, error) {
	sub, err := d.subscriptionOf(r)
	if err != nil {
		return 0, err
	}
	return sub.ListID, nil
}

func (d *door) subscriptionOf(r *http.Request) (*newsletter.Subscription, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("subscription"))
	if err != nil {
		return nil, err
	}
	return d.Store.Subscription(r.Context(), id)
}

// askedPage is the data of asked.html: what is done for somebody who asked.
type askedPage struct {
	What   string // "leave" or "pause"
	List   string
	Action string
	Ways   []choice
	Note   string
	Until  string // of a pause
}

func (d *door) askLeave(w http.ResponseWriter, r *http.Request) error {
	return d.askFor(w, r, "leave", newsletter.Asked{}, "")
}

func (d *door) askPause(w http.ResponseWriter, r *http.Request) error {
	return d.askFor(w, r, "pause", newsletter.Asked{}, "")
}

func (d *door) askFor(w http.ResponseWriter, r *http.Request, what string, asked newsletter.Asked, until string, faults ...web.Fault) error {
	sub, err := d.subscriptionOf(r)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), sub.ListID)
	if err != nil {
		return err
	}
	page := askedPage{What: what, List: titleOf(r, l, l.Texts, l.Name), Action: "/desk/subscriptions/" + sub.PublicID.String() + "/" + what,
		Note: asked.Note, Until: until}
	for _, how := range newsletter.Asks() {
		page.Ways = append(page.Ways, choice{Value: string(how), Label: "asked_" + string(how), Chosen: how == asked.How})
	}
	p := web.Page{Template: "asked.html", Data: page, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// asked reads how somebody asked.
func (d *door) asked(r *http.Request) (newsletter.Asked, string, error) {
	form, err := web.Form(r)
	if err != nil {
		return newsletter.Asked{}, "", err
	}
	asked := newsletter.Asked{How: newsletter.Ask(form.Get("how")), Note: richtext.Line(form.Get("note"))}
	return asked, form.Get("until"), asked.Check()
}

func (d *door) leaveFor(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("subscription"))
	if err != nil {
		return err
	}
	asked, _, err := d.asked(r)
	if err == nil {
		err = d.Store.UnsubscribeFor(r.Context(), id, asked, d.actor(r), d.Now())
	}
	if faults := d.Faults(r, err); len(faults) > 0 {
		return d.askFor(w, r, "leave", asked, "", faults...)
	}
	if err != nil {
		return err
	}
	return d.Done(w, r, subscribersPath, "person_left")
}

// maxPause is how long a pause may last that an editor begins.
const maxPause = 2 * 366 * 24 * time.Hour

func (d *door) pauseFor(w http.ResponseWriter, r *http.Request) error {
	id, err := newsletter.ParsePublicID(r.PathValue("subscription"))
	if err != nil {
		return err
	}
	asked, typed, err := d.asked(r)
	until := time.Time{}
	if err == nil {
		until, err = d.pauseUntil(typed)
	}
	if err == nil {
		err = d.Store.PauseFor(r.Context(), id, until, asked, d.actor(r), d.Now())
	}
	if faults := d.Faults(r, err); len(faults) > 0 {
		return d.askFor(w, r, "pause", asked, typed, faults...)
	}
	if err != nil {
		return err
	}
	return d.Done(w, r, subscribersPath, "person_paused")
}

// pauseUntil reads the last day of a pause; it ends when that day does.
func (d *door) pauseUntil(typed string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, typed, d.Zone)
	if err != nil {
		return day, fieldError("until", "until_missing", "choose the last day of the pause")
	}
	until := day.AddDate(0, 0, 1)
	switch {
	case !until.After(d.Now()):
		return until, fieldError("until", "until_past", "the day on which the pause is to end has passed")
	case until.After(d.Now().Add(maxPause)):
		return until, fieldError("until", "until_far", "a pause lasts two years at most")
	}
	return until, nil
}
