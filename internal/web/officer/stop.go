package officer

import (
	"net/http"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// stopPage is the data of stop.html: mail to somebody who has died or left is stopped, without more.
type stopPage struct {
	Stop    datarequest.Stop
	Reasons []string
	Ways    []string
}

func newStopPage(stop datarequest.Stop) *stopPage {
	return &stopPage{Stop: stop, Reasons: datarequest.StopReasons(), Ways: newsletter.ByHand()}
}

func (d *door) stopForm(w http.ResponseWriter, r *http.Request) error {
	return d.Render(w, r, web.Page{Template: "stop.html", Data: newStopPage(datarequest.Stop{Channel: newsletter.ArrivedPhone})})
}

func (d *door) stop(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	stop := datarequest.Stop{Address: typed.Get("address"), Why: typed.Get("because"), Channel: typed.Get("channel"), By: typed.Get("by"), Language: web.Language(r)}
	made, err := d.Requests.StopMail(r.Context(), stop, actor(r), d.Now())
	if err != nil {
		faults := d.Faults(r, err)
		if len(faults) == 0 {
			return err
		}
		return d.Render(w, r, web.Page{Template: "stop.html", Status: web.StatusOf(err), Faults: faults, Data: newStopPage(stop)})
	}
	return d.Done(w, r, urlOf(made), "request_stopped")
}
