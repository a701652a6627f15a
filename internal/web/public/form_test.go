package public

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// bareForm is a form of two lists as a handler would make it.
func bareForm() *formView {
	form := sampleForm(2)
	for i := range form.Choices {
		c := &form.Choices[i]
		c.id, c.Checked = int64(i+1), false
		for j := range c.Topics {
			c.Topics[j].id, c.Topics[j].Checked = int64(10*i+j+1), false
		}
		for j := range c.Paces {
			c.Paces[j].id = int64(100*i + j + 1)
		}
	}
	return form
}

func TestForm_SaysWhatWasTyped(t *testing.T) {
	typed := url.Values{
		"address": {"jan@voorbeeld.nl"}, "name": {" Jan \t de\x01 Boer "}, "language": {"en"}, "shown": {"1795417200"},
		"list": {"rekenkamers"}, "topics-rekenkamers": {"some"}, "topic-rekenkamers": {"raad", "organisatie", "nonsense"}, "pace-rekenkamers": {"maandelijks"},
	}
	form := bareForm()
	form.fill(typed)
	got, err := form.request(typed)
	if err != nil {
		t.Fatal(err)
	}
	if got.Address != "jan@voorbeeld.nl" || got.Name != "Jan de Boer" || got.Language != newsletter.English || got.ShownAt.Unix() != 1795417200 {
		t.Errorf("%+v", got)
	}
	if len(got.Choices) != 1 {
		t.Fatalf("%+v", got.Choices)
	}
	c := got.Choices[0]
	if c.ListID != 2 || c.AllTopics || c.Topics.String() != "[11,13]" || c.ScheduleID != 102 {
		t.Errorf("%+v", c)
	}
}

func TestF4_AllFaultsAtOnce(t *testing.T) {
	typed := url.Values{"address": {"jan"}, "name": {strings.Repeat("é", 101)}, "list": {"nieuwe-democratie"}, "topics-nieuwe-democratie": {"some"}}
	form := bareForm()
	form.fill(typed)
	_, err := form.request(typed)
	for _, reason := range []string{"the address has no @", "no topic is chosen", "the name is longer"} {
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q is not among the faults: %v", reason, err)
		}
	}
	form = bareForm()
	form.fill(url.Values{"address": {"jan@voorbeeld.nl"}})
	if _, err := form.request(url.Values{}); err == nil || !strings.Contains(err.Error(), "no list") {
		t.Errorf("a form without a list: %v", err)
	}
}

func TestE4_NothingIsTickedBeforehand(t *testing.T) {
	for _, list := range bareForm().Choices {
		if list.Checked {
			t.Errorf("the list %s is ticked", list.Name)
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("address=jan@voorbeeld.nl&list=rekenkamers&topics-rekenkamers=some&topic-rekenkamers=raad")
	f.Add("shown=-99999999999999999999&list=&list=%00&language=xx&pace-rekenkamers=%ff")
	f.Add("topics-nieuwe-democratie=all&topic-nieuwe-democratie=raad&list=nieuwe-democratie")
	f.Fuzz(func(t *testing.T, body string) {
		typed, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		form := bareForm()
		form.fill(typed)
		got, err := form.request(typed)
		if err != nil {
			return
		}
		for _, c := range got.Choices {
			if c.ListID == 0 || c.ScheduleID == 0 || !c.AllTopics && len(c.Topics) == 0 {
				t.Errorf("%q makes %+v", body, c)
			}
		}
		if !got.Language.Valid() || len(got.Choices) == 0 || strings.ContainsFunc(got.Name, func(r rune) bool { return r < ' ' }) {
			t.Errorf("%q makes %+v", body, got)
		}
	})
}

func TestPauseEndsAfterItsLastDay(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{Config: Config{Site: Site{Zone: zone}}}
	d.Door = kitAt(t, time.Date(2026, 10, 24, 23, 30, 0, 0, zone))
	for typed, want := range map[string]string{
		"2026-10-25": "2026-10-26T00:00:00+01:00", // 25 hours long: the clock goes back
		"25-10-2026": "2026-10-26T00:00:00+01:00",
		"1/11/2026":  "2026-11-02T00:00:00+01:00",
		"31.12.2026": "2027-01-01T00:00:00+01:00",
	} {
		v := preferenceView{Choice: choiceView{listView: listView{Name: "x"}}, Until: typed}
		end, err := d.pauseEnd(&v)
		if err != nil || end.In(zone).Format(time.RFC3339) != want {
			t.Errorf("%s: until %s, not %s (%v)", typed, end.In(zone).Format(time.RFC3339), want, err)
		}
	}
	for _, typed := range []string{"2026-10-24", "2020-01-01", "2026-02-30", "morgen", "99999-01-01"} {
		v := preferenceView{Until: typed}
		if end, err := d.pauseEnd(&v); !newsletter.Is(err, newsletter.Invalid) {
			t.Errorf("%s: until %s (%v)", typed, end, err)
		}
	}
}

func TestMask_ShowsNobodyTheAddress(t *testing.T) {
	for address, want := range map[newsletter.Address]string{"jan@voorbeeld.nl": "j•••@v•••.nl", "é@mail.voorbeeld.nl": "é•••@m•••.nl", "": "", "jan@": ""} {
		if got := mask(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}
