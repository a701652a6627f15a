package newsletter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ChangeVerb is what a Plan does to one object.
type ChangeVerb string

// The verbs.
const (
	ChangeCreate  ChangeVerb = "create"
	ChangeUpdate  ChangeVerb = "change"
	ChangeRestore ChangeVerb = "restore" // it was archived
	ChangeArchive ChangeVerb = "archive"
	// ChangeAdopt: it was made or changed elsewhere, into what the file says. Nothing but the
	// knowledge of it changes.
	ChangeAdopt ChangeVerb = "adopt"
)

// FieldChange is one value that becomes another.
type FieldChange struct {
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Change is what happens to one object.
type Change struct {
	Verb   ChangeVerb    `json:"change"`
	Noun   string        `json:"kind"` // list, topic, feed or schedule
	List   string        `json:"list"`
	Name   string        `json:"name"`
	Fields []FieldChange `json:"fields,omitempty"`
	// Note tells of a consequence that the fields don't show.
	Note string `json:"note,omitempty"`
	// Elsewhere says that somebody changed the object since a file was applied: only force does it.
	Elsewhere bool `json:"changed_elsewhere,omitempty"`
	// Refused is why it can't be done at all.
	Refused string `json:"refused,omitempty"`

	// Want is the *List, *Topic, *Feed or *DeclaredSchedule to be; nil to archive.
	Want any `json:"-"`
	// ID is the row's; 0 to create. Successor names the schedule that takes over subscriptions.
	ID        int64  `json:"-"`
	Hash      string `json:"-"`
	Successor string `json:"successor,omitempty"`
	// Baseline says that a feed begins anew: its next reading is owed to nobody.
	Baseline bool `json:"-"`
}

// Plan is what it takes to make what is stored equal to a declaration.
type Plan struct {
	Changes []Change `json:"changes"`
}

// Stored is what a plan starts from: all lists, and how many subscriptions and open sign-ups hold
// to each schedule, by its id.
type Stored struct {
	Lists   []DeclaredList
	Holders map[int64]int
}

// Plan compares. What is stored but was never declared is left alone, unless it is declared now.
func (d Declaration) Plan(stored Stored) Plan {
	p := &planner{holders: stored.Holders, changes: []Change{}}
	have := map[string]*DeclaredList{}
	for i := range stored.Lists {
		have[stored.Lists[i].Name] = &stored.Lists[i]
	}
	for i := range d.Lists {
		want := &d.Lists[i]
		p.list(want, have[want.Name])
		delete(have, want.Name)
	}
	for i := range stored.Lists {
		if gone := have[stored.Lists[i].Name]; gone != nil {
			p.archive("list", gone.Name, gone.thing())
		}
	}
	return Plan{Changes: append(p.changes, p.archives...)}
}

// Sets reports whether the change gives a value to a field.
func (c *Change) Sets(field string) bool {
	return slices.ContainsFunc(c.Fields, func(f FieldChange) bool { return f.Name == field })
}

// Obstacles returns the changes that can't be made, or, unless forced, would overwrite what somebody
// else changed.
func (p Plan) Obstacles(force bool) []Change {
	return slices.DeleteFunc(slices.Clone(p.Changes), func(c Change) bool {
		return c.Refused == "" && (force || !c.Elsewhere)
	})
}

// Visible returns the changes that somebody would want to see.
func (p Plan) Visible() []Change {
	return slices.DeleteFunc(slices.Clone(p.Changes), func(c Change) bool { return c.Verb == ChangeAdopt })
}

// Fingerprint tells one plan from another: what was shown and agreed to is what is done.
func (p Plan) Fingerprint() string {
	text, _ := json.Marshal(p) // holds nothing but texts
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// thing is what the four nouns have in common.
type thing struct {
	id       int64
	name     string
	content  []field
	state    string // "" in a declaration: as it is
	applied  string
	archived bool
	value    any
}

func (l *List) thing() thing {
	return thing{l.ID, l.Name, l.content(), string(l.State), l.AppliedHash, l.State == ListArchived, l}
}

func (t *Topic) thing() thing {
	return thing{t.ID, t.Name, t.content(), "", t.AppliedHash, !t.ArchivedAt.IsZero(), t}
}

func (f *Feed) thing() thing {
	return thing{f.ID, f.Name, f.content(), "", f.AppliedHash, !f.ArchivedAt.IsZero(), f}
}

func (c *DeclaredSchedule) thing() thing {
	return thing{c.ID, c.Name, c.content(), string(c.State), c.AppliedHash, !c.ArchivedAt.IsZero(), c}
}

// things makes a slice of one noun comparable.
func things[T any, P interface {
	*T
	thing() thing
}](of []T) []thing {
	all := make([]thing, len(of))
	for i := range of {
		all[i] = P(&of[i]).thing()
	}
	return all
}

type planner struct {
	holders           map[int64]int
	changes, archives []Change // what ends comes last: its successor must be there
}

func (p *planner) list(want, have *DeclaredList) {
	if have == nil {
		have = &DeclaredList{}
	}
	l := want.List
	if have.ID == 0 && l.ListID == "" {
		l.ListID = want.DefaultListID
	}
	c := p.compare("list", want.Name, l.thing(), have.List.thing())
	if c != nil && c.Verb != ChangeCreate && want.ListID != "" && want.ListID != have.ListID {
		c.Refused = fmt.Sprintf("its List-Id is %s and stays so for the list's life: mail programs sort by it", have.ListID)
	}
	p.each("topic", want.Name, things(want.Topics), things(have.Topics))
	p.refuseMerged(want.Name, have.Topics)
	p.each("feed", want.Name, things(want.Feeds), things(have.Feeds))
	p.each("schedule", want.Name, things(want.Schedules), things(have.Schedules))
	p.succeed(want)
}

// refuseMerged refuses to bring topics back that became part of another: they would be empty, for their posts and those who
// had chosen them went along, and a file from before would do so without anybody meaning it.
func (p *planner) refuseMerged(list string, have []Topic) {
	byID := map[int64]*Topic{}
	for i := range have {
		byID[have[i].ID] = &have[i]
	}
	for i := range p.changes {
		c := &p.changes[i]
		if c.Noun != "topic" || c.List != list || c.Verb != ChangeRestore {
			continue
		}
		now := byID[c.ID]
		for now.MergedInto != nil && byID[*now.MergedInto] != nil {
			now = byID[*now.MergedInto]
		}
		if now.ID != c.ID {
			c.Refused = fmt.Sprintf("it was merged into %q at the desk, and its posts and readers are there: name that one in the file, also where feeds map to %[2]q, "+
				"and take %[2]q out", now.Name, c.Name)
		}
	}
}

func (p *planner) each(noun, list string, want, have []thing) {
	left := map[string]thing{}
	for _, h := range have {
		left[h.name] = h
	}
	for _, w := range want {
		p.compare(noun, list, w, left[w.name])
		delete(left, w.name)
	}
	for _, h := range have {
		if _, gone := left[h.name]; gone {
			p.archive(noun, list, h)
		}
	}
}

// compare plans what makes have equal to want. It returns nil when they are.
func (p *planner) compare(noun, list string, want, have thing) *Change {
	c := Change{Noun: noun, List: list, Name: want.name, Want: want.value, ID: have.id, Hash: contentHash(want.content)}
	c.Fields = difference(want, have)
	now := contentHash(have.content)
	switch {
	case have.id == 0:
		c.Verb, c.Fields = ChangeCreate, nil
	case have.archived:
		c.Verb, c.Elsewhere = ChangeRestore, have.applied != "" // applying a file empties it, archiving elsewhere doesn't
	case len(c.Fields) > 0, c.listIDDiffers(have):
		c.Verb, c.Elsewhere = ChangeUpdate, have.applied != now && now != c.Hash
	case have.applied != now:
		c.Verb = ChangeAdopt
	default:
		return nil
	}
	if f, ok := want.value.(*Feed); ok && c.Verb != ChangeCreate {
		c.Baseline = have.archived || f.Moved(have.value.(*Feed))
	}
	if c.Baseline {
		c.Note = "what stands there when it is first read counts as old and is mailed to nobody"
	}
	if kind := specialOf(want.value); kind != "" && c.tells() {
		c.Note = "by its words, who chooses it tells something about " + kind +
			" (GDPR art. 9): see that the words of consent and the privacy statement say so, or choose other words"
	}
	p.changes = append(p.changes, c)
	return &p.changes[len(p.changes)-1]
}

// specialOf is the kind of special data that a list or topic may tell of who chooses it.
func specialOf(value any) string {
	switch v := value.(type) {
	case *List:
		return v.Texts.Special()
	case *Topic:
		return v.Texts.Special()
	}
	return ""
}

// tells reports whether readers will see words that they have not seen before.
func (c *Change) tells() bool {
	return c.Verb == ChangeCreate || c.Verb == ChangeRestore || slices.ContainsFunc(c.Fields, func(f FieldChange) bool {
		return strings.HasPrefix(f.Name, "title.") || strings.HasPrefix(f.Name, "description.")
	})
}

// listIDDiffers finds the one change of a list that is refused and stands in no field.
func (c *Change) listIDDiffers(have thing) bool {
	want, ok := c.Want.(*List)
	return ok && want.ListID != "" && want.ListID != have.value.(*List).ListID
}

// Moved reports whether a feed is pointed at another source than the one that it was read from. An
// address to which the old source itself has sent us is no other source.
func (f *Feed) Moved(from *Feed) bool { return f.URL != from.URL && f.URL != from.MovedTo }

// archive plans the end of what a file no longer names, if one ever did.
func (p *planner) archive(noun, list string, have thing) {
	if have.archived || have.applied == "" {
		return
	}
	p.archives = append(p.archives, Change{Verb: ChangeArchive, Noun: noun, List: list, Name: have.name, ID: have.id,
		Elsewhere: have.applied != contentHash(have.content)})
}

// succeed finds who takes over the subscriptions of the schedules that end. A subscription without
// a living schedule would get nothing any more, and nobody would have said so.
func (p *planner) succeed(list *DeclaredList) {
	for i := range p.archives {
		c := &p.archives[i]
		if c.Noun != "schedule" || c.List != list.Name {
			continue
		}
		for _, s := range list.Schedules {
			if slices.Contains(s.Replaces, c.Name) {
				c.Successor = s.Name
			}
		}
		switch n := p.holders[c.ID]; {
		case n == 0:
		case c.Successor == "":
			c.Refused = fmt.Sprintf("%d subscriptions hold to it; write replaces = [%q] at the schedule that takes them over", n, c.Name)
		default:
			c.Note = fmt.Sprintf("%d subscriptions move to %s", n, c.Successor)
		}
	}
}

// difference lists the values that differ, a missing one being empty.
func difference(want, have thing) []FieldChange {
	var all []FieldChange
	old := map[string]string{}
	for _, f := range have.content {
		old[f.name] = f.value
	}
	for _, f := range want.content {
		if v := old[f.name]; v != f.value {
			all = append(all, FieldChange{f.name, v, f.value})
		}
		delete(old, f.name)
	}
	for _, f := range have.content {
		if v, gone := old[f.name]; gone {
			all = append(all, FieldChange{f.name, v, ""})
		}
	}
	if want.state != "" && want.state != have.state && !have.archived {
		all = append(all, FieldChange{"state", have.state, want.state})
	}
	return all
}
