package newsletter

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Anchor is how both chains, the audit log and the ledger of consent, ended at a time. Kept where who can write to the database
// can't write, it shows what the chains can't show by themselves: that somebody who altered an entry made all hashes after it
// anew. In such a chain the entry of that number has another hash.
type Anchor struct {
	At      Time      `json:"at"`
	Audit   ChainHead `json:"audit"`
	Consent ChainHead `json:"consent"`
}

// anchorLine is an anchor as it is written down. It is found in a mail that was saved too.
var anchorLine = regexp.MustCompile(`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s+audit\s+(\d+)\s+([0-9a-f]{64}|-)\s+consent\s+(\d+)\s+([0-9a-f]{64}|-)`)

// softBreak ends lines of a mail as it travels that are too long for it (RFC 2045, 6.7).
var softBreak = strings.NewReplacer("=\r\n", "", "=\n", "")

// String is one line, such as "2026-11-23T03:00:00Z audit 1204 9f2c… consent 8812 41aa…". A chain without entries is "0 -".
func (a Anchor) String() string {
	head := func(h ChainHead) string {
		if h.Hash == "" {
			return strconv.FormatInt(h.Seq, 10) + " -"
		}
		return strconv.FormatInt(h.Seq, 10) + " " + h.Hash
	}
	return fmt.Sprintf("%s audit %s consent %s", a.At.UTC().Format("2006-01-02T15:04:05Z"), head(a.Audit), head(a.Consent))
}

// ParseAnchors finds all anchors in a text, in the order in which they stand there. None at all is an error.
func ParseAnchors(text string) ([]Anchor, error) {
	var all []Anchor
	for _, m := range anchorLine.FindAllStringSubmatch(softBreak.Replace(text), -1) {
		at, err := time.Parse(time.RFC3339, m[1])
		if err != nil {
			return nil, Errorf(Invalid, "anchor_unreadable", "%q is no time of an anchor", m[1])
		}
		a := Anchor{At: At(at)}
		for i, h := range []*ChainHead{&a.Audit, &a.Consent} {
			if h.Seq, err = strconv.ParseInt(m[2+2*i], 10, 64); err != nil {
				return nil, Errorf(Invalid, "anchor_unreadable", "%q is no number of an entry", m[2+2*i])
			}
			h.Hash = strings.TrimPrefix(m[3+2*i], "-")
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, Errorf(Invalid, "anchor_unreadable", "there is no anchor in this text: one is a line such as 2026-11-23T03:00:00Z audit 12 … consent 34 …")
	}
	return all, nil
}
