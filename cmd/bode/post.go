package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type postCommand struct {
	Add      postAdd      `cmd:"" help:"Publish a post from a Markdown file, or keep it as a draft."`
	List     postList     `cmd:"" help:"List posts, drafts among them, newest first."`
	Publish  postPublish  `cmd:"" help:"Publish a draft."`
	Withdraw postWithdraw `cmd:"" help:"Take a post out of every edition that has not left."`
}

type postAdd struct {
	File  string `arg:"" help:"Markdown file with its settings at the top; - is standard input."`
	List  string `placeholder:"NAME" help:"List that the post is for, when the file does not say; otherwise the only one."`
	Draft bool   `help:"Keep it as a draft: nobody sees it until bode post publish."`
	Again bool   `help:"Add it also when the list has a post of this title already."`
	JSON  bool   `help:"Print the post as JSON."`
}

func (postAdd) Help() string {
	return `The file begins with settings between two lines of +++ (TOML) or --- (key: value); what follows is Markdown. All but the title may be left out; the list too where there is only one, or --list names it. A time without an offset is on the clock of the configured zone.

Example:

    bode post add werksessie.md

A file:

    +++
    list = "nieuwe-democratie"
    title = "Werksessie over de rol van de raad"
    topics = ["raad"]
    author = "Anna de Vries"
    date = 2026-11-23
    starts = 2026-12-01T19:30:00
    ends = 2026-12-01T21:30:00
    place = "Provinciehuis, Assen"
    picture = "https://www.example.nl/raadzaal.jpg"
    alt = "De raadzaal, van boven gezien"
    +++
    Wij nodigen u uit voor een **werksessie**.`
}

func (cmd postAdd) Run(ctx context.Context, p *program) error {
	text, err := p.read(cmd.File)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		manuscript, err := feed.ReadManuscript(cmd.File, text, feed.ManuscriptOptions{Zone: c.Zone, Base: c.PublicURL})
		if err != nil {
			return err
		}
		if cmd.List != "" {
			manuscript.List = cmd.List
		}
		post, err := cmd.post(ctx, s, manuscript)
		if err != nil {
			return err
		}
		if err := s.AddPost(ctx, post, p.operator(), p.now()); err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(post)
		}
		fmt.Fprintf(p.out, "%s %s: %s\n", post.State, post.PublicID, post.Title)
		return nil
	})
}

// post gives a manuscript its list and topics, and keeps the same file from being mailed twice.
func (cmd postAdd) post(ctx context.Context, s *store.Store, manuscript *feed.Manuscript) (*newsletter.Post, error) {
	list, err := listOf(ctx, s, manuscript)
	if err != nil {
		return nil, err
	}
	post, err := postOf(ctx, s, list, manuscript)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.File, err)
	}
	if cmd.Draft {
		post.State = newsletter.PostDraft
	}
	if cmd.Again {
		return post, nil
	}
	return post, refuseTwin(ctx, s, list, post.Title)
}

// listOf is the list that a manuscript names, or else the only one that there is.
func listOf(ctx context.Context, s *store.Store, manuscript *feed.Manuscript) (*newsletter.List, error) {
	if manuscript.List != "" {
		return s.ListByName(ctx, manuscript.List)
	}
	lists, err := s.Lists(ctx)
	if err != nil {
		return nil, err
	}
	lists = slices.DeleteFunc(lists, func(l newsletter.List) bool { return l.State == newsletter.ListArchived })
	if len(lists) != 1 {
		return nil, newsletter.Errorf(newsletter.Invalid, "post_list", "say which list the post is for: list = \"…\" in the file, or --list; there are %d", len(lists))
	}
	return &lists[0], nil
}

// postOf makes the post of a manuscript.
func postOf(ctx context.Context, s *store.Store, list *newsletter.List, manuscript *feed.Manuscript) (_ *newsletter.Post, err error) {
	post := manuscript.Post
	post.ListID = list.ID
	if post.Language == "" {
		post.Language = list.Language
	}
	post.Topics, err = topicIDs(ctx, s, list, manuscript.Topics)
	return &post, err
}

// topicIDs turns the names of topics into their ids. The error names all that the list doesn't have.
func topicIDs(ctx context.Context, s *store.Store, list *newsletter.List, names []string) (newsletter.IDs, error) {
	topics, err := s.Topics(ctx, list.ID)
	if err != nil {
		return nil, err
	}
	byName := map[string]int64{}
	for _, t := range topics {
		if t.ArchivedAt.IsZero() {
			byName[t.Name] = t.ID
		}
	}
	var ids []int64
	var missing []string
	for _, name := range names {
		if id, ok := byName[name]; ok {
			ids = append(ids, id)
		} else {
			missing = append(missing, fmt.Sprintf("%q", name))
		}
	}
	if len(missing) > 0 {
		return nil, newsletter.Errorf(newsletter.Invalid, "post_topic", "the list %s has no topic %s; it has %s",
			list.Name, strings.Join(missing, ", "), strings.Join(slices.Sorted(maps.Keys(byName)), ", "))
	}
	return newsletter.NewIDs(ids...), nil
}

