package editor

import (
	"net/http"
	"slices"
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

// holds are the hold times to choose from.
var holds = []time.Duration{0, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}

// holdsWith are the hold times to choose from, with the one that a list has now: who saves the form for something
// else keeps it.
func holdsWith(now time.Duration) []time.Duration {
	all := slices.Clone(holds)
	if at, there := slices.BinarySearch(all, now); !there {
		all = slices.Insert(all, at, now)
	}
	return all
}

// holdWords is a hold time in words.
func (d *door) holdWords(r *http.Request, hold time.Duration) string {
	switch minutes := int(hold / time.Minute); {
	case hold == 0:
		return d.text(r, "approval_hold_none", nil)
	case hold%time.Hour == 0:
		return d.text(r, "approval_hours", map[string]any{"Count": int(hold / time.Hour)})
	case hold%time.Minute == 0:
		return d.text(r, "approval_minutes", map[string]any{"Count": minutes})
	default:
		return d.text(r, "approval_seconds", map[string]any{"Count": int((hold + time.Second - 1) / time.Second)})
	}
}

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
		for _, hold := range holdsWith(rule.Hold.D()) {
			line.Hold = append(line.Hold, option{hold.String(), d.holdWords(r, hold), hold == rule.Hold.D()})
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
	hold, err := time.ParseDuration(typed.Get("hold"))
	if err != nil {
		return web.Status(http.StatusBadRequest)
	}
	rule := newsletter.ApprovalRule{ListID: list.ID, FourEyes: typed.Get("four-eyes") == "yes", Hold: newsletter.Duration(hold)}
	if err := d.Store.SetApprovalRule(r.Context(), rule, actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, "/desk/editions/approval", "saved")
}
