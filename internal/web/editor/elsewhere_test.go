package editor_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
)

// things makes one of everything that a path of the editors' desk can name, on the world's list, by placeholder.
func (b *bench) things() map[string][]string {
	b.t.Helper()
	w, ctx := b.world, b.t.Context()
	b.sendTo("eva")
	sent := b.edition()
	b.now = b.now.AddDate(0, 0, 1)
	e := b.review()
	source := w.Feed("nieuws", nil)
	found, err := b.store.SearchPosts(ctx, newsletter.PostSearch{Lists: []int64{w.List.ID}})
	if err != nil || len(found) == 0 {
		b.t.Fatalf("%+v, %v", found, err)
	}
	list, one := w.List.ID, newsletter.Address("jan.jansen@voorbeeld.nl")
	subscription := w.Join(one, b.now, w.All())
	if _, err := b.store.ProposeLeave(ctx, one, &list, "stop", storetest.Worker, b.now); err != nil {
		b.t.Fatal(err)
	}
	proposals, err := b.store.LeaveProposals(ctx, nil, storetest.By, b.now)
	if err != nil || len(proposals) != 1 {
		b.t.Fatalf("%+v, %v", proposals, err)
	}
	people := storetest.Query(b.t, b.store, `SELECT public_id FROM subscriber WHERE address = '`+one.String()+`'`)
	return map[string][]string{
		"id": {sent, e.PublicID.String()}, "feed": {idOf(source.ID)}, "post": {idOf(found[0].ID), found[0].PublicID.String()},
		"schedule": {idOf(w.Weekly.ID)}, "topic": {idOf(w.Council.ID)}, "subscription": {subscription.PublicID.String()},
		"person": {people[0][0]}, "proposal": {proposals[0].PublicID.String()},
		"import": {w.Upload(w.Plan(), "nieuw@voorbeeld.nl").PublicID.String()},
	}
}

// edition is the id of the latest one.
func (b *bench) edition() string {
	return storetest.Query(b.t, b.store, `SELECT public_id FROM edition ORDER BY id DESC LIMIT 1`)[0][0]
}

// needMore are pages that are there for nobody by their path alone: a correction's, of the deliveries and into the topic that a query
// names.
var needMore = map[string]bool{"GET /desk/editions/{id}/correction": true, "GET /desk/editions/{id}/deliveries": true, "GET /desk/topics/{topic}/merge": true}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// D10: for an editor of one list nothing of another is there, at any address: neither to see nor to change. A route that
// names something this test doesn't know fails it.
func TestD10_WhatIsOfAnotherListIsNotThere(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	things := b.things()
	admin := b.token
	other := b.people.SignIn(desktest.Staff(2, []newsletter.Role{newsletter.RoleEditor}, b.world.List.ID+1))
	tried := 0
	for _, route := range b.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		if route.Open || !slices.Contains(route.Roles, newsletter.RoleEditor) {
			continue
		}
		paths := b.pathsOf(things, &route, pattern)
		seen := false
		for _, path := range paths {
			b.token = other
			if status, location, page := b.ask(method, path, nil); status != http.StatusNotFound {
				t.Errorf("%s %s for an editor of another list: %d %s\n%.300s", method, path, status, location, page)
			}
			if b.token = admin; method == http.MethodGet && !strings.HasSuffix(path, "/events") {
				status, _, _ := b.ask(method, path, nil)
				seen = seen || status != http.StatusNotFound
			}
			tried++
		}
		if len(paths) > 0 && method == http.MethodGet && !seen && !strings.HasSuffix(pattern, "/events") && !needMore[route.Pattern] {
			t.Errorf("%s: not there for an admin either: the test looks for the wrong thing", route.Pattern)
		}
	}
	if tried < 70 {
		t.Errorf("only %d tries", tried)
	}
}

// pathsOf are the addresses at which a route shows things of the world's list; none: it names nothing.
func (b *bench) pathsOf(things map[string][]string, route *desk.Route, pattern string) []string {
	b.t.Helper()
	name := placeholder.FindStringSubmatch(pattern)
	switch {
	case name == nil && route.List != nil:
		return []string{pattern + "?list=" + idOf(b.world.List.ID)}
	case name == nil:
		return nil
	case len(things[name[1]]) == 0:
		b.t.Errorf("%s names a thing of which there is none here: make one", route.Pattern)
	}
	var paths []string
	for _, id := range things[name[1]] {
		paths = append(paths, strings.Replace(pattern, name[0], id, 1))
	}
	return paths
}
