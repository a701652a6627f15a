package delivery

import (
	"container/list"
	"context"
	"sync"

	"bode.example/mailer"
)

// letterMemory is how many bytes of compiled letters a worker keeps.
const letterMemory = 16 << 20

// letters keeps the letters used last, up to letterMemory bytes.
type letters struct {
	mu    sync.Mutex
	load  func(ctx context.Context, variantID int64) ([]byte, error)
	kept  map[int64]*list.Element
	order list.List // of *keptLetter, the one used last in front
	size  int
}

type keptLetter struct {
	variant int64
	letter  *mailer.Letter
	fields  []string // of the letter
}

func newLetters(load func(context.Context, int64) ([]byte, error)) *letters {
	return &letters{load: load, kept: map[int64]*list.Element{}}
}

// get returns the letter of a variant. Two that miss at once both load: that costs a query and
// spares a wait.
func (l *letters) get(ctx context.Context, variant int64) (*keptLetter, error) {
	if kept := l.find(variant); kept != nil {
		return kept, nil
	}
	data, err := l.load(ctx, variant)
	if err != nil {
		return nil, err
	}
	letter := new(mailer.Letter)
	if err := letter.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	kept := &keptLetter{variant, letter, letter.Fields()}
	l.keep(kept)
	return kept, nil
}

func (l *letters) find(variant int64) *keptLetter {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.kept[variant]
	if !ok {
		return nil
	}
	l.order.MoveToFront(e)
	return e.Value.(*keptLetter)
}

func (l *letters) keep(kept *keptLetter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.kept[kept.variant]; ok {
		return
	}
	l.kept[kept.variant] = l.order.PushFront(kept)
	l.size += kept.letter.Size()
	for l.size > letterMemory && l.order.Len() > 1 {
		last := l.order.Remove(l.order.Back()).(*keptLetter)
		delete(l.kept, last.variant)
		l.size -= last.letter.Size()
	}
}
