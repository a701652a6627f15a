package editor

import (
	"html/template"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func sampleChoices() []choice {
	return []choice{{Value: "1", Label: "De nieuwe rol van de raad", Chosen: true}, {Value: "2", Label: "Interne organisatieontwikkelingen bij gemeenten"}}
}

func samplePostForm() postForm {
	return postForm{Title: "Werksessie over loting", Summary: "Samen kijken wat werkt.", Text: "Wij nodigen u uit.\n\n## Programma", Author: "Marijke de Boer",
		Place: "Provinciehuis, Assen", Starts: "2026-12-03T19:30", Ends: "2026-12-03T21:30", When: "at", PublishAt: "2026-11-24T08:00",
		Languages: []choice{{Value: "nl", Label: "language_nl", Chosen: true}, {Value: "en", Label: "language_en"}}, Topics: sampleChoices()}
}

func postSamples() []desk.Sample {
	draft, published := &newsletter.Post{State: newsletter.PostDraft, PublishAt: sampleTime}, &newsletter.Post{State: newsletter.PostPublished}
	form, twins := samplePostForm(), []postLink{{"/desk/posts/y", "Werksessie over loting"}}
	pictured := form
	pictured.Picture, pictured.Alt = "/static/icon.svg", "Raadsleden en inwoners aan één tafel"
	empty := postForm{When: "draft", Languages: form.Languages}
	held := []holdingLine{{URL: "/desk/editions/x", Pace: "Wekelijks", At: sampleTime, Zone: time.UTC, State: stateOf(newsletter.EditionApproved)},
		{URL: "/desk/editions/y", Pace: "Maandelijks", Zone: time.UTC, State: stateOf(newsletter.EditionSent), Out: true}}
	imported := postPage{List: "Expertgroep Nieuwe Democratie", ListName: "x", Action: "/desk/posts/x", URL: "/desk/posts/x", Public: "/p/x",
		State: postStateOf(published), Post: form, At: sampleTime, Source: "https://bron.example/1", Twins: twins, Holdings: held,
		Corrected: true, Feed: sourceWords{Title: "werksessie LOTING", Summary: "Lees meer", TopicsToo: true}, Body: "<p>Wij nodigen u uit.</p>"}
	whole := imported
	whole.Corrected, whole.Feed, whole.Twins, whole.Holdings, whole.Body = false, sourceWords{Topics: []string{"Raad"}, TopicsToo: true}, nil, nil, ""
	return []desk.Sample{
		{Name: "posts", Page: web.Page{Template: "/editor/posts.html", Data: postsPage{Words: "loting", Several: true, Filtered: true,
			Lists: sampleChoices(), Topics: sampleChoices(), States: choices("draft", "post_state_", "", "draft", "published", "withdrawn"),
			Origins: choices("", "post_from_", "", "own", "feed"), Pager: desk.Pager{Newest: "/desk/posts?q=x", Older: "/desk/posts?after=y"},
			Posts: []postLine{
				{URL: "/desk/posts/x", Title: "Werksessie over loting", List: "Expertgroep Nieuwe Democratie", Lang: newsletter.Dutch,
					State: postStateOf(draft), At: sampleTime, Waits: true, Topics: []string{"Raad", "Bewoners"}, Twins: twins},
				{URL: "/desk/posts/z", Title: "Verantwoordelijkheidsverdeling in samenwerkingsverbanden", List: "Rekenkamers", Lang: newsletter.Dutch,
					State: postStateOf(published), At: sampleTime, Imported: true, Corrected: true},
			}}}},
		{Name: "posts-none", Page: web.Page{Template: "/editor/posts.html", Data: postsPage{States: choices("", "post_state_", "", "draft"), Origins: choices("", "post_from_", "")}}},
		{Name: "posts-none-found", Page: web.Page{Template: "/editor/posts.html", Data: postsPage{Filtered: true, States: choices("", "post_state_", ""), Origins: choices("", "post_from_", "")}}},
		{Name: "post-list", Page: web.Page{Template: "/editor/post-list.html", Data: []choice{{Value: "x", Label: "Rekenkamers"}}}},
		{Name: "post-list-none", Page: web.Page{Template: "/editor/post-list.html", Data: []choice(nil)}},
		{Name: "post-new", Page: web.Page{Template: "/editor/post.html", Data: postPage{New: true, Own: true, Draft: true, List: "Rekenkamers", ListName: "x", Action: "/desk/posts?list=x", Post: empty}}},
		{Name: "post-draft", Page: web.Page{Template: "/editor/post.html", Data: postPage{Own: true, Draft: true, List: "Rekenkamers", ListName: "x", Action: "/desk/posts/x", URL: "/desk/posts/x",
			State: postStateOf(draft), PlanAt: sampleTime, Post: form, Twins: twins}, Faults: []web.Fault{{Field: "title", Text: "Het bericht heeft nog geen titel."},
			{Field: "alt", Text: "Zeg wat er op de foto te zien is."}, {Field: "publish_at", Text: "Dit tijdstip is al voorbij."}, {Text: "Een collega was je voor."}}}},
		{Name: "post-published", Page: web.Page{Template: "/editor/post.html", Data: postPage{Own: true, List: "Rekenkamers", ListName: "x", Action: "/desk/posts/x", URL: "/desk/posts/x",
			Public: "/p/x", State: postStateOf(published), At: sampleTime, Post: pictured, Holdings: held}}},
		{Name: "post-withdrawn", Page: web.Page{Template: "/editor/post.html", Data: postPage{Own: true, Over: true, List: "Rekenkamers", URL: "/desk/posts/x",
			State: desk.State{Kind: "over", Key: "post_state_withdrawn"}, Post: form, Body: "<p>Wij nodigen u uit.</p>"}}},
		{Name: "post-feed", Page: web.Page{Template: "/editor/post-feed.html", Data: imported}},
		{Name: "post-feed-plain", Page: web.Page{Template: "/editor/post-feed.html", Data: whole}},
		{Name: "post-page", Page: web.Page{Template: "/editor/post-page.html", Data: articlePage{
			Post: articleView{Title: "Werksessie over loting", Author: "Marijke de Boer", Lang: newsletter.Dutch, PublishedAt: sampleTime, Topics: []string{"Raad"}},
			List: articleList{Title: "Rekenkamers", URL: "/l/x", Lang: newsletter.Dutch}, Event: articleEvent{StartsAt: sampleTime, Place: "Assen", ICS: "/ics/x.ics"},
			Body: template.HTML("<p>Wij nodigen u uit.</p>")}}},
	}
}
