package editor

import (
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func topicSamples() []desk.Sample {
	page := func(name, template string, data any, faults ...web.Fault) desk.Sample {
		return desk.Sample{Name: name, Page: web.Page{Template: "/editor/" + template, Data: data, Faults: faults}}
	}
	fault := web.Fault{Field: "title_nl", Text: "Een onderwerp heeft een titel."}
	topics := []choice{{Value: "/desk/topics/1", Label: "De nieuwe rol van de raad"}, {Value: "/desk/topics/2", Label: "Interne organisatieontwikkelingen"}}
	return []desk.Sample{
		page("topics", "topics.html", topicsPage{[]topicList{{Title: "Expertgroep Nieuwe Democratie", Name: "x", Topics: topics}, {Title: "Rekenkamers", Name: "y", Asked: true, TitleEN: "Money"}}}, fault),
		page("topics-none", "topics.html", topicsPage{}),
		page("topic", "topic.html", &topicPage{URL: "/desk/topics/1", List: "Rekenkamers", Title: "Geld", TitleNL: "Geld", TitleEN: "Money", DescriptionNL: "Over begrotingen.", Others: sampleChoices()}, fault),
		page("topic-alone", "topic.html", &topicPage{URL: "/desk/topics/1", List: "Rekenkamers", Title: "Geld", TitleNL: "Geld"}),
	}
}
