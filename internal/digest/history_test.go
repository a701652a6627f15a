package digest_test

import (
	"fmt"

	"pgregory.net/rapid"
)

// An act is one thing that happens in a history. Its numbers pick among what there is at that
// moment, so that every history can be played and shrunk.
type act struct {
	Do     string
	Who    int
	Post   int
	Pace   int
	Topics int
	N      int
}

func (a act) String() string {
	return fmt.Sprintf("{%s who:%d post:%d pace:%d topics:%d n:%d}", a.Do, a.Who, a.Post, a.Pace, a.Topics, a.N)
}

// The acts, the frequent ones several times. rapid prefers what stands first.
var acts = []string{
	"slot", "deliver", "publish", "push", "topics", "crash", "hours", "pause",
	"slot", "deliver", "publish", "join", "resume", "expire", "crash", "cancel",
	"slot", "deliver", "publish", "draft", "publish draft", "pace", "leave", "undo",
	"slot", "deliver", "publish", "restrict", "lift", "extra", "approve", "leave out",
	"slot", "deliver", "publish", "hold", "go on", "withdraw", "push", "date back",
	"slot", "deliver", "fault", "publish", "slot", "language", "mend", "topics",
	"run", "sign up", "confirm", "back", "days", "language", "review", "fail",
	"correct",
}

var anAct = rapid.Custom(func(t *rapid.T) act {
	return act{
		Do:     rapid.SampledFrom(acts).Draw(t, "do"),
		Who:    rapid.IntRange(0, people-1).Draw(t, "who"),
		Post:   rapid.IntRange(0, 5).Draw(t, "post"),
		Pace:   rapid.IntRange(0, 2).Draw(t, "pace"),
		Topics: rapid.IntRange(0, 7).Draw(t, "topics"),
		N:      rapid.IntRange(0, 9).Draw(t, "n"),
	}
})

// histories begin with readers and posts: what follows has something to be about.
var histories = rapid.Custom(func(t *rapid.T) []act {
	var history []act
	for who := range people {
		a := anAct.Draw(t, "reader")
		a.Do, a.Who = "join", who
		history = append(history, a)
	}
	return append(history, rapid.SliceOfN(anAct, 30, 80).Draw(t, "acts")...)
})
