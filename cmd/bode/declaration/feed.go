package declaration

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
)

const (
	feedInterval      = 30 * time.Minute
	leastFeedInterval = 5 * time.Minute // politeness: the source is somebody else's
	mostFeedInterval  = 7 * 24 * time.Hour
)

func (r *reader) feed(t *tomlfile.Table, l *newsletter.DeclaredList) newsletter.Feed {
	f := newsletter.Feed{
		Name:        r.name(t, "feed", l.Name),
		Internal:    t.Bool("internal"),
		Interval:    span(t, "interval", feedInterval, leastFeedInterval, mostFeedInterval),
		ImportSince: newsletter.At(t.Time("import_since", r.Zone)),
		Mapping:     mapping(t, l.Topics),
	}
	f.URL = feedURL(t, f.Internal)
	return f
}

// feedURL refuses what could only fail when it is fetched. Where a name leads to is checked then.
func feedURL(t *tomlfile.Table, internal bool) string {
	s := t.String("url")
	u, err := url.Parse(s)
	switch {
	case s == "":
		t.Faultf("url", "a feed needs an address, such as url = \"https://www.example.nl/feed\"")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		t.Faultf("url", "%q is not a web address; it begins with https://", s)
	case u.User != nil:
		t.Faultf("url", "a name or password must not stand in the address of a feed")
	case !internal && private(u.Hostname()):
		t.Faultf("url", "%s is a private address; when that is meant, add internal = true", u.Hostname())
	}
	return s
}

func private(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || strings.HasSuffix(host, ".localhost")
	}
	a = a.Unmap()
	return !a.IsGlobalUnicast() || a.IsPrivate()
}

// mapping reads which of the feed's categories are which of the list's topics. A category mapped to
// "" is known and has none.
func mapping(t *tomlfile.Table, topics []newsletter.Topic) newsletter.Mapping {
	of := newsletter.Mapping{}
	table := t.Table("topics")
	for _, category := range table.Keys() {
		name := table.String(category)
		if name != "" && !slices.ContainsFunc(topics, func(topic newsletter.Topic) bool { return topic.Name == name }) {
			table.Faultf(category, "the list has no topic %q", name)
		}
		of[category] = name
	}
	return of
}
