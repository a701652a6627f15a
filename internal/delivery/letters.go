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
}

func newLetters(load func(context.Context, int64) ([]byte, error)) *letters {
	return &letters{load: load, kept: map[int64]*list.Element{}}
}

// get returns the letter of a variant. Two that miss at once both load: that costs a query and
// spares a wait.
func (l *letters) get(ctx context.Context, variant int64) (*mailer.Letter, error) {
	if letter := l.find(variant); letter != nil {
		return letter, nil
	}
	data, err := l.load(ctx, variant)
	if err != nil {
		return nil, err
	}
	letter := new(mailer.Letter)
	if err := letter.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	l.keep(variant, letter)
	return letter, nil
}

func (l *letters) find(variant int64) *mailer.Letter {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.kept[variant]
	if !ok {
		return nil
	}
	l.order.MoveToFront(e)
	return e.Value.(*keptLetter).letter
}

func (l *letters) keep(variant int64, letter *mailer.Letter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.kept[variant]; ok {
		return
	}
	l.kept[variant] = l.order.PushFront(&keptLetter{variant, letter})
	l.size += letter.Size()
	for l.size > letterMemory && l.order.Len() > 1 {
		last := l.order.Remove(l.order.Back()).(*keptLetter)
		delete(l.kept, last.variant)
		l.size -= last.letter.Size()
	}
}
