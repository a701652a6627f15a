package templates

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	texttemplate "text/template"

	"bode.example/internal/newsletter"
)

// TestFewInstancesLieReady renders more templates than are kept ready: all templates at once would be most of what the
// garbage collector has to look through.
func TestFewInstancesLieReady(t *testing.T) {
	files := base()
	var samples []Sample
	for i := range keptInstances + 5 {
		name := fmt.Sprintf("web/page-%d.html", i)
		files[name] = &fstest.MapFile{Data: []byte(`{{define "main"}}{{.}} {{T "hello" "Name" .}}{{end}}{{template "frame" .}}`)}
		samples = append(samples, Sample{Template: name, Data: fmt.Sprint("Jan ", i)})
	}
	files["web/parts/frame.html"] = &fstest.MapFile{Data: []byte(`{{define "frame"}}<p>{{template "main" .}}</p>{{end}}`)}
	s, err := load(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time some are built again
		for i, sample := range samples {
			if got, want := render(t, s, "nl", sample.Template, sample.Data), fmt.Sprintf("<p>Jan %d Dag Jan %[1]d</p>", i); got != want {
				t.Errorf("%s is %q, want %q", sample.Template, got, want)
			}
		}
	}
	if n := len(s.idle); n != keptInstances {
		t.Errorf("%d instances lie ready, want %d", n, keptInstances)
	}
	last := s.idle[len(s.idle)-1]
	render(t, s, "en", last.name, "Jan")
	if s.idle[len(s.idle)-1] != last {
		t.Error("the instance that was used last was built again")
	}
	if err := s.Check("web/page-0.html", samples...); err != nil {
		t.Error(err)
	}
	if n := len(s.idle); n != 0 {
		t.Errorf("%d instances lie ready after the check at the start", n)
	}
}

// TestAFaultyInstanceIsNotKept holds that a template which failed is built anew: html/template remembers what failed.
func TestAFaultyInstanceIsNotKept(t *testing.T) {
	s, err := load(base(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Render(io.Discard, "nl", "email/letter.html", struct{}{}); err == nil {
		t.Error("a template without its data rendered")
	}
	if len(s.idle) != 0 {
		t.Error("it lies ready again")
	}
	render(t, s, "nl", "email/letter.html", letter{"Jan", 1})
}

// TestFillSaysWhatTheTemplateSays holds the short way of filling a text against the long one, for every text that there is.
func TestFillSaysWhatTheTemplateSays(t *testing.T) {
	s, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	short := 0
	for _, lang := range newsletter.Languages() {
		for key, m := range s.texts.messages[lang] {
			args := Args{}
			for _, name := range m.needs {
				args[name] = "<" + name + "> “{{.X}}”"
			}
			got, ok := m.fill(args)
			if !ok {
				continue
			}
			short++
			var want strings.Builder
			if err := texttemplate.Must(texttemplate.New("text").Parse(m.Other)).Execute(&want, args); err != nil {
				t.Fatal(err)
			}
			if got != want.String() {
				t.Errorf("%s in %s: %q, and by the template %q", key, lang, got, &want)
			}
		}
	}
	if short < 100 {
		t.Errorf("only %d texts go the short way", short)
	}
}

// TestFillLeavesTheRest names what the short way may not answer.
func TestFillLeavesTheRest(t *testing.T) {
	for text, args := range map[string]Args{
		"Dag {{.Name}}":                       {"Other": "x"},  // a fault, which the long way names
		"Nog {{.Days}} dagen":                 {"Days": 1204},  // written as the language does
		"{{if .Name}}Dag {{.Name}}{{end}}!":   {"Name": "Jan"}, // a template of the operator's
		"{{.Name | printf \"%q\"}}":           {"Name": "Jan"}, // the same
		"{{.Name.First}}":                     {"Name": "Jan"}, // the same
		"{{- .Name -}} {{len .Name}}":         {"Name": "Jan"}, // the same
		"{{$n := .Name}}{{$n}}":               {"Name": "Jan"}, // the same
		"{{/* nothing */}}{{template \"x\"}}": {"Name": "Jan"}, // the same
	} {
		m, err := newMessage("key", text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := m.fill(args); ok {
			t.Errorf("%q is filled as %q", text, got)
		}
	}
}
