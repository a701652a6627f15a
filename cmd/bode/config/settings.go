package config

import (
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// setting is one key of the configuration.
type setting struct {
	key      string
	about    string // what it is for; the comment in the example
	fallback string // the default; a list is separated by commas
	sample   string // in the example, where there is no default
	required bool   // by serve and worker
	value
}

// env is the variable that gives the setting: smtp.url is BODE_SMTP_URL.
func (s setting) env() string {
	return "BODE_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// settings is the table of all keys, bound to c, in the order in which they are shown.
// Those without a section come first, as TOML wants it.
func (c *Config) settings() []setting {
	return slices.Concat(c.placeSettings(), c.keySettings(), c.logSettings(), c.mailSettings(),
		c.peopleSettings(), c.pageSettings(), c.signupSettings(), c.deskSettings(), c.bounceSettings(), c.retentionSettings(), c.accountSettings())
}

func (c *Config) placeSettings() []setting {
	return []setting{
		{key: "database", value: database(c), fallback: "bode.sqlite",
			about: "Where everything is kept: a file (SQLite, for one machine), or postgres://user@host/name. A password does not belong here: see database_password_file."},
		{key: "database_password_file", value: anyPath(&c.PasswordFile), sample: "/etc/bode/database.password",
			about: "File that holds the password of the PostgreSQL user, readable by bode only (mode 0600)."},
		{key: "database_password", value: anySecret(&c.DatabasePassword)},
		{key: "public_url", value: webURL(&c.PublicURL), sample: "https://nieuws.example.nl", required: true,
			about: "Where readers find the site. All links in mails begin with it, so it must stay the same for years. https, but for localhost."},
		{key: "listen", value: listenAddress(&c.Listen), fallback: "127.0.0.1:8080",
			about: "Address that the web server listens on; a reverse proxy stands before it and does TLS."},
		{key: "trusted_proxies", value: networks(&c.TrustedProxies), sample: "127.0.0.1,::1",
			about: "Networks of the reverse proxies whose X-Forwarded-For is believed. Without it, limits count the proxy as one visitor."},
		{key: "language", value: language(&c.Language), fallback: "nl",
			about: "Language of pages and mails where a reader has not chosen: nl or en."},
		{key: "zone", value: zone(&c.Zone), fallback: "Europe/Amsterdam",
			about: "Time zone of schedules and dates, where a schedule does not name its own."},
		{key: "templates_dir", value: anyPath(&c.TemplatesDir), sample: "/etc/bode/templates",
			about: "Folder whose files replace those of the same name among the built-in templates and texts."},
	}
}

func (c *Config) keySettings() []setting {
	return []setting{
		{key: "secret_file", value: anyPath(&c.Tokens.File), sample: "/etc/bode/secret",
			about: "File with the secret that signs the links in mails, mode 0600. Beside an SQLite file it is made at the first start (bode.secret); with PostgreSQL all processes share one that you make with bode config secret FILE."},
		{key: "old_secret_files", value: anyPaths(&c.Tokens.OldFiles), sample: "/etc/bode/secret.2025",
			about: "Earlier secrets. Links that they signed go on working; keep them for thirteen months."},
		{key: "secret", value: anySecret(&c.Tokens.Value)},
		{key: "suppression_key_file", value: anyPath(&c.Suppression.File), sample: "/etc/bode/suppression.key",
			about: "As secret_file, but for the list of addresses that must not be mailed. Keep a copy: without it, erased addresses could come back."},
		{key: "old_suppression_key_files", value: anyPaths(&c.Suppression.OldFiles), sample: "/etc/bode/suppression.key.2025",
			about: "Earlier suppression keys. Keep them for ever: an erased address can't be hashed anew."},
		{key: "suppression_key", value: anySecret(&c.Suppression.Value)},
	}
}

func (c *Config) logSettings() []setting {
	return []setting{
		{key: "log.level", value: logLevel(&c.Log.Level), fallback: "info",
			about: "The least that is logged: debug, info, warn or error."},
		{key: "log.format", value: choice(&c.Log.Format, "text", "json"), fallback: "text",
			about: "Form of the log: text or json."},
	}
}

func (c *Config) mailSettings() []setting {
	return []setting{
		{key: "smtp.url", value: relay(&c.SMTP.Relay), sample: "smtp://mail.example.nl:587", required: true,
			about: "Mail server that takes our mail: smtps://user@host:465, or smtp://user@host:587, where STARTTLS is required. ?tls=none is for a server on this machine only."},
		{key: "smtp.password_file", value: anyPath(&c.SMTP.PasswordFile), sample: "/etc/bode/smtp.password",
			about: "File that holds the password of the user in smtp.url, mode 0600."},
		{key: "smtp.password", value: anySecret(&c.SMTP.Password)},
		{key: "smtp.connections", value: whole(&c.SMTP.Connections, 1, 256), fallback: "8",
			about: "Connections to the mail server for editions; two more are kept for confirmations and other mail that somebody waits for."},
		{key: "smtp.rate", value: decimal(&c.SMTP.Rate, 0, 100_000), fallback: "0",
			about: "Most messages a second over all connections; 0 means as fast as the mail server takes them."},
		{key: "smtp.hello", value: domain(&c.SMTP.Hello), sample: "nieuws.example.nl",
			about: "Name that we greet the mail server with; without it, the host of public_url."},
		{key: "delivery.window", value: whole(&c.Delivery.Window, 2, 4096), fallback: "64",
			about: "Most messages per process of which a crash can leave unknown whether they were sent. Lower is safer, higher is faster; at least twice smtp.connections keeps them all busy."},
		{key: "delivery.uncertain", value: choice(&c.Delivery.Uncertain, "retry", "hold"), fallback: "retry",
			about: "What happens to those messages: retry (once, with the same Message-ID) or hold (until somebody decides: bode edition uncertain). Mail that belongs to no edition is always retried."},
		{key: "delivery.edition_life", value: duration(&c.Delivery.EditionLife, time.Hour, 7*day), fallback: "1d",
			about: "How long a digest is tried that a mail server refuses for a while. Then its posts come with the reader's next digest. A mail server of ours that is down costs nothing of it."},
		{key: "delivery.other_life", value: duration(&c.Delivery.OtherLife, 4*time.Hour, 14*day), fallback: "4d",
			about: "The same for confirmations and other mail to one person. Mail servers expect four to five days; at least delivery.edition_life."},
		{key: "delivery.limits", value: domainLimits(&c.Delivery.Limits), sample: "gmail.com 10 50",
			about: "How much mail of editions receiving domains get, from all processes together: the domain, most messages under way at once, and most a second; 0 is no limit, and * stands for every domain that is not named."},
		{key: "delivery.lease", value: duration(&c.Delivery.Lease, 2*time.Second, time.Hour), fallback: "1m",
			about: "How long a process may give no sign of life before others, or it itself after a restart, take over its messages. Longer than it can stall."},
		{key: "dkim.domain", value: domain(&c.DKIM.Domain), sample: "example.nl",
			about: "Domain that signs our mail: that of sender.address, or one above it. Leave all dkim keys out when the mail server signs."},
		{key: "dkim.selector", value: anyText(&c.DKIM.Selector), sample: "bode1",
			about: "Name of the key in DNS: <selector>._domainkey.<domain>."},
		{key: "dkim.key_file", value: anyPath(&c.DKIM.KeyFile), sample: "/etc/bode/dkim.pem",
			about: "RSA private key (PEM, at least 2048 bits), mode 0600."},
		{key: "dkim.ed25519_selector", value: anyText(&c.DKIM.Ed25519Selector), sample: "bode1-ed25519",
			about: "Optional second signature beside RSA: the name of its key in DNS."},
		{key: "dkim.ed25519_key_file", value: anyPath(&c.DKIM.Ed25519KeyFile), sample: "/etc/bode/dkim-ed25519.pem",
			about: "Ed25519 private key (PEM), mode 0600."},
	}
}

func (c *Config) peopleSettings() []setting {
	return []setting{
		{key: "sender.name", value: anyText(&c.Sender.Name), sample: "Stichting Voorbeeld", required: true,
			about: "Name that our mail comes from, where a list has no other."},
		{key: "sender.address", value: mailAddress(&c.Sender.Address), sample: "nieuws@example.nl", required: true,
			about: "Address that our mail comes from, where a list has no other."},
		{key: "sender.reply_to", value: mailAddress(&c.Sender.ReplyTo), sample: "redactie@example.nl",
			about: "Where answers go; a person should read it. Without it, sender.address."},
		{key: "sender.bounce_address", value: mailAddress(&c.Sender.BounceAddress), sample: "bounce@nieuws.example.nl",
			about: "Mailbox for reports about mail that could not be delivered. Each message has a sender of its own there, bounce+…@nieuws.example.nl, so the mailbox must take addresses with a +. Without it, reports go to sender.address."},
		{key: "sender.feedback_id", value: feedbackID(&c.Sender.FeedbackID), sample: "voorbeeld-nl",
			about: "Name by which large mailbox providers count complaints (Feedback-ID), 5 to 15 letters, digits and hyphens."},
		{key: "organisation.name", value: anyText(&c.Organisation.Name), sample: "Stichting Voorbeeld", required: true,
			about: "Who is responsible; stands at the foot of every mail and page."},
		{key: "organisation.kind", value: choice(&c.Organisation.Kind, "private", "public"), fallback: "private",
			about: "A public body answers a request about personal data by a decision, to which one objects; everybody else's answer is taken to court. Letters that refuse say which."},
		{key: "organisation.postal_address", value: anyLines(&c.Organisation.PostalAddress), sample: "Postbus 1,9400 AA Assen", required: true,
			about: "Lines of the postal address."},
		{key: "organisation.mail", value: mailAddress(&c.Organisation.Mail), sample: "info@example.nl", required: true,
			about: "Address that people may write to."},
		{key: "organisation.phone", value: anyText(&c.Organisation.Phone), sample: "0592 12 34 56",
			about: "Telephone number, as people read it."},
		{key: "organisation.website", value: websiteURL(&c.Organisation.Website), sample: "https://www.example.nl",
			about: "Website of the organisation itself."},
		{key: "organisation.follow", value: links(&c.Organisation.Follow), sample: "Mastodon https://social.example.nl/@voorbeeld",
			about: "Where else the organisation can be followed: names, each with an address."},
		{key: "organisation.statement", value: websiteURL(&c.Organisation.Statement), sample: "https://www.example.nl/toegankelijkheid",
			about: "Address of the organisation's own registered accessibility statement."},
	}
}

func pagesKey(lang newsletter.Language, name string) string {
	return "pages." + string(lang) + "." + name
}

func (c *Config) pageSettings() []setting {
	var all []setting
	for _, lang := range newsletter.Languages() {
		if c.Pages[lang] == nil {
			c.Pages[lang] = &Pages{}
		}
		p := c.Pages[lang]
		all = append(all,
			setting{key: pagesKey(lang, "contact_file"), value: anyPath(&p.ContactFile), sample: "/etc/bode/contact." + string(lang) + ".md",
				about: "Your page about how to reach you, in Markdown. Sign-up stays closed without it."},
			setting{key: pagesKey(lang, "privacy_file"), value: anyPath(&p.PrivacyFile), sample: "/etc/bode/privacy." + string(lang) + ".md",
				about: "Your privacy statement, in Markdown. Sign-up stays closed without it."},
			setting{key: pagesKey(lang, "accessibility_file"), value: anyPath(&p.AccessibilityFile), sample: "/etc/bode/accessibility." + string(lang) + ".md",
				about: "Your accessibility statement, in Markdown."},
			setting{key: pagesKey(lang, "disclaimer_file"), value: anyPath(&p.DisclaimerFile), sample: "/etc/bode/disclaimer." + string(lang) + ".md",
				about: "Your disclaimer, in Markdown."},
		)
	}
	return all
}

func (c *Config) signupSettings() []setting {
	return []setting{
		{key: "signup.link_life", value: duration(&c.Signup.LinkLife, time.Hour, 30*day), fallback: "7d",
			about: "How long the link in a confirmation mail is good."},
		{key: "signup.min_fill", value: duration(&c.Signup.MinFill, 0, time.Minute), fallback: "2s",
			about: "Least time that a person takes over the form. One that comes back faster is asked to send it again; robots don't."},
		{key: "signup.address_wait", value: duration(&c.Signup.AddressWait, 0, day), fallback: "10m",
			about: "Least time between two confirmation mails to one address."},
		{key: "signup.address_per_day", value: whole(&c.Signup.AddressPerDay, 1, 100), fallback: "3",
			about: "Most confirmation mails to one address in 24 hours."},
		{key: "signup.network_per_hour", value: whole(&c.Signup.NetworkPerHour, 1, 1_000_000), fallback: "120",
			about: "Most forms from one network address in an hour. A town hall shares one: the default lets a full meeting join at once."},
		{key: "signup.total_per_hour", value: whole(&c.Signup.TotalPerHour, 1, 10_000_000), fallback: "3000",
			about: "Most forms from everywhere in an hour."},
	}
}

func (c *Config) deskSettings() []setting {
	return []setting{
		{key: "desk.session_life", value: duration(&c.Desk.SessionLife, 15*time.Minute, 7*day), fallback: "12h",
			about: "How long somebody of the staff stays signed in, however much they do."},
		{key: "desk.session_idle", value: duration(&c.Desk.SessionIdle, 5*time.Minute, day), fallback: "1h",
			about: "How long they stay signed in without doing anything."},
	}
}

func (c *Config) retentionSettings() []setting {
	return []setting{
		{key: "privacy.picture_domains", value: domains(&c.Privacy.PictureDomains), sample: "example.org",
			about: "Domains, with all below them, of which pictures of imported posts are shown in digests, beside those of public_url and organisation.website. Whoever serves a picture learns who reads a digest, from where and when. Pictures of others are left out."},
		{key: "privacy.address", value: mailAddress(&c.Privacy.Address), sample: "privacy@nieuws.example.nl",
			about: "Address of the privacy desk. Mail to it, or forwarded to it, becomes a draft in the register, in words alone: nothing that was attached is kept. It must come in as what comes back does (bounce.listen or bounce.imap_url)."},
		{key: "privacy.replay_file", value: anyPath(&c.Privacy.ReplayFile), sample: "/var/lib/bode/bode.erased",
			about: "File with keyed hashes of who was erased, so that a copy of the database that is put back forgets them again. Keep it, and no old copy of it. Unless set, it lies beside an SQLite database; with PostgreSQL the service asks for it, in a place that all its processes share."},
		{key: "privacy.recipients", value: anyLines(&c.Privacy.Recipients), sample: "Voorbeeld Hosting B.V. (server, in Nederland)",
			about: "Who else gets personal data, beside the keeper of smtp.url: each as people read it. They stand in the package of somebody's data."},
		{key: "privacy.officer", value: anyLines(&c.Privacy.Officer), sample: "Naam van de FG,fg@example.nl",
			about: "The data protection officer, if there is one: name and ways to reach them. For the register of processing."},
		{key: "privacy.outside_eea", value: anyText(&c.Privacy.OutsideEEA), sample: "De mailserver staat in Zwitserland (adequaatheidsbesluit).",
			about: "What goes to countries outside the European Economic Area, and on which ground. Without it the register of processing says that nothing does."},
		{key: "privacy.measures", value: anyLines(&c.Privacy.Measures), sample: "Dagelijkse kopie, versleuteld, op een andere plek",
			about: "What the organisation itself does to keep the data safe. The register of processing names them after what Bode does."},
		{key: "retention.empty_editions", value: duration(&c.Retention.EmptyEditions, day, 5*366*day), fallback: "90d",
			about: "How long editions are kept that were skipped or missed, and so brought nobody anything. What was sent stays."},
		{key: "retention.raw_reports", value: duration(&c.Retention.RawReports, 0, 5*366*day), fallback: "30d",
			about: "How long a report about mail that came back is kept as it came, to be looked at. It holds an address; 0s keeps none for longer than an hour."},
		{key: "retention.reports", value: duration(&c.Retention.Reports, day, 5*366*day), fallback: "90d",
			about: "How long is kept what such a report said and did."},
		{key: "retention.requests", value: duration(&c.Retention.Requests, 30*day, 10*366*day), fallback: "1096d",
			about: "How long a closed request about personal data is kept, without name and address, to show what was done and when: three years."},
		{key: "retention.lapsed", value: duration(&c.Retention.Lapsed, day, 366*day), fallback: "30d",
			about: "The same for requests of which nobody showed that they were theirs."},
		{key: "retention.mails", value: duration(&c.Retention.Mails, 90*day, 10*366*day), fallback: "395d",
			about: "How long it is kept who a mail went to: thirteen months. After that it counts for its edition, and is nobody's."},
		{key: "retention.left", value: duration(&c.Retention.Left, 30*day, 10*366*day), fallback: "1826d",
			about: "How long people are kept who have left all lists, with the proof that they had consented: five years, in which somebody may ask for it. Who wants that sooner erases themselves."},
		{key: "retention.origin", value: duration(&c.Retention.Origin, day, 5*366*day), fallback: "180d",
			about: "How long network and browser of a consent are kept as proof. Who did not sign up says so after the first mails; half a year covers a list that sends each quarter. The consent itself stays."},
	}
}

const day = 24 * time.Hour

func newConfig() *Config {
	return &Config{Pages: map[newsletter.Language]*Pages{}, origins: map[string]Origin{}}
}
