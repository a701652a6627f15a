package store

// OnNetwork lets tests ask about file systems that they can't mount.
var OnNetwork = onNetwork