// refuseTwin finds a recent post of the same title: most likely the same file, added again.
func refuseTwin(ctx context.Context, s *store.Store, list *newsletter.List, title string) error {
	recent, err := s.Posts(ctx, newsletter.PostQuery{ListID: list.ID, States: []newsletter.PostState{newsletter.PostDraft, newsletter.PostPublished}})
	if err != nil {
		return err
	}
	for _, p := range recent {
		if strings.EqualFold(p.Title, title) {
			return newsletter.Errorf(newsletter.Conflict, "post_again", "the list %s has a post %q already (%s, %s); when this is another one, add --again", list.Name, p.Title, p.PublicID, p.State)
		}
	}
	return nil
}

type postList struct {
	List  string   `arg:"" optional:"" help:"Name of a list; all lists otherwise."`
	State []string `placeholder:"STATE" help:"draft, published or withdrawn; may be repeated. All otherwise."`
	Limit int      `default:"50" help:"At most so many."`
	JSON  bool     `help:"Print JSON."`
}

func (postList) Help() string {
	return `Example:

    bode post list nieuwe-democratie --state draft --json`
}

func (cmd postList) Run(ctx context.Context, p *program) error {
	if cmd.Limit < 1 {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--limit must be at least 1")
	}
	states, err := cmd.states()
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		lists, err := namedLists(ctx, s, cmd.List)
		if err != nil {
			return err
		}
		rows := []postRow{}
		for _, l := range lists {
			ofList, err := postRows(ctx, s, l, newsletter.PostQuery{ListID: l.ID, States: states, Limit: cmd.Limit})
			if err != nil {
				return err
			}
			rows = append(rows, ofList...)
		}
		slices.SortStableFunc(rows, func(a, b postRow) int { return b.PublishedAt.Compare(a.PublishedAt.Time) })
		return cmd.print(p, c, rows[:min(cmd.Limit, len(rows))])
	})
}

func (cmd postList) states() (states []newsletter.PostState, err error) {
	all := []newsletter.PostState{newsletter.PostDraft, newsletter.PostPublished, newsletter.PostWithdrawn}
	for _, s := range cmd.State {
		if !slices.Contains(all, newsletter.PostState(s)) {
			return nil, newsletter.Errorf(newsletter.Invalid, "usage", "--state %s is not possible; choose draft, published or withdrawn", s)
		}
		states = append(states, newsletter.PostState(s))
	}
	if len(states) == 0 {
		return all, nil
	}
	return states, nil
}

// postRow is a post as a list shows it.
type postRow struct {
	newsletter.Post
	List   string   `json:"list"`
	Topics []string `json:"topics"`
	Feed   bool     `json:"from_feed"`
}

// postRows returns the posts of one list with the names of their topics.
func postRows(ctx context.Context, s *store.Store, l newsletter.List, query newsletter.PostQuery) ([]postRow, error) {
	posts, err := s.Posts(ctx, query)
	if err != nil {
		return nil, err
	}
	topics, err := s.Topics(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, t := range topics {
		names[t.ID] = t.Name
	}
	rows := make([]postRow, len(posts))
	for i, post := range posts {
		rows[i] = postRow{Post: post, List: l.Name, Topics: []string{}, Feed: post.FeedID != nil}
		for _, id := range post.Topics {
			rows[i].Topics = append(rows[i].Topics, names[id])
		}
	}
	return rows, nil
}

func (cmd postList) print(p *program, c *config.Config, rows []postRow) error {
	if cmd.JSON {
		return p.printJSON(rows)
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{r.PublicID.String(), r.List, string(r.State), minute(r.PublishedAt, c), strings.Join(r.Topics, ","), r.Title}
	}
	return p.printTable([]string{"ID", "LIST", "STATE", "DATE", "TOPICS", "TITLE"}, cells)
}

type postPublish struct {
	ID string `arg:"" help:"Id of the draft, as bode post list shows it."`
}

func (postPublish) Help() string {
	return `Example:

    bode post publish dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd postPublish) Run(ctx context.Context, p *program) error {
	return p.withPost(ctx, cmd.ID, func(s *store.Store, id newsletter.PublicID) (*newsletter.Post, error) {
		return s.PublishPost(ctx, id, p.operator(), p.now())
	})
}

type postWithdraw struct {
	ID string `arg:"" help:"Id of the post, as bode post list shows it."`
}

func (postWithdraw) Help() string {
	return `Approved editions that hold the post go back to review. What has left can't be called back.

Example:

    bode post withdraw dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd postWithdraw) Run(ctx context.Context, p *program) error {
	return p.withPost(ctx, cmd.ID, func(s *store.Store, id newsletter.PublicID) (*newsletter.Post, error) {
		return s.WithdrawPost(ctx, id, p.operator(), p.now())
	})
}

// withPost does one thing to one post and says what became of it.
func (p *program) withPost(ctx context.Context, id string, do func(*store.Store, newsletter.PublicID) (*newsletter.Post, error)) error {
	public, err := newsletter.ParsePublicID(id)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		post, err := do(s, public)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s %s: %s\n", post.State, post.PublicID, post.Title)
		return nil
	})
}
