package mailer

import (
	"bytes"
	"crypto/rand"
	"html/template"
	"strings"
	"testing"
)

func testMarker(t testing.TB, fields ...string) *Marker {
	t.Helper()
	m, err := NewMarker(rand.Reader, fields...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func testDraft() Draft {
	return Draft{From: Address{"Bode", "nieuws@bode.example"}, Subject: "Onderwerp", Text: "Tekst\n", HTML: "<p>Tekst</p>\n"}
}

func TestDraftsThatDontCompile(t *testing.T) {
	m := testMarker(t, "name", "url")
	other := testMarker(t, "name")
	mark := m.Mark("name")
	for name, change := range map[string]func(*Draft){
		"from":                 func(d *Draft) { d.From.Addr = "bode" },
		"from not ASCII":       func(d *Draft) { d.From.Addr = "bodé@bode.example" },
		"reply-to":             func(d *Draft) { d.ReplyTo.Addr = "bode@" },
		"subject empty":        func(d *Draft) { d.Subject = " \r\n " },
		"text empty":           func(d *Draft) { d.Text = "\n" },
		"own field":            func(d *Draft) { d.Header = []Field{{"bcc", "x@y.example"}} },
		"content field":        func(d *Draft) { d.Header = []Field{{"Content-Type", "text/html"}} },
		"field twice":          func(d *Draft) { d.Header = []Field{{"X-A", "1"}, {"x-a", "2"}} },
		"field name":           func(d *Draft) { d.Header = []Field{{"X A", "1"}} },
		"field name colon":     func(d *Draft) { d.Header = []Field{{"X:A", "1"}} },
		"field name empty":     func(d *Draft) { d.Header = []Field{{"", "1"}} },
		"field empty":          func(d *Draft) { d.Header = []Field{{"X-A", " "}} },
		"structured not ASCII": func(d *Draft) { d.Header = []Field{{"List-Id", "é <x.y>"}} },
		"structured mark":      func(d *Draft) { d.Header = []Field{{"List-Help", "<" + mark + "é>"}} },
		"unknown field":        func(d *Draft) { d.Text = m.Mark("nmae") },
		"cut mark":             func(d *Draft) { d.Text = mark[:20] + "…" },
		"cut mark in subject":  func(d *Draft) { d.Subject = "Hoi " + mark[:28] },
		"mark in script":       func(d *Draft) { d.HTML = "<script>var a='" + mark + "'</script>" },
		"mark in style":        func(d *Draft) { d.HTML = "<style>a{color:" + mark + "}</style>" },
		"mark in style attr":   func(d *Draft) { d.HTML = `<p style="color:` + mark + `">` },
		"mark in handler":      func(d *Draft) { d.HTML = `<p onclick="` + mark + `">` },
		"mark without quotes":  func(d *Draft) { d.HTML = "<p title=" + mark + ">" },
		"mark as attribute":    func(d *Draft) { d.HTML = "<p " + mark + `="x">` },
		"mark as bare name":    func(d *Draft) { d.HTML = "<p " + mark + ">" },
		"mark as tag":          func(d *Draft) { d.HTML = "<" + mark + " a=b>x" },
		"mark as end tag":      func(d *Draft) { d.HTML = "x</" + mark + ">" },
		"mark in doctype":      func(d *Draft) { d.HTML = "<!doctype " + mark + "><p>" },
		"mark in srcset":       func(d *Draft) { d.HTML = `<img srcset="` + mark + ` 2x">` },
		"mark in open tag":     func(d *Draft) { d.HTML = `<p>x<a title="` + mark },
	} {
		d := testDraft()
		change(&d)
		if _, err := d.Compile(m); err == nil {
			t.Errorf("%s: compiled", name)
		}
	}
	d := testDraft()
	d.HTML = "<p title=" + mark + ">"
	if _, err := d.Compile(m); err == nil || !strings.Contains(err.Error(), "in a tag <p> outside a quoted attribute value") {
		t.Errorf("the error doesn't say where the mark stands: %v", err)
	}
	d = testDraft()
	d.Text = other.Mark("name") // a stranger's mark is text like any other
	if _, err := d.Compile(m); err != nil {
		t.Error(err)
	}
}

func TestMarkersRefuseBadFields(t *testing.T) {
	for _, fields := range [][]string{{""}, {"a", "a"}, {"A"}, {"a b"}, make([]string, 201)} {
		if _, err := NewMarker(rand.Reader, fields...); err == nil {
			t.Errorf("%.40q: accepted", fields)
		}
	}
	if _, err := NewMarker(bytes.NewReader(make([]byte, 15)), "a"); err == nil {
		t.Error("15 random bytes: accepted")
	}
}

func TestMarksComeThroughTemplates(t *testing.T) {
	m := testMarker(t, "name", "url")
	page := template.Must(template.New("").Parse(`<p title="{{.Name}}">{{.Name}}</p><a href="{{.URL}}">x</a><a href="https://x.example/?n={{.Name}}&amp;m=1">y</a>`))
	var b strings.Builder
	if err := page.Execute(&b, map[string]string{"Name": m.Mark("name"), "URL": m.Mark("url")}); err != nil {
		t.Fatal(err)
	}
	d := testDraft()
	d.HTML = b.String()
	l, err := d.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	r := testRecipient("", "")
	r.Values = []string{`a"b<c> & 'd' é`, "https://x.example/?a=1&b=2"}
	msg, err := l.Append(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	want := `<p title="a&#34;b&lt;c&gt; &amp; &#39;d&#39; é">a&#34;b&lt;c&gt; &amp; &#39;d&#39; é</p>` +
		`<a href="https://x.example/?a=1&amp;b=2">x</a><a href="https://x.example/?n=a%22b%3Cc%3E%20&amp;%20&#39;d&#39;%20%C3%A9&amp;m=1">y</a>` + "\r\n"
	if got := parse(t, msg).html; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLinksThatRunSomethingAreRefused(t *testing.T) {
	m := testMarker(t, "url")
	d := testDraft()
	d.HTML = `<a href="` + m.Mark("url") + `">x</a>`
	l, err := d.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"javascript:alert(1)", " https://x.example", "data:text/html,x", "", "//x.example", "https://"} {
		r := testRecipient("", "")
		r.Values = []string{bad}
		if out, err := l.Append([]byte("kept"), r); err == nil || string(out) != "kept" {
			t.Errorf("%q: %q, %v", bad, out, err)
		}
	}
}

func TestA6_TextOnlyMessage(t *testing.T) {
	d := testDraft()
	d.HTML = ""
	l, err := d.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := testRecipient("", "")
	r.Values = nil
	msg, err := l.Append(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	checkFormat(t, msg)
	if !bytes.Contains(msg, []byte("\r\nContent-Type: text/plain; charset=utf-8\r\n")) || !bytes.HasSuffix(msg, []byte("\r\n\r\nTekst\r\n")) {
		t.Errorf("%s", msg)
	}
}

func TestSameContentSameBytes(t *testing.T) {
	compile := func() []byte {
		m := testMarker(t, "name")
		d := testDraft()
		d.Text, d.HTML = "Beste "+m.Mark("name")+",\n", "<p>"+m.Mark("name")+"</p>"
		l, err := d.Compile(m)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := l.MarshalBinary()
		return data
	}
	if !bytes.Equal(compile(), compile()) {
		t.Error("two letters of one content differ")
	}
}
