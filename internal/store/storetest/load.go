package storetest

import (
	"fmt"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/migrations"
)

// Load is how much a World holds after years of use.
type Load struct {
	Readers  int // of the list
	Editions int // that each of them was sent
	Requests int // in the register; one in thirty is open
}

// Years fills an installation as if it had been used for years, by statements of its own: for benchmarks of what
// must be quick then. Half of the mail lies before Start's thirteen months, and nobody has let go of it. A file
// of readers, as many lines as there are readers, waits to be imported.
func (w *World) Years(l Load) {
	w.t.Helper()
	w.Crowd(l.Readers, w.Daily)
	w.mailOfYears(l)
	w.registerOfYears(l)
	w.Do(fmt.Sprintf(`
		INSERT INTO import (public_id, list_id, file_name, state, head, encoding, separator, plan, lines, tally, created_at, due_at)
		VALUES ('%s', %d, 'lezers.csv', 'checked', '[]', 'utf-8', ';', '{}', %d, '{}', %[4]d, %[4]d)`,
		newsletter.NewPublicID(), w.List.ID, l.Readers, newsletter.At(Start).UnixMicro()))
	w.Do(fmt.Sprintf(`
		INSERT INTO import_row (import_id, line, cells, address_key)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT (SELECT MAX(id) FROM import), i, '["Lezer van elders","nieuw' || i || '@elders.voorbeeld.nl","Utrecht"]', 'nieuw' || i || '@elders.voorbeeld.nl' FROM n`, l.Readers))
	if w.s.Engine() == migrations.Postgres {
		w.Do(`VACUUM ANALYZE`) // as autovacuum would have done long before
	}
}

// mailOfYears sends every reader every edition, with a consent at the beginning and a bounce now and then.
func (w *World) mailOfYears(l Load) {
	w.t.Helper()
	first := Start.AddDate(0, -26, 0)
	each := Start.Sub(first) / time.Duration(max(l.Editions, 1))
	for i := range l.Editions {
		at := newsletter.At(first.Add(time.Duration(i) * each)).UnixMicro()
		w.Do(fmt.Sprintf(`
			INSERT INTO edition (public_id, list_id, schedule_id, kind, scheduled_for, state, subject, released_at, ended_at, created_at, changed_at)
			VALUES ('%s', %d, %d, 'slot', %[4]d, 'sent', 'Nieuws', %[4]d, %[4]d, %[4]d, %[4]d)`, newsletter.NewPublicID(), w.List.ID, w.Daily.ID, at))
		w.Do(fmt.Sprintf(`
			INSERT INTO variant (public_id, edition_id, key, language, layout, posts, subject, letter, web)
			SELECT '%s', MAX(id), 'v', 'nl', 'standard', '[]', 'Nieuws', '', '' FROM edition`, newsletter.NewPublicID()))
		w.Do(fmt.Sprintf(`
			INSERT INTO delivery (kind, edition_id, variant_id, subscription_id, language, domain, state, due_at, expires_at, code, created_at, handed_over_at, ended_at)
			SELECT 'edition', (SELECT MAX(id) FROM edition), (SELECT MAX(id) FROM variant), s.id, 'nl', 'd' || (s.id %% 50) || '.voorbeeld.nl', 'sent',
				%[1]d, %[1]d, 250, %[1]d, %[1]d, %[1]d FROM subscription AS s ORDER BY s.id`, at))
		w.Do(fmt.Sprintf(`
			INSERT INTO bounce (public_id, delivery_id, subscriber_id, way, class, status, diagnostic, hash, received_at, decided_at, effect)
			SELECT 'edition' || d.edition_id || ' ' || d.id, d.id, s.subscriber_id, 'listener', 'soft', '4.2.2', 'mailbox full', 'h', %[1]d, %[1]d, 'counted'
			FROM delivery AS d JOIN subscription AS s ON s.id = d.subscription_id
			WHERE d.edition_id = (SELECT MAX(id) FROM edition) AND d.id %% 100 = 0`, at))
	}
	w.Do(fmt.Sprintf(`
		INSERT INTO consent (seq, subject, list_id, action, at, channel, wording_hash, privacy_hash, evidence_hash, prev_hash, hash)
		SELECT 1000 + p.id, p.subject, %d, 'confirmed', %d, 'link', '%s', '', '', '', '' FROM subscriber AS p`,
		w.List.ID, newsletter.At(first).UnixMicro(), w.Words.Hash))
	w.Do(`UPDATE consent_head SET seq = (SELECT MAX(seq) FROM consent)`)
	w.Do(`
		INSERT INTO consent_evidence (consent_seq, salt, address, address_key, form_url, confirmation_message_id, ground, source, origin_hash, network, agent)
		SELECT 1000 + p.id, '', p.address, p.address_key, '', '', '', '', '', '', '' FROM subscriber AS p`)
	// One in fifty has left, most of them not long ago.
	w.Do(fmt.Sprintf(`
		UPDATE subscription SET state = 'unsubscribed', active_since = NULL, ended_at = %d - (id %% 40) * 5000000000000 WHERE id %% 50 = 49`, newsletter.At(Start).UnixMicro()))
}

