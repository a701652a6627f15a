package editor

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// readerPage is the data of edition-reader.html. The address is sent in a form and stands in no path.
type readerPage struct {
	*editionHead
	Address string
	Answer  *readerAnswer // nil: nobody was asked about yet
}

// readerAnswer says whether somebody gets an edition, and why.
type readerAnswer struct {
	State   desk.State
	Why     string // the key of the text
	Pace    string // that they read
	Topics  []string
	All     bool // topics
	Posts   []string
	Said    string // by the mail server
	Known   bool
	Arrives bool
}

func (d *door) askReader(w http.ResponseWriter, r *http.Request) error {
	return d.showReader(w, r, "", nil, nil)
}

func (d *door) showReader(w http.ResponseWriter, r *http.Request, address string, answer *readerAnswer, faults []web.Fault) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	head, err := d.headOf(r, e, "reader")
	if err != nil {
		return err
	}
	p := web.Page{Template: "edition-reader.html", Data: readerPage{head, address, answer}, Faults: faults}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, p)
}

// editionReader answers: does this address get it, and if not, why? The look is audited.
func (d *door) editionReader(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	address, err := newsletter.ParseAddress(typed.Get("address"))
	if err != nil {
		faults := d.Faults(r, err)
		if len(faults) == 0 {
			return err
		}
		for i := range faults {
			faults[i].Field = "address"
		}
		return d.showReader(w, r, typed.Get("address"), nil, faults)
	}
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	of, err := d.Store.EditionReader(r.Context(), e.PublicID, address, actor(r), d.Now())
	if err != nil {
		return err
	}
	release, err := d.Store.Rehearse(r.Context(), e, []newsletter.Combination{of.Reader}, d.Now())
	if err != nil {
		return err
	}
	return d.showReader(w, r, address.String(), d.answerOf(r, of, release), nil)
}

// answerOf puts an answer in words.
func (d *door) answerOf(r *http.Request, of *newsletter.EditionReader, release *newsletter.Release) *readerAnswer {
	why, share := of.Why(release)
	if why == newsletter.ReaderGets && release.Edition.State.Ended() {
		why = newsletter.ReaderTooLate
	}
	a := &readerAnswer{Why: "reader_" + string(why), Known: of.Subscription != nil, State: desk.State{Kind: "over", Key: "reader_no"}}
	switch {
	case why == newsletter.ReaderGets:
		a.State, a.Arrives = desk.State{Kind: "good", Key: "reader_yes"}, true
	case of.Delivery != nil:
		a.State, a.Said = deliveryState(of.Delivery.State), of.Delivery.Reply
	}
	if of.Subscription == nil {
		return a
	}
	a.Pace = titleOf(r, &release.List, of.Pace.Texts, of.Pace.Name)
	a.All = of.Reader.Topics == nil
	for i := range release.Topics {
		if t := &release.Topics[i]; of.Reader.Topics != nil && of.Reader.Topics.Has(t.ID) {
			a.Topics = append(a.Topics, titleOf(r, &release.List, t.Texts, t.Name))
		}
	}
	for i := range release.Posts {
		if p := &release.Posts[i]; share.Posts.Has(p.PostID) {
			a.Posts = append(a.Posts, p.Title)
		}
	}
	return a
}

// deliveryKinds is how the states of deliveries look.
var deliveryKinds = map[newsletter.DeliveryState]string{
	newsletter.DeliveryPending: "waiting", newsletter.DeliveryHandingOver: "busy", newsletter.DeliverySent: "good",
	newsletter.DeliveryFailed: "wrong", newsletter.DeliveryExpired: "wrong", newsletter.DeliverySuppressed: "over",
	newsletter.DeliveryUncertain: "careful", newsletter.DeliveryCancelled: "over",
}

// deliveryState is the state of a delivery as an editor is told it: what a worker holds is waiting too.
func deliveryState(s newsletter.DeliveryState) desk.State {
	kind, ok := deliveryKinds[s]
	if !ok {
		s, kind = newsletter.DeliveryPending, "waiting"
	}
	return desk.State{Kind: kind, Key: "reader_delivery_" + string(s)}
}
