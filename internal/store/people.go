package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// People returns those whom a query chooses. That somebody of the staff looked is audited, and how many
// they saw.
func (s *Store) People(ctx context.Context, q newsletter.PeopleQuery, by newsletter.Actor, now time.Time) (people []newsletter.PersonLine, err error) {
	look := s.read
	if by.Audited() {
		look = s.write
	}
	err = look(ctx, func(t *tx) (err error) {
		if people, err = t.people(&q); err != nil || len(people) == 0 {
			return err
		}
		return t.audit(by, now, "subscriber.list", object{"subscriber", ""}, map[string]int{"shown": len(people)})
	})
	return people, err
}

// peopleQuery writes a query's conditions with their parameters.
type peopleQuery struct {
	*newsletter.PeopleQuery
	topicSets newsletter.IDs // that hold TopicID
	args      []any
}

func (q *peopleQuery) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *peopleQuery) limit() int {
	if q.Limit == 0 {
		return 50
	}
	return q.Limit
}

// ofPerson are the conditions on subscriber p.
func (q *peopleQuery) ofPerson() []string {
	conditions := []string{"1 = 1"}
	if q.Search != "" {
		part := q.arg("%" + likeEscaper.Replace(strings.ToLower(q.Search)) + "%")
		conditions = append(conditions, `(p.address_key LIKE `+part+` ESCAPE '\' OR lower(p.name) LIKE `+part+` ESCAPE '\')`)
	}
	if q.Suppressed {
		conditions = append(conditions, "p.suppressed_at IS NOT NULL")
	}
	if q.Language != "" {
		conditions = append(conditions, "p.language = "+q.arg(q.Language))
	}
	if !q.Since.IsZero() {
		conditions = append(conditions, "p.created_at >= "+q.arg(q.Since))
	}
	return conditions
}

// rest reports whether only subscriptions that are not active are looked for.
func (q *peopleQuery) rest() bool { return q.State != "" && q.State != newsletter.SubscriptionActive }

// ofSubscription are the conditions on subscription s.
func (q *peopleQuery) ofSubscription() []string {
	conditions := []string{"1 = 1"}
	switch {
	case len(q.Lists) == 1: // as most editors have: a plan for one list is better
		conditions = append(conditions, "s.list_id = "+q.arg(q.Lists[0]))
	case q.Lists != nil:
		conditions = append(conditions, "s.list_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST("+q.arg(newsletter.NewIDs(q.Lists...))+" AS TEXT)))")
	}
	if q.ListID != 0 {
		conditions = append(conditions, "s.list_id = "+q.arg(q.ListID))
	}
	if q.ScheduleID != 0 {
		conditions = append(conditions, "s.schedule_id = "+q.arg(q.ScheduleID))
	}
	if q.State != "" {
		conditions = append(conditions, "s.state = "+q.arg(q.State))
		if q.rest() {
			conditions = append(conditions, "s.state <> 'active'") // what the index subscription_rest is of
		}
	}
	if q.TopicID != 0 {
		conditions = append(conditions, "(s.topic_set_id IS NULL OR s.topic_set_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST("+q.arg(q.topicSets)+" AS TEXT))))")
	}
	return conditions
}

// where is what a SELECT has from its FROM on. Without a wish about the people themselves the subscriptions
// are gone through in the order of their people, so that a page ends as soon as it is full; otherwise the
// people are.
func (q *peopleQuery) where() (id, rest string) {
	after := func(column string) string {
		if q.Before == 0 {
			return ""
		}
		return " AND " + column + " < " + q.arg(q.Before)
	}
	if q.OfSubscriptions() && !q.OfPeople() {
		return "s.subscriber_id", "FROM subscription AS s WHERE " + strings.Join(q.ofSubscription(), " AND ") + after("s.subscriber_id")
	}
	rest = "FROM subscriber AS p WHERE " + strings.Join(q.ofPerson(), " AND ") + after("p.id")
	switch {
	case q.rest(): // they are few, and found first
		rest += " AND p.id IN (SELECT s.subscriber_id FROM subscription AS s WHERE " + strings.Join(q.ofSubscription(), " AND ") + ")"
	case q.OfSubscriptions():
		rest += " AND EXISTS (SELECT 1 FROM subscription AS s WHERE s.subscriber_id = p.id AND " + strings.Join(q.ofSubscription(), " AND ") + " LIMIT 1 OFFSET 0)" // the OFFSET keeps PostgreSQL from joining all first
	}
	return "p.id", rest
}

func (t *tx) peopleQuery(q *newsletter.PeopleQuery) (*peopleQuery, error) {
	own := &peopleQuery{PeopleQuery: q}
	if q.TopicID == 0 {
		return own, nil
	}
	var sets []struct {
		ID     int64          `db:"id"`
		Topics newsletter.IDs `db:"topics"`
	}
	err := t.list(&sets, `SELECT w.id, w.topics FROM topic_set AS w JOIN topic AS o ON o.list_id = w.list_id WHERE o.id = $1`, q.TopicID)
	for _, set := range sets {
		if set.Topics.Has(q.TopicID) {
			own.topicSets = append(own.topicSets, set.ID)
		}
	}
	own.topicSets = newsletter.NewIDs(own.topicSets...)
	return own, err
}

