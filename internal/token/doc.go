// Package token makes and reads what proves, without a login, that a link or a returned mail is
// ours: link tokens, bounce addresses, and the keyed hashes that stand for addresses.
//
// A link token says: whoever holds this may do one thing (its Purpose) with one thing (its public
// id), until a time or for ever. Nothing about it is stored. It is the base64url text of
//
//	purpose (1 octet) | key id (4) | expiry, seconds since 1970 or 0 (5) | public id (16) | MAC (16)
//
// where MAC is the first 128 bits of HMAC-SHA-256 over what stands before it. RFC 2104, section 5,
// allows to keep half of the hash; 2^-128 is the chance of one guess, and a shorter link breaks in
// fewer mail programs. The key is derived from the Secret for that purpose alone (HKDF, RFC 5869),
// so a token for one purpose is noise for another even if the octet that names it is changed.
//
// There is no randomness: the same purpose, id and expiry give the same token. A letter that is
// merged again after a crash carries the same links, and the outbox need not hold them.
//
// A Ring holds one current Secret, which signs, and old ones, which still verify: mail lies in
// boxes for years, and the link to leave must work for as long (RFC 8058; 13 months at least). Key
// ids are computed from the secrets, so there is no number to assign or to mix up.
//
// ReturnPath makes VERP senders (one envelope sender per delivery), so that a bounce tells which
// delivery failed and nobody can make up a bounce for somebody else. Its letters mean the same in
// either case, since mail servers may fold them (RFC 5321, section 2.4, asks them not to). LeavePath makes
// the addresses that a mail to ends a subscription (RFC 2369) in the same form, with keys of its own.
//
// A Box seals what the database must be able to give back and nobody else may read: secrets of
// authenticator apps. Beside a sign-in link stands a Code, for who reads mail on another device.
//
// Hashes stand for addresses in the suppression list and in counters after the address itself is
// erased. They have secrets of their own: rotating the key of links must not touch them, and an
// erased address can't be hashed anew, so old keys stay for looking up.
package token