// registerOfYears enters requests, one each two hours until Start, with events, letters and the mail that took them.
func (w *World) registerOfYears(l Load) {
	w.t.Helper()
	const spacing = 2 * time.Hour
	at := fmt.Sprintf("(%d - (%d - i) * %d)", newsletter.At(Start).UnixMicro(), l.Requests, spacing.Microseconds())
	day := fmt.Sprintf("(%d - (%d - i) / 12)", int64(Today), l.Requests)
	open := `i % 30 = 0`
	kinds := `CASE i % 4 WHEN 0 THEN 'access' WHEN 1 THEN 'erasure' WHEN 2 THEN 'objection' ELSE 'rectification' END`
	id := func(first string) string { // as newsletter.PublicID is written
		return `'` + strings.Repeat(first, 15) + `' || replace(replace(CAST(1000000000 + i AS TEXT), '0', 'a'), '1', 'b') || 'a'`
	}
	count := fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)`, l.Requests)
	w.Do(`
		INSERT INTO data_request (public_id, kind, state, channel, language, received_on, created_at, address, address_key, hash_key, hash,
			strict_on, due_on, result, closed_at, changed_at)
		` + count + `
		SELECT ` + id("r") + `, ` + kinds + `, CASE WHEN ` + open + ` THEN 'verified' ELSE 'fulfilled' END, 'mail', 'nl', ` + day + `, ` + at + `,
			CASE WHEN ` + open + ` THEN 'vrager' || i || '@voorbeeld.nl' END, CASE WHEN ` + open + ` THEN 'vrager' || i || '@voorbeeld.nl' END,
			'k', 'hash' || i, ` + day + ` + 31, ` + day + ` + 31, CASE WHEN ` + open + ` THEN '' ELSE 'done' END,
			CASE WHEN NOT (` + open + `) THEN ` + at + ` + 86400000000 END, ` + at + ` FROM n`)
	w.Do(`
		INSERT INTO request_event (request_id, at, actor_kind, actor_id, step, state_before, state_after)
		SELECT r.id, r.created_at, 'staff', 'x', v.step, '', r.state FROM data_request AS r
		CROSS JOIN (SELECT 'receive' AS step UNION ALL SELECT 'ask_identity' UNION ALL SELECT 'show_identity' UNION ALL SELECT 'fulfil') AS v`)
	for first, kind := range map[string]string{"c": "receipt", "d": "access"} {
		w.Do(`
			INSERT INTO request_letter (public_id, request_id, kind, language, subject, body, created_at, queued_at)
			SELECT '` + first + `' || substr(r.public_id, 2), r.id, '` + kind + `', 'nl', 'Uw verzoek', 'Geachte lezer, wij hebben uw verzoek behandeld.', r.created_at, r.created_at FROM data_request AS r`)
	}
	w.Do(`
		INSERT INTO delivery (kind, language, template, ref, key, domain, state, due_at, expires_at, created_at, ended_at)
		SELECT 'request', 'nl', 'request_letter', l.id, 'letter ' || l.id, '', 'sent', l.created_at, l.created_at, l.created_at, l.created_at FROM request_letter AS l`)
	w.Do(`
		INSERT INTO erasure (public_id, at, hashes, lists, deliveries, request_id, listed_at)
		SELECT 'e' || r.id, r.created_at, '[]', 1, 20, r.id, r.created_at FROM data_request AS r WHERE r.kind = 'erasure'`)
}
