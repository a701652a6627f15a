package config

import "bode.example/internal/newsletter"

// Audit is where it is written down, outside the database, how the chains end. Both may be empty.
type Audit struct {
	AnchorFile string
	AnchorMail newsletter.Address
}

func (c *Config) accountSettings() []setting {
	return []setting{
		{key: "audit.anchor_file", value: anyPath(&c.Audit.AnchorFile), sample: "/mnt/elsewhere/bode.anchors",
			about: "File to which is added every day how audit log and ledger of consent end, so that chains that were made anew as a whole show (bode audit verify --anchor). Best where who can write to the database can only add."},
		{key: "audit.anchor_mail", value: mailAddress(&c.Audit.AnchorMail), sample: "toezicht@example.nl",
			about: "Address that gets the same by mail every day: of somebody who can't write to the database, such as a supervisor."},
	}
}
