package store

// OnNetwork lets tests ask about file systems that they can't mount.
var OnNetwork = onNetwork

// Around has every transaction that writes run by fn.
func (s *Store) Around(fn func(run func() error) error) { s.around = fn }
