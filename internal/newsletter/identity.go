package newsletter

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Match says which post an item is.
type Match struct {
	PostID int64 // 0: a post that is not there yet
	// SameAs is the index of an earlier item of the document that is the same new post, or -1.
	SameAs int
	// Learn are the ways to know the post that were not recorded yet. Their PostID is not filled.
	Learn []Identity
}

// MatchItems says for every item of one document which of a list's posts it is. known must hold
// all recorded identities among Identities(items).
//
// An item is known by its guid; or else by its link; or else, when both are new to us and the post
// it could be has gone from the document, by its title and date. So a feed that moves to another
// system and changes every guid, or that loses its items and gets them back, brings no post twice;
// and two articles of one title on one day remain two.
//
// A guid or a link that stands at several different items of the document tells nothing about any
// of them and is not used: some feeds give every item the address of the home page.
func MatchItems(items []Item, known []Identity) []Match {
	m := matcher{items: items, posts: map[Identity]int64{}, claimed: map[int64]string{}, fresh: map[Identity]int{},
		matches: make([]Match, len(items)), keys: itemKeys(items)}
	for _, k := range known {
		m.posts[Identity{Kind: k.Kind, Value: k.Value}] = k.PostID
	}
	m.byGUID()
	m.byLink()
	m.byTitleDate()
	m.learn()
	return m.matches
}

// Identities returns every identity that MatchItems may ask about for these items.
func Identities(items []Item) []Identity {
	var all []Identity
	for _, k := range itemKeys(items) {
		all = append(all, k.list()...)
	}
	return all
}

// keys are the identities of one item that can be trusted; the others are zero.
type keys struct{ guid, link, titleDate Identity }

// list returns those that there are: never none.
func (k keys) list() []Identity {
	return slices.DeleteFunc([]Identity{k.guid, k.link, k.titleDate}, func(id Identity) bool { return id.Value == "" })
}

func itemKeys(items []Item) []keys {
	all := make([]keys, len(items))
	guids, links := map[string]string{}, map[string]string{} // who else has it: see shared
	for i, item := range items {
		all[i].guid = identity(ByGUID, strings.TrimSpace(item.GUID))
		all[i].link = identity(ByLink, linkKey(item.Link))
		share(guids, all[i].guid.Value, all[i].link.Value)
		share(links, all[i].link.Value, titleKey(item.Title))
	}
	for i, item := range items {
		k := &all[i]
		if guids[k.guid.Value] == shared {
			k.guid = Identity{}
		}
		if links[k.link.Value] == shared {
			k.link = Identity{}
		}
		// A title alone names a post only where there is nothing better.
		if !item.Published.IsZero() {
			k.titleDate = identity(ByTitleDate, titleKey(item.Title)+"\n"+item.Published.Format("2006-01-02"))
		} else if k.guid.Value == "" && k.link.Value == "" {
			k.titleDate = identity(ByTitleDate, titleKey(item.Title)+"\n")
		}
	}
	return all
}

// shared marks a value that stands at items which differ in what should be the same.
const shared = "\x00"

func share(seen map[string]string, value, with string) {
	if other, ok := seen[value]; ok && other != with {
		with = shared
	}
	seen[value] = with
}

// maxIdentity is the length in bytes of the longest value that is recorded as it is: PostgreSQL
// can't index rows of more than about 2,700 bytes.
const maxIdentity = 500

func identity(kind IdentityKind, value string) Identity {
	if value == "" {
		return Identity{}
	}
	if len(value) > maxIdentity {
		sum := sha256.Sum256([]byte(value))
		value = "sha256:" + hex.EncodeToString(sum[:])
	}
	return Identity{Kind: kind, Value: value}
}

// linkKey is what stays the same of an address when a site goes from http to https, drops its
// "www." or has its links marked by a campaign tool. The fragment stays: some sites put all their
// news on one page.
func linkKey(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" {
		return strings.TrimSpace(link)
	}
	query := u.Query()
	for name := range query {
		if strings.HasPrefix(name, "utm_") {
			query.Del(name)
		}
	}
	key := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		key += ":" + port
	}
	key += "/" + strings.Trim(u.EscapedPath(), "/")
	if len(query) > 0 {
		key += "?" + query.Encode()
	}
	if u.Fragment != "" {
		key += "#" + u.Fragment
	}
	return key
}

func titleKey(title string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(title))), " ")
}

type matcher struct {
	items   []Item
	keys    []keys
	posts   map[Identity]int64 // what is recorded
	claimed map[int64]string   // posts that are in this document, by the title they have there
	fresh   map[Identity]int   // new posts of this document: the first item of each
	matches []Match
}

func (m *matcher) byGUID() {
	for i := range m.items {
		m.matches[i].SameAs = -1
		if id, ok := m.posts[m.keys[i].guid]; ok {
			m.claim(i, id)
		}
	}
}

// byLink leaves a post alone that another item of the document is by its guid, unless that item
// has the same title: then the document holds one article twice.
func (m *matcher) byLink() {
	for i, item := range m.items {
		id, ok := m.posts[m.keys[i].link]
		if !ok || m.matches[i].PostID != 0 {
			continue
		}
		if title, taken := m.claimed[id]; !taken || title == titleKey(item.Title) {
			m.claim(i, id)
		}
	}
}

// byTitleDate gives a post to one item at most: two of one title and date are two articles.
func (m *matcher) byTitleDate() {
	for i := range m.items {
		id, ok := m.posts[m.keys[i].titleDate]
		if !ok || m.matches[i].PostID != 0 {
			continue
		}
		if _, taken := m.claimed[id]; !taken {
			m.claim(i, id)
		}
	}
}

func (m *matcher) claim(i int, post int64) {
	m.matches[i].PostID = post
	if _, taken := m.claimed[post]; !taken {
		m.claimed[post] = titleKey(m.items[i].Title)
	}
}

// learn finds the new posts that stand in the document twice, and collects for every post what is
// to be recorded.
func (m *matcher) learn() {
	for i := range m.items {
		match, k := &m.matches[i], m.keys[i]
		if match.PostID == 0 {
			m.joinEarlier(match, k)
		}
		for _, id := range k.list() {
			_, recorded := m.posts[id]
			_, learnt := m.fresh[id]
			if recorded || learnt {
				continue
			}
			match.Learn = append(match.Learn, id)
			m.fresh[id] = i
			if match.SameAs >= 0 {
				m.fresh[id] = match.SameAs
			}
		}
		if match.PostID == 0 && match.SameAs < 0 && len(match.Learn) == 0 {
			m.settle(match, k)
		}
	}
}

// settle ends the doubt about an item that would be a new post, but by which nothing could be
// learnt: it would be new again at every fetch. It is the post that has one of its identities.
func (m *matcher) settle(match *Match, k keys) {
	id := k.list()[0]
	if match.PostID = m.posts[id]; match.PostID == 0 {
		match.PostID, match.SameAs = m.matches[m.fresh[id]].PostID, m.fresh[id]
	}
}

// joinEarlier looks for an earlier item of the document that is the same article as a new one.
func (m *matcher) joinEarlier(match *Match, k keys) {
	ids := []Identity{k.guid, k.link}
	if k.guid.Value == "" && k.link.Value == "" {
		ids = []Identity{k.titleDate}
	}
	for _, id := range ids {
		if first, ok := m.fresh[id]; ok && id.Value != "" {
			match.PostID = m.matches[first].PostID
			if match.PostID == 0 {
				match.SameAs = first
			}
			return
		}
	}
}
