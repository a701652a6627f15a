package digest_test

import (
	"fmt"
	"maps"
	"slices"

	"bode.example/internal/newsletter"
)

func (st *stage) publish(a act, draft bool) error {
	post := newsletter.Post{ListID: st.list.ID, Language: newsletter.Dutch, Title: fmt.Sprintf("Bericht %d", len(st.posts)), Topics: st.topicIDs(a.Topics)}
	if draft {
		post.State = newsletter.PostDraft
	}
	if a.Do == "date back" {
		post.PublishedAt = newsletter.At(st.now.AddDate(0, 0, -a.N*10))
	}
	if err := st.s.AddPost(st.ctx, &post, by, st.now); err != nil {
		return err
	}
	if draft {
		st.drafts = append(st.drafts, post.PublicID)
		return nil
	}
	st.model.publish(&modelPost{id: post.ID, topics: a.Topics})
	return nil
}

// topicIDs are the topics of a bit mask.
func (st *stage) topicIDs(mask int) newsletter.IDs {
	var ids []int64
	for i, topic := range st.topics {
		if mask&(1<<i) != 0 {
			ids = append(ids, topic.ID)
		}
	}
	return newsletter.NewIDs(ids...)
}

func (st *stage) mask(ids newsletter.IDs) (mask int) {
	for i, topic := range st.topics {
		if ids.Has(topic.ID) {
			mask |= 1 << i
		}
	}
	return mask
}

func (st *stage) publishDraft(a act) (bool, error) {
	if len(st.drafts) == 0 {
		return false, nil
	}
	i := a.Post % len(st.drafts)
	post, err := st.s.PublishPost(st.ctx, st.drafts[i], by, st.now)
	if err != nil {
		return false, err
	}
	st.drafts = slices.Delete(st.drafts, i, i+1)
	st.model.publish(&modelPost{id: post.ID, topics: st.mask(post.Topics)})
	return true, nil
}

func (st *stage) withdraw(a act) (bool, error) {
	if len(st.posts) == 1 {
		return false, nil
	}
	rank := max(1, len(st.posts)-1-a.Post)
	p := st.posts[rank]
	if p.withdrawn {
		return false, nil
	}
	var id newsletter.PublicID
	if err := st.db.QueryRowContext(st.ctx, `SELECT public_id FROM post WHERE id = $1`, p.id).Scan(&id); err != nil {
		return false, err
	}
	_, err := st.s.WithdrawPost(st.ctx, id, by, st.now)
	p.withdrawn = true
	return true, err
}

// dispose lets an editor push a post of an open edition, or leave it out.
func (st *stage) dispose(a act) (bool, error) {
	e, me, err := st.pick(a, newsletter.EditionDraft, newsletter.EditionInReview)
	if e == nil || err != nil {
		return false, err
	}
	posts, err := st.s.EditionPosts(st.ctx, e, st.now)
	if err != nil {
		return false, err
	}
	if err := st.compare(fmt.Sprintf("the draft of edition %d", e.ID), st.collect(me), posts); err != nil || len(posts) == 0 {
		return false, err
	}
	d := newsletter.PostPushed
	if a.Do == "leave out" {
		d = newsletter.PostLeftOut
	}
	post := posts[a.Post%len(posts)]
	if me.wishes == nil {
		me.wishes = map[int]newsletter.Disposition{}
	}
	me.wishes[st.ranks[post.PostID]] = d
	return true, st.s.DisposePost(st.ctx, e.PublicID, post.PublicID, d, by, st.now)
}

// compare holds an edition's posts against those of the model.
func (st *stage) compare(what string, want map[int]newsletter.Disposition, posts []newsletter.EditionPost) error {
	got := map[int]newsletter.Disposition{}
	for _, p := range posts {
		got[st.ranks[p.PostID]] = p.Disposition
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("promise 2: %s has the posts %v, and should have %v", what, got, want)
	}
	return nil
}

// pick returns the a.N-th edition in one of the states, and the model's.
func (st *stage) pick(a act, states ...newsletter.EditionState) (*newsletter.Edition, *modelEdition, error) {
	editions, err := st.s.Editions(st.ctx, st.list.ID, 1000)
	if err != nil {
		return nil, nil, err
	}
	editions = slices.DeleteFunc(editions, func(e newsletter.Edition) bool { return !slices.Contains(states, e.State) })
	if len(editions) == 0 {
		return nil, nil, nil
	}
	e := &editions[a.N%len(editions)]
	return e, st.edition(e), nil
}

func (st *stage) edition(e *newsletter.Edition) *modelEdition {
	if st.editions[e.ID] == nil {
		st.editions[e.ID] = &modelEdition{id: e.ID, pace: e.ScheduleID}
	}
	return st.editions[e.ID]
}

// edit lets an editor move an edition on.
func (st *stage) edit(a act) (bool, error) {
	open := []newsletter.EditionState{newsletter.EditionDraft, newsletter.EditionInReview}
	from := map[string][]newsletter.EditionState{
		"approve": open,
		"review":  {newsletter.EditionDraft, newsletter.EditionApproved},
		"cancel":  append(open, newsletter.EditionApproved, newsletter.EditionSending, newsletter.EditionPaused),
		"hold":    {newsletter.EditionSending},
		"go on":   {newsletter.EditionPaused},
	}[a.Do]
	e, _, err := st.pick(a, from...)
	if e == nil || err != nil {
		return false, err
	}
	switch a.Do {
	case "approve":
		return st.approveByHand(e)
	case "review":
		_, err = st.s.ReviewEdition(st.ctx, e.PublicID, by, st.now)
	case "cancel":
		_, err = st.s.CancelEdition(st.ctx, e.PublicID, by, st.now)
	case "hold":
		_, err = st.s.PauseEdition(st.ctx, e.PublicID, by, st.now)
	case "go on":
		_, err = st.s.ResumeEdition(st.ctx, e.PublicID, by, st.now)
	}
	return true, err
}

func (st *stage) approveByHand(e *newsletter.Edition) (bool, error) {
	w := &watched{backend: st.backend, st: st}
	_, err := w.ApproveEdition(st.ctx, e.PublicID, newsletter.Person(newsletter.PublicID{}), st.now)
	if newsletter.Is(err, newsletter.Conflict) && st.wrong == nil {
		return false, nil // there is nothing in it
	}
	if st.wrong != nil {
		err = st.wrong
	}
	return true, err
}

func (st *stage) extra(a act) error {
	e, err := st.s.AddExtraEdition(st.ctx, st.schedules[a.Pace].ID, by, st.now)
	if err != nil {
		return err
	}
	st.extras++
	_, err = st.approveByHand(e)
	return err
}
