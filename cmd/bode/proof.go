package main

import (
	"context"
	"fmt"
	"time"

	"bode.example/internal/compose"
	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// proof is an edition that waits for approval as its subscribers will get it, for who is to approve it.
func (n *notices) proof(ctx context.Context, c *newsletter.Claim, now time.Time) (*mailer.Letter, map[string]string, error) {
	if c.Ref == nil {
		return nil, nil, fmt.Errorf("delivery %d names no edition", c.ID)
	}
	e, err := n.store.EditionByID(ctx, *c.Ref)
	if err != nil {
		return nil, nil, err
	}
	d := &newsletter.Digest{VariantID: e.PublicID, Edition: *e, Layout: newsletter.Standard}
	l, err := n.store.List(ctx, e.ListID)
	if err != nil {
		return nil, nil, err
	}
	schedule, err := n.store.ScheduleByID(ctx, e.ScheduleID)
	if err != nil {
		return nil, nil, err
	}
	d.List, d.Language, d.Schedule = *l, l.Language, *schedule
	if d.Topics, err = n.store.Topics(ctx, l.ID); err != nil {
		return nil, nil, err
	}
	posts, err := n.store.EditionPosts(ctx, e, now)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range posts {
		if p.Disposition == newsletter.PostIn {
			d.Posts = append(d.Posts, p)
		}
	}
	digest, err := n.composer.FromEdition(d)
	if err != nil {
		return nil, nil, err
	}
	draft, err := n.composer.ApprovalProof(digest, compose.Approval{Language: c.Language, Path: "/desk/editions/" + e.PublicID.String(),
		Until: e.ScheduledFor.Time, Sends: schedule.Unapproved == newsletter.UnapprovedSend,
		Again: c.Template == newsletter.TemplateEditionReminder, Held: c.Template == newsletter.TemplateEditionHeld})
	if err != nil {
		return nil, nil, err
	}
	letter, err := draft.Compile(nil)
	return letter, nil, err
}
