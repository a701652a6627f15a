package editor

import (
	"net/http"
	"strconv"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// fillTopicless says how many posts of a feed are there without a topic, and which they can be given.
func (d *door) fillTopicless(r *http.Request, page *feedPage, f *newsletter.Feed, l *newsletter.List, topics []newsletter.Topic) (err error) {
	if page.Topicless, err = d.Store.Topicless(r.Context(), f.ID); err != nil || page.Topicless == 0 {
		return err
	}
	for i := range topics {
		if t := &topics[i]; t.ArchivedAt.IsZero() {
			page.Give = append(page.Give, choice{Value: strconv.FormatInt(t.ID, 10), Label: titleOf(r, l, t.Texts, t.Name)})
		}
	}
	return nil
}

// giveTopic puts a topic on all posts of a feed that have none, those that are there.
func (d *door) giveTopic(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f, err := d.feedByPath(r)
	if err != nil {
		return err
	}
	topic, err := strconv.ParseInt(form.Get("give"), 10, 64)
	if err != nil {
		return web.Status(http.StatusBadRequest)
	}
	for {
		n, err := d.Store.GiveTopic(r.Context(), f.ID, topic, d.actor(r), d.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return d.Done(w, r, feedURL(f.ID), "feed_topics_given")
		}
	}
}
