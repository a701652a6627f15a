package store

import (
	"encoding/hex"
	"encoding/json"

	"bode.example/internal/newsletter"
)

// consentToWrite is an entry of the ledger with its evidence.
type consentToWrite struct {
	newsletter.Consent
	newsletter.Evidence
}

// appendConsents is appendConsent of many, in their order and in as few statements as it takes for one. (Lists as JSON: of
// thousands of parameters SQLite looks each name up among all.)
func (t *tx) appendConsents(all []consentToWrite) error {
	if len(all) == 0 {
		return nil
	}
	var head struct {
		Seq  int64  `db:"seq"`
		Hash string `db:"hash"`
	}
	if err := t.get(&head, `UPDATE consent_head SET seq = seq + $1 WHERE id = 1 RETURNING seq, hash`, len(all)); err != nil {
		return err
	}
	entries, evidence := make([][]any, len(all)), make([][]any, len(all))
	for i := range all {
		c, e := &all[i].Consent, &all[i].Evidence
		c.Seq, c.PrevHash = head.Seq-int64(len(all)-i-1), head.Hash
		link(c, e)
		head.Hash = c.Hash
		entries[i] = []any{c.Seq, c.Subject, c.ListID, c.Action, c.At.UnixMicro(), c.Channel, c.WordingHash, c.PrivacyHash, c.EvidenceHash, c.PrevHash, c.Hash}
		evidence[i] = evidenceCells(e, c.At)
	}
	if err := t.insertRows(`
		INSERT INTO consent (seq, subject, list_id, action, at, channel, wording_hash, privacy_hash, evidence_hash, prev_hash, hash)
		SELECT CAST(v.value ->> 0 AS BIGINT), v.value ->> 1, CAST(v.value ->> 2 AS BIGINT), v.value ->> 3, CAST(v.value ->> 4 AS BIGINT), v.value ->> 5,
			v.value ->> 6, v.value ->> 7, v.value ->> 8, v.value ->> 9, v.value ->> 10 FROM `, entries); err != nil {
		return err
	}
	if err := t.insertRows(`
		INSERT INTO consent_evidence (consent_seq, salt, address, address_key, form_url, confirmation_message_id,
			ground, source, origin_hash, origin_at, origin_salt, network, agent)
		SELECT CAST(v.value ->> 0 AS BIGINT), `+t.dialect.fromHex("v.value ->> 1")+`, v.value ->> 2, v.value ->> 3, v.value ->> 4, v.value ->> 5,
			v.value ->> 6, v.value ->> 7, v.value ->> 8, CAST(v.value ->> 9 AS BIGINT), `+t.dialect.fromHex("v.value ->> 10")+`, v.value ->> 11, v.value ->> 12 FROM `,
		evidence); err != nil {
		return err
	}
	return t.exec(`UPDATE consent_head SET hash = $1 WHERE id = 1`, head.Hash)
}

// evidenceCells are the columns of consent_evidence in the order in which appendConsents names them.
func evidenceCells(e *newsletter.Evidence, at newsletter.Time) []any {
	var originAt, originSalt any
	if e.Origin.Hash != "" {
		originAt, originSalt = at.UnixMicro(), hex.EncodeToString(e.Origin.Salt)
	}
	return []any{e.ConsentSeq, hex.EncodeToString(e.Salt), e.Address, newsletter.Address(e.Address).Key(), e.FormURL, e.MessageID,
		e.Ground, e.Source, e.Origin.Hash, originAt, originSalt, e.Network, e.Agent}
}

// insertRows runs an INSERT of rows; into ends in FROM.
func (t *tx) insertRows(into string, rows [][]any) error {
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return t.exec(into+t.dialect.rows("$1"), string(list))
}
