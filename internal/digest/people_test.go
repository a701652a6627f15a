package digest_test

import (
	"fmt"

	"bode.example/internal/newsletter"
)

func (st *stage) personal(p *person, a act) (bool, error) {
	switch a.Do {
	case "confirm":
		return st.confirm(p)
	case "pace", "topics", "language", "pause", "resume":
		return st.settings(p, a)
	case "leave", "undo":
		return st.leaveOrReturn(p, a)
	case "restrict", "lift":
		return st.restrict(p, a.Do == "restrict")
	}
	return false, fmt.Errorf("there is no act %q", a.Do)
}

// choice is what an act says about pace and topics.
func (st *stage) choice(a act) newsletter.Choice {
	return newsletter.Choice{ListID: st.list.ID, ScheduleID: st.schedules[a.Pace].ID, AllTopics: a.Topics == 7, Topics: st.topicIDs(a.Topics)}
}

// signUp fills the form in; "join" confirms at once. Nobody is a reader before that.
func (st *stage) signUp(p *person, a act) (bool, error) {
	p.choice = st.choice(a)
	p.signup = &newsletter.Signup{Address: p.address, Language: newsletter.Dutch, ExpiresAt: newsletter.At(st.now.AddDate(0, 0, 7)), Choices: []newsletter.Choice{p.choice}}
	if err := st.CreateSignup(st.ctx, p.signup, nil, by, st.now); err != nil {
		return false, err
	}
	decision, err := st.s.DecideSignup(st.ctx, p.signup.ID, st.hashes.All(p.address), by, st.now)
	if err != nil || decision != newsletter.SignupConfirm {
		p.signup = nil
		return false, err
	}
	if a.Do == "sign up" {
		return true, nil
	}
	return st.confirm(p)
}

func (st *stage) confirm(p *person) (bool, error) {
	if p.signup == nil {
		return false, nil
	}
	u := p.signup
	p.signup = nil
	c, err := st.s.ConfirmSignup(st.ctx, u.PublicID, newsletter.Proof{}, st.hashes.All(p.address), by, st.now)
	if newsletter.Is(err, newsletter.Expired) || newsletter.Is(err, newsletter.Conflict) || newsletter.Is(err, newsletter.Forbidden) {
		return false, nil // the link has expired, or the person is restricted
	}
	if err != nil {
		return false, err
	}
	p.choice = u.Choices[0]
	sub := c.Standing[0].Subscription
	p.sub = &sub
	r := st.readers[sub.ID]
	if r == nil {
		r = &modelReader{id: sub.ID, name: fmt.Sprintf("reader %d", sub.ID), owed: map[int]bool{}, had: map[int]int{}}
		st.readers[sub.ID] = r
	}
	st.begin(r, r.state == newsletter.SubscriptionPaused, st.now)
	st.follow(r, p.choice)
	return true, nil
}

// follow tells the model what somebody chose.
func (st *stage) follow(r *modelReader, c newsletter.Choice) {
	r.pace = c.ScheduleID
	topics := st.mask(c.Topics)
	if c.AllTopics {
		topics = allTopics
	}
	st.choose(r, topics)
}

// settings changes one thing on the preferences page.
func (st *stage) settings(p *person, a act) (bool, error) {
	if p.sub == nil {
		return false, nil
	}
	r := st.readers[p.sub.ID]
	if r.state == newsletter.SubscriptionUnsubscribed || r.restricted {
		return false, nil
	}
	wanted := st.choice(a)
	paused := r.state == newsletter.SubscriptionPaused
	if a.Do == "pause" && paused || a.Do == "resume" && !paused {
		return false, nil
	}
	switch a.Do {
	case "pace":
		p.choice.ScheduleID = wanted.ScheduleID
	case "topics":
		p.choice.AllTopics, p.choice.Topics = wanted.AllTopics, wanted.Topics
	case "language":
		p.language = newsletter.Languages()[a.N%2]
	case "pause":
		paused = true
	case "resume":
		paused = false
	}
	form := newsletter.SettingsForm{Language: p.language, Layout: newsletter.Standard, Wishes: []newsletter.Wish{{Choice: p.choice, Paused: paused}}}
	if err := st.s.SaveSettings(st.ctx, p.sub.PublicID, form, by, st.now); err != nil {
		return false, err
	}
	if err := st.sync(); err != nil { // a pause cancels mail, and gives it back
		return false, err
	}
	if paused {
		r.end(newsletter.SubscriptionPaused)
	} else {
		st.begin(r, true, st.now)
	}
	st.follow(r, p.choice)
	return true, nil
}

func (st *stage) leaveOrReturn(p *person, a act) (bool, error) {
	if p.sub == nil {
		return false, nil
	}
	r := st.readers[p.sub.ID]
	if a.Do == "leave" {
		if r.state == newsletter.SubscriptionUnsubscribed {
			return false, nil
		}
		if err := st.Unsubscribe(st.ctx, p.sub.PublicID, false, newsletter.ChannelPage, by, st.now); err != nil {
			return false, err
		}
		if err := st.sync(); err != nil {
			return false, err
		}
		r.end(newsletter.SubscriptionUnsubscribed)
		return true, nil
	}
	if r.state != newsletter.SubscriptionUnsubscribed {
		return false, nil
	}
	err := st.s.ReturnSubscription(st.ctx, p.sub.PublicID, by, st.now)
	if newsletter.Is(err, newsletter.Expired) || newsletter.Is(err, newsletter.Conflict) || newsletter.Is(err, newsletter.Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sub, err := st.s.Subscription(st.ctx, p.sub.PublicID)
	if err != nil {
		return false, err
	}
	if sub.State == newsletter.SubscriptionPaused { // it was, before they left
		r.end(newsletter.SubscriptionPaused)
		return true, nil
	}
	st.begin(r, true, st.now)
	return true, nil
}

// restrict has no method yet that does it for an officer.
func (st *stage) restrict(p *person, yes bool) (bool, error) {
	if p.sub == nil || st.readers[p.sub.ID].restricted == yes {
		return false, nil
	}
	st.readers[p.sub.ID].restricted = yes
	at := newsletter.Time{}
	if yes {
		at = newsletter.At(st.now)
	}
	_, err := st.db.ExecContext(st.ctx, `UPDATE subscriber SET restricted_at = $1 WHERE id = $2`, at, p.sub.SubscriberID)
	return true, err
}
