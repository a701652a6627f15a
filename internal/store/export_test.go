package store

// OnNetwork lets tests ask about file systems that they can't mount.
var OnNetwork = onNetwork

// Around has every transaction of s that writes run by fn. It is no method: those are the store's own.
func Around(s *Store, fn func(run func() error) error) { s.around = fn }
