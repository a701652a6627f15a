package config_test

import (
	"slices"
	"strings"
	"testing"

	"bode.example/cmd/bode/config"
)

// service is an environment in which serve starts, with more in front of it.
func service(t *testing.T, dir string, more ...string) config.Input {
	t.Helper()
	return config.Input{Environ: append(more,
		"BODE_DATABASE="+dir+"/bode.sqlite", "BODE_PUBLIC_URL=https://nieuws.example.nl", "BODE_SMTP_URL=smtp://mail.example.nl:587",
		"BODE_SENDER_NAME=Stichting", "BODE_SENDER_ADDRESS=nieuws@example.nl", "BODE_ORGANISATION_NAME=Stichting",
		"BODE_ORGANISATION_POSTAL_ADDRESS=Postbus 1", "BODE_ORGANISATION_MAIL=info@example.nl")}
}

func TestWhatComesBackIsConfiguredTogether(t *testing.T) {
	const mailbox = "BODE_SENDER_BOUNCE_ADDRESS=bounce@nieuws.example.nl"
	for name, c := range map[string]struct {
		environ []string
		want    string // part of the only fault; empty: none
	}{
		"nothing":                  {nil, ""},
		"a listener":               {[]string{mailbox, "BODE_BOUNCE_LISTEN=127.0.0.1:2424"}, ""},
		"a listener for nothing":   {[]string{"BODE_BOUNCE_LISTEN=127.0.0.1:2424"}, "bounce.listen: needs sender.bounce_address"},
		"a mailbox":                {[]string{mailbox, "BODE_BOUNCE_IMAP_URL=imaps://bounce@imap.example.nl", "BODE_BOUNCE_IMAP_PASSWORD=geheim"}, ""},
		"a mailbox that is shut":   {[]string{mailbox, "BODE_BOUNCE_IMAP_URL=imaps://bounce@imap.example.nl"}, "bounce.imap_url and its password go together"},
		"a password for nothing":   {[]string{mailbox, "BODE_BOUNCE_IMAP_PASSWORD=geheim"}, "bounce.imap_url and its password go together"},
		"moved to where it was":    {[]string{mailbox, "BODE_BOUNCE_IMAP_URL=imaps://b@imap.example.nl/Bode", "BODE_BOUNCE_IMAP_PASSWORD=geheim"}, "bounce.imap_folder: must be another folder"},
		"leaving by mail":          {[]string{mailbox, "BODE_BOUNCE_LISTEN=:2424", "BODE_BOUNCE_UNSUBSCRIBE_ADDRESS=afmelden@nieuws.example.nl"}, ""},
		"leaving to nobody":        {[]string{mailbox, "BODE_BOUNCE_UNSUBSCRIBE_ADDRESS=afmelden@nieuws.example.nl"}, "nobody would read what comes there"},
		"leaving into the reports": {[]string{mailbox, "BODE_BOUNCE_LISTEN=:2424", "BODE_BOUNCE_UNSUBSCRIBE_ADDRESS=Bounce@nieuws.example.nl"}, "must be another mailbox"},
		"a hook":                   {[]string{mailbox, "BODE_BOUNCE_HOOK_SECRET=0123456789abcdef0123456789abcdef"}, ""},
		"a hook that is guessed":   {[]string{mailbox, "BODE_BOUNCE_HOOK_SECRET=hunter2"}, "fewer than 32 characters"},
		"forgotten too early":      {[]string{"BODE_BOUNCE_SOFT_PERIOD=100d"}, "is longer than retention.reports"},
		"raw for longer":           {[]string{"BODE_RETENTION_RAW_REPORTS=100d"}, "is longer than retention.reports"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			got := faults(t, dir, service(t, dir, c.environ...), config.ForService)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestMailboxURL(t *testing.T) {
	for url, want := range map[string]string{
		"imaps://bounce@imap.example.nl":           "imaps://bounce@imap.example.nl:993/INBOX",
		"imap://bounce@imap.example.nl/Bounces":    "imap://bounce@imap.example.nl:143/Bounces",
		"imap://b%40example.nl@127.0.0.1?tls=none": "imap://b%40example.nl@127.0.0.1:143/INBOX?tls=none",
		"imaps://bounce@imap.example.nl:1993/a/b":  "imaps://bounce@imap.example.nl:1993/a/b",
		"imap://bounce@imap.example.nl?tls=none":   "",
		"imaps://imap.example.nl":                  "",
		"imaps://bounce:hunter2@imap.example.nl":   "",
		"https://bounce@imap.example.nl":           "",
		"imaps://bounce@imap.example.nl?x=y":       "",
		"imap.example.nl":                          "",
	} {
		in := config.Input{Environ: []string{"BODE_BOUNCE_IMAP_URL=" + url, "BODE_BOUNCE_IMAP_PASSWORD=x", "BODE_SENDER_BOUNCE_ADDRESS=bounce@example.nl"}}
		c, err := config.Load(in, config.ForTools)
		at := slices.IndexFunc(c.Show(), func(s config.Shown) bool { return s.Key == "bounce.imap_url" })
		switch got := c.Show()[at].Text(); {
		case want == "" && (err == nil || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%s: %q, %v", url, got, err)
		case want != "" && (err != nil || got != want):
			t.Errorf("%s: %q, %v; want %q", url, got, err, want)
		}
	}
}
