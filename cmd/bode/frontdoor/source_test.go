package frontdoor_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// source is a website with a feed, and one with a broken feed.
type source struct {
	*httptest.Server

	mu    sync.Mutex
	items []item
}

type item struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        string   `xml:"guid"`
	Date        string   `xml:"pubDate"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
}

func newSource(t testing.TB) *source {
	t.Helper()
	s := &source{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed", s.feed)
	mux.HandleFunc("GET /kapot", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>Kapot</title><item><title>Half een ber`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	s.publish("Een bericht van voor de eerste keer", "Gemeenteraad")
	return s
}

// publish puts an article on the website.
func (s *source) publish(title string, categories ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := fmt.Sprintf("%s/artikel/%d", s.URL, len(s.items)+1)
	s.items = append([]item{{Title: title, Link: link, GUID: link, Date: time.Now().Format(time.RFC1123Z), Categories: categories,
		Description: "Kort verteld: " + title + "."}}, s.items...)
}

func (s *source) feed(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	type channel struct {
		Title string `xml:"title"`
		Link  string `xml:"link"`
		Items []item `xml:"item"`
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_ = xml.NewEncoder(w).Encode(struct { // the reader may have gone
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel channel  `xml:"channel"`
	}{Version: "2.0", Channel: channel{"Expertgroep", s.URL, s.items}})
}
