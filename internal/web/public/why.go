package public

import (
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// whyPage is the data of why.html.
type whyPage struct {
	Standing                 standingView
	RequestedAt, ConfirmedAt newsletter.Time
	Channel                  string // in words
	Wording                  string
	WordingLang              newsletter.Language
}

func (d *door) why(w http.ResponseWriter, r *http.Request) error {
	why, err := d.Settings.Why(r.Context(), r.PathValue("token"), d.Now())
	if err != nil {
		return err
	}
	d.Prefer(r, why.Language)
	views, err := d.standings(r, []newsletter.Standing{why.Standing})
	if err != nil {
		return err
	}
	if len(views) == 0 {
		return web.Status(http.StatusNotFound)
	}
	page := whyPage{Standing: views[0], RequestedAt: why.RequestedAt, ConfirmedAt: why.ConfirmedAt,
		Wording: why.Wording.Text, WordingLang: why.Wording.Language}
	page.Channel = d.channel(r, why.Channel)
	return d.Render(w, r, web.Page{Template: "why.html", Private: true, Data: page, Brand: brandOfStandings(views)})
}

// channel says by which way somebody said what they wanted; a channel without words is named as it is.
func (d *door) channel(r *http.Request, channel string) string {
	text, err := d.Templates.Texts().Text(reader(r), "channel_"+channel, nil)
	if err != nil {
		return channel
	}
	return text
}
