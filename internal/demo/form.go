package demo

import (
	"fmt"
	"io"
	"net/url"

	"golang.org/x/net/html"
)

// form is a form on a page, filled in as the page came.
type form struct {
	action string
	values url.Values
}

// findForm returns the page's form that has a field of the name.
func findForm(page io.Reader, field string) (*form, error) {
	doc, err := html.Parse(page)
	if err != nil {
		return nil, err
	}
	for node := range doc.Descendants() {
		if node.Type != html.ElementNode || node.Data != "form" {
			continue
		}
		if f := readForm(node); f.values.Has(field) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("the page has no form with a field %q", field)
}

func readForm(node *html.Node) *form {
	f := &form{action: attribute(node, "action"), values: url.Values{}}
	for field := range node.Descendants() {
		name := attribute(field, "name")
		if field.Type != html.ElementNode || name == "" {
			continue
		}
		value := attribute(field, "value")
		switch {
		case field.Data == "button":
			// pressed, or not, by whoever sends the form
			if !f.values.Has(name) {
				f.values[name] = nil
			}
		case field.Data != "input":
		case attribute(field, "type") == "radio" || attribute(field, "type") == "checkbox":
			if !f.values.Has(name) {
				f.values[name] = nil
			}
			if has(field, "checked") {
				f.values.Add(name, value)
			}
		default:
			f.values.Add(name, value)
		}
	}
	return f
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	for _, a := range node.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