func (t *tx) people(q *newsletter.PeopleQuery) ([]newsletter.PersonLine, error) {
	own, err := t.peopleQuery(q)
	if err != nil {
		return nil, err
	}
	id, rest := own.where()
	var ids []int64
	distinct := ""
	if id != "p.id" { // somebody may have several subscriptions
		distinct = "DISTINCT "
	}
	if err := t.list(&ids, "SELECT "+distinct+id+" AS id "+rest+" ORDER BY "+id+" DESC LIMIT "+own.arg(own.limit()), own.args...); err != nil || len(ids) == 0 {
		return nil, err
	}
	var found []newsletter.Subscriber
	if err := t.list(&found, `SELECT `+subscriberColumns+` FROM subscriber WHERE id `+t.dialect.among("$1")+` ORDER BY id DESC`, newsletter.NewIDs(ids...)); err != nil {
		return nil, err
	}
	memberships, err := t.memberships(ids, q.Lists)
	people := make([]newsletter.PersonLine, len(found))
	for i, p := range found {
		people[i].Subscriber = p
		for _, m := range memberships {
			if m.SubscriberID == p.ID {
				people[i].Subscriptions = append(people[i].Subscriptions, m)
			}
		}
	}
	return people, err
}

// memberships returns the subscriptions of people to lists, with the names of what they chose.
func (t *tx) memberships(ids, lists []int64) ([]newsletter.Membership, error) {
	var all []newsletter.Membership
	if err := t.list(&all, `
		SELECT s.id, s.public_id, s.subscriber_id, s.list_id, l.name AS list, c.name AS schedule, s.state, s.topic_set_id IS NULL AS all_topics,
			w.topics, s.paused_until, s.created_at, s.ended_at
		FROM subscription AS s JOIN list AS l ON l.id = s.list_id JOIN schedule AS c ON c.id = s.schedule_id
		LEFT JOIN topic_set AS w ON w.id = s.topic_set_id
		WHERE s.subscriber_id `+t.dialect.among("$1")+` ORDER BY s.subscriber_id, s.list_id`, newsletter.NewIDs(ids...)); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m newsletter.Membership) bool { return lists != nil && !slices.Contains(lists, m.ListID) })
	return all, t.nameTopics(all)
}

func (t *tx) nameTopics(all []newsletter.Membership) error {
	var wanted newsletter.IDs
	for _, m := range all {
		wanted = append(wanted, m.Topics...)
	}
	if len(wanted) == 0 {
		return nil
	}
	var rows []struct {
		ID   int64  `db:"id"`
		Name string `db:"name"`
	}
	if err := t.list(&rows, `SELECT id, name FROM topic WHERE id `+t.dialect.among("$1"), newsletter.NewIDs(wanted...)); err != nil {
		return err
	}
	names := map[int64]string{}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	for i := range all {
		for _, id := range all[i].Topics {
			all[i].TopicNames = append(all[i].TopicNames, names[id])
		}
	}
	return nil
}

// exportedAtOnce is how many people one page of an export has.
const exportedAtOnce = 500

// ExportPeople hands those whom a query chooses to each, page by page, and says how many there were when it
// began. That is audited, with the columns that are written, before the first page leaves.
func (s *Store) ExportPeople(ctx context.Context, q newsletter.PeopleQuery, columns []string, by newsletter.Actor, now time.Time,
	each func([]newsletter.PersonLine) error) (n int64, err error) {
	err = s.write(ctx, func(t *tx) error {
		own, err := t.peopleQuery(&q)
		if err != nil {
			return err
		}
		id, rest := own.where()
		if err := t.get(&n, "SELECT COUNT(DISTINCT "+id+") "+rest, own.args...); err != nil {
			return err
		}
		return t.audit(by, now, "subscriber.export", object{"subscriber", ""}, map[string]any{"people": n, "columns": columns,
			"lists": q.Lists, "list": q.ListID, "searched": q.Search != ""})
	})
	if err != nil {
		return 0, err
	}
	q.Before, q.Limit = 0, exportedAtOnce
	for {
		var page []newsletter.PersonLine
		if err := s.read(ctx, func(t *tx) (err error) {
			if page, err = t.people(&q); err != nil {
				return err
			}
			return t.consentsGiven(page)
		}); err != nil {
			return n, err
		}
		if len(page) > 0 {
			if err := each(page); err != nil {
				return n, err
			}
			q.Before = page[len(page)-1].ID
		}
		if len(page) < exportedAtOnce {
			return n, nil
		}
	}
}

// consentsGiven fills in on what each subscription rests: the last time that it was asked for.
func (t *tx) consentsGiven(people []newsletter.PersonLine) error {
	subjects := make(newsletter.Strings, len(people))
	for i, p := range people {
		subjects[i] = p.Subject.String()
	}
	var rows []struct {
		Subject newsletter.PublicID `db:"subject"`
		ListID  int64               `db:"list_id"`
		At      newsletter.Time     `db:"at"`
		Channel string              `db:"channel"`
	}
	if err := t.list(&rows, `SELECT subject, list_id, at, channel FROM consent WHERE subject`+inKeys+` AND action = 'requested' ORDER BY seq`, subjects); err != nil {
		return err
	}
	type key struct {
		subject newsletter.PublicID
		list    int64
	}
	last := map[key]int{}
	for i, row := range rows {
		last[key{row.Subject, row.ListID}] = i
	}
	for i := range people {
		for j := range people[i].Subscriptions {
			m := &people[i].Subscriptions[j]
			if at, ok := last[key{people[i].Subject, m.ListID}]; ok {
				m.ConsentAt, m.ConsentChannel = rows[at].At, rows[at].Channel
			}
		}
	}
	return nil
}
