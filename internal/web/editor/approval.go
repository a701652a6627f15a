package editor

import (
	"net/http"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// approvalPage is the data of edition-approval.html.
type approvalPage struct{ Rules []approvalLine }

// approvalLine is the rule of a list.
type approvalLine struct {
	Name, List string
	FourEyes   bool
	Hold       []option
}

// holds are the hold times to choose from, in minutes.
var holds = []int{0, 5, 15, 30, 60, 120}

func (d *door) approvalRules(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.Store.Lists(r.Context())
	if err != nil {
		return err
	}
	var page approvalPage
	for i := range lists {
		l := &lists[i]
		if l.State == newsletter.ListArchived {
			continue
		}
		rule, err := d.Store.ApprovalRule(r.Context(), l.ID)
		if err != nil {
			return err
		}
		line := approvalLine{Name: l.Name, List: titleOf(r, l, l.Texts, l.Name), FourEyes: rule.FourEyes}
		for _, minutes := range holds {
			text := d.text(r, "approval_hold_none", nil)
			if minutes > 0 {
				text = d.text(r, "approval_minutes", map[string]any{"Count": minutes})
			}
			line.Hold = append(line.Hold, option{strconv.Itoa(minutes), text, rule.Hold == newsletter.Duration(time.Duration(minutes)*time.Minute)})
		}
		page.Rules = append(page.Rules, line)
	}
	return d.Render(w, r, web.Page{Template: "edition-approval.html", Data: page})
}

func (d *door) setApprovalRule(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	list, err := d.Store.ListByName(r.Context(), typed.Get("list"))
	if err != nil {
		return err
	}
	minutes, err := strconv.Atoi(typed.Get("hold"))
	if err != nil {
		return web.Status(http.StatusBadRequest)
	}
	rule := newsletter.ApprovalRule{ListID: list.ID, FourEyes: typed.Get("four-eyes") == "yes", Hold: newsletter.Duration(time.Duration(minutes) * time.Minute)}
	if err := d.Store.SetApprovalRule(r.Context(), rule, actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, "/desk/editions/approval", "saved")
}
