package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"bode.example/internal/newsletter"
)

// topicOf is the topic of each of the source's categories; one that it doesn't name is for everyone.
var topicOf = map[string]string{"Raad": "raad", "Bewoners": "bewoners", "Experimenten": "experimenten", "Organisatie": "organisatie", "Regie": "regie"}

// sessionTitle and sessionTopics are those of the work session.
const sessionTitle = "Werksessie: het samenspel van raad en bewoners"

var sessionTopics = []string{"raad", "bewoners"}

// owed are the titles that a person should have got: what is new, on their topics.
func (p *person) owed() []string {
	var titles []string
	for _, a := range fresh {
		if topic, ok := topicOf[a.category]; !ok || p.wants(topic) {
			titles = append(titles, a.title)
		}
	}
	if slices.ContainsFunc(sessionTopics, p.wants) {
		titles = append(titles, sessionTitle)
	}
	return titles
}

func (p *person) wants(topic string) bool { return p.topics == nil || slices.Contains(p.topics, topic) }

// got counts how often each title came in a person's digests.
func (d *demo) got(p *person) map[string]int {
	count := map[string]int{}
	letters, _ := d.mailbox.all()
	for _, l := range letters {
		if !l.goesTo(p.address) || !strings.Contains(l.Header, "List-Id:") {
			continue
		}
		for _, title := range titles() {
			if strings.Contains(l.Text, title) {
				count[title]++
			}
		}
	}
	return count
}

func titles() []string {
	all := []string{sessionTitle}
	for _, a := range slices.Concat(older, fresh) {
		all = append(all, a.title)
	}
	return all
}

// delivered reports whether nothing is under way any more.
func (d *demo) delivered(r *Report) bool {
	ended := 0
	for _, e := range r.Editions {
		if !e.State.Ended() {
			continue
		}
		ended++
		for _, v := range e.Variants {
			if v.Waiting > 0 {
				return false
			}
		}
	}
	if ended == 0 {
		return false
	}
	for i := range people {
		p := &people[i]
		if !p.forgets && len(d.got(p)) < len(p.owed()) {
			return false
		}
	}
	return true
}

// check holds what the mailbox got against what the people asked for.
func (d *demo) check(r *Report) error {
	var wrong []error
	fault := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if want := len(older) + len(fresh) + 1; r.Posts != want {
		fault("there are %d posts, and should be %d", r.Posts, want)
	}
	if r.Subscribers != confirmed() {
		fault("there are %d subscribers, and should be %d", r.Subscribers, confirmed())
	}
	for i := range people {
		p := &people[i]
		want, got := p.owed(), d.got(p)
		if p.forgets {
			want = nil
		}
		for _, title := range titles() {
			expected := 0
			if slices.Contains(want, title) {
				expected = 1
			}
			if got[title] != expected {
				fault("%s got %q %d times, and should have %d times", p.address, title, got[title], expected)
			}
		}
	}
	return errors.Join(wrong...)
}

// print says what happened.
func (d *demo) print(r *Report) {
	d.say("\nWhat happened")
	table := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { _, _ = fmt.Fprintln(table, "  "+strings.Join(cells, "\t")) }
	row("EDITION", "LANGUAGE", "SIZE", "POSTS", "SENT", "SUBJECT")
	for _, e := range r.Editions {
		pace, _, _ := strings.Cut(e.Pace, " (")
		if len(e.Variants) == 0 && e.State != newsletter.EditionSkipped { // a minute without news is no event
			row(pace, "", "", "", "", string(e.State))
		}
		for _, v := range e.Variants {
			row(pace, string(v.Language), size(v.Layout), fmt.Sprint(v.Posts), fmt.Sprint(v.Sent), short(v.Subject))
		}
	}
	_ = table.Flush()
	all, _ := d.mailbox.all()
	d.say("  %d posts, %d subscribers, %d mails in the mailbox.", r.Posts, r.Subscribers, len(all))
}

// subjectWidth keeps the table within a terminal of a hundred columns.
const subjectWidth = 46

func short(subject string) string {
	if letters := []rune(subject); len(letters) > subjectWidth {
		return strings.TrimSpace(string(letters[:subjectWidth-1])) + "…"
	}
	return subject
}

// size is that of the letters.
func size(l newsletter.Layout) string {
	if l == newsletter.Large {
		return "large"
	}
	return "normal"
}

// invite says where to look, and what to try.
func (d *demo) invite(editors, officers string) {
	d.say(`
Where to look
  %[1]s                     the site: sign up with any address you like
  %[1]s/demo/mailbox        the mail that was sent, yours too
  %[2]s
                            the editors' desk, with an edition that waits for approval; the link works once
  %[3]s
                            the privacy desk, with requests that press; it works once as well

Try: sign up for "Every minute" (Elke minuut), open the confirmation in the mailbox, and press
the button. The source publishes an article every two minutes: your first digest comes with the
next one.`, d.Site, editors, officers)
	if d.Dir != "" {
		d.say("Or write one yourself: bode post add FILE.md --config %s/bode.toml", d.Dir)
	}
	d.say("Ctrl-C stops the demo.")
}
