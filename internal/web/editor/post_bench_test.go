package editor_test

import (
	"fmt"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
)

// The list of posts, searched and not, with ten thousand of them: a page must answer within 200 ms.
func BenchmarkPostsOfTenThousand(b *testing.B) {
	desk := newBench(b, storetest.SQLite(b))
	feed := desk.world.Feed("nieuws", nil)
	const all, batch = 10_000, 500
	for from := 0; from < all; from += batch {
		items := make([]newsletter.Item, batch)
		for i := range items {
			n := from + i
			items[i] = storetest.Item(n, fmt.Sprintf("Bericht %d over de raad van gemeente %d", n, n%350))
		}
		desk.world.Fetch(feed, storetest.Start.Add(time.Duration(from)*time.Second), items...)
	}
	for name, path := range map[string]string{"all": "/desk/posts", "words": "/desk/posts?q=gemeente+349", "none": "/desk/posts?q=komkommer", "state": "/desk/posts?state=draft"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				desk.get(path)
			}
		})
	}
}
