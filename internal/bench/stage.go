package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/scratch"
)

var actor = newsletter.Operator("bench")

// perReader is how many of the posts a reader's topics hold: all variants are about as long.
const perReader = 3

// maxVariants is how many different letters the posts give: 3 of 12, in two languages and two layouts.
const maxVariants = 220 * 4

// stage makes a list with its topics, a crowd of readers, posts that they are owed, and an approved
// edition with them, so that all that is left is to release it. What it does in between is not measured.
type stage struct {
	store       *store.Store
	database    *scratch.Database
	subscribers int
	variants    int
	now         time.Time
	tell        func(done int)

	list     newsletter.List
	schedule newsletter.Schedule
	topics   []newsletter.Topic
}

func (g *stage) set(ctx context.Context) (*newsletter.Edition, error) {
	if err := g.makeList(ctx); err != nil {
		return nil, err
	}
	crowd := &scratch.Crowd{List: g.list, Schedule: g.schedule, Size: g.subscribers, Kinds: g.kinds(), Names: names, At: newsletter.At(g.now)}
	if err := g.database.Fill(ctx, crowd, g.tell); err != nil {
		return nil, err
	}
	for i, w := range words {
		post := newsletter.Post{ListID: g.list.ID, Language: newsletter.Dutch, Title: w.title, Summary: opening(w.text),
			HTML: "<p>" + w.text + "</p>", Link: fmt.Sprintf("https://nieuws.example/bericht/%d", i+1), Author: "Redactie",
			PublishedAt: newsletter.At(g.now.Add(time.Duration(i-len(words)) * time.Hour)), Topics: newsletter.NewIDs(g.topics[i].ID)}
		if err := g.store.AddPost(ctx, &post, actor, g.now); err != nil {
			return nil, err
		}
	}
	e, err := g.store.AddExtraEdition(ctx, g.schedule.ID, actor, g.now)
	if err != nil {
		return nil, err
	}
	return g.store.ApproveEdition(ctx, e.PublicID, actor, g.now)
}

// opening is the first sentence of a text: what a digest shows of it.
func opening(text string) string { return text[:strings.Index(text, ". ")+1] }

func (g *stage) makeList(ctx context.Context) error {
	title := newsletter.Texts{newsletter.Dutch: {Title: "Nieuwe democratie"}, newsletter.English: {Title: "New democracy"}}
	g.list = newsletter.List{Name: "nieuwe-democratie", Texts: title, Language: newsletter.Dutch, ListID: "nieuwe-democratie.nieuws.example",
		SenderName: "Stichting Noorderkring", SenderAddress: "redactie@nieuws.example"}
	if err := g.store.CreateList(ctx, &g.list, actor, g.now); err != nil {
		return err
	}
	for i, w := range words {
		topic := newsletter.Topic{ListID: g.list.ID, Name: fmt.Sprintf("onderwerp-%d", i+1),
			Texts: newsletter.Texts{newsletter.Dutch: {Title: w.topic}, newsletter.English: {Title: w.topic}}}
		if err := g.store.CreateTopic(ctx, &topic, actor, g.now); err != nil {
			return err
		}
		g.topics = append(g.topics, topic)
		g.list.LastSeq = max(g.list.LastSeq, topic.Seq)
	}
	// Its slot is far away: the edition that is measured is an extra one.
	g.schedule = newsletter.Schedule{ListID: g.list.ID, Name: "week", Texts: title, Cron: "0 8 * * 1", Zone: "Europe/Amsterdam",
		Review: newsletter.ReviewAutomatic, Unapproved: newsletter.UnapprovedHold, Empty: newsletter.EmptySkip,
		Grace: newsletter.Duration(6 * time.Hour), NextAt: newsletter.At(g.now.AddDate(1, 0, 0))}
	return g.store.CreateSchedule(ctx, &g.schedule, actor, g.now)
}

// kinds are the combinations that give as many variants as are asked for.
func (g *stage) kinds() []scratch.Kind {
	kinds := make([]scratch.Kind, g.variants)
	topics := make([]int64, perReader)
	chosen := firstChoice()
	for i := range kinds {
		for j, n := range chosen {
			topics[j] = g.topics[n].ID
		}
		kinds[i] = scratch.Kind{Language: newsletter.Dutch, Layout: newsletter.Standard, Topics: newsletter.NewIDs(topics...)}
		if i%4 > 1 {
			kinds[i].Language = newsletter.English
		}
		if i%2 > 0 {
			kinds[i].Layout = newsletter.Large
		}
		if i%4 == 3 {
			chosen = nextChoice(chosen)
		}
	}
	return kinds
}

func firstChoice() []int {
	chosen := make([]int, perReader)
	for i := range chosen {
		chosen[i] = i
	}
	return chosen
}

// nextChoice is the next combination of numbers below len(words), in order of the dictionary.
func nextChoice(chosen []int) []int {
	for i := perReader - 1; i >= 0; i-- {
		if chosen[i] < len(words)-perReader+i {
			chosen[i]++
			for j := i + 1; j < perReader; j++ {
				chosen[j] = chosen[j-1] + 1
			}
			break
		}
	}
	return chosen
}
