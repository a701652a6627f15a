package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// activities are what Bode does with personal data, each with how long it keeps them; zero: as its text says. Who gets
// them is the same for those that mail, and nobody for the others but the keepers of machines.
func activities(c *config.Config) []struct {
	key   string
	kept  time.Duration
	mails bool
} {
	return []struct {
		key   string
		kept  time.Duration
		mails bool
	}{
		{"newsletter", c.Retention.Mails, true},
		{"consent", c.Retention.Left, true},
		{"bounces", c.Retention.Reports, true},
		{"suppression", 0, false},
		{"requests", c.Retention.Requests, true},
		{"staff", 0, true},
	}
}

// processing is the register of processing in a language (GDPR art. 30).
func processing(c *config.Config, texts *templates.Catalogue, lang newsletter.Language) (*newsletter.ProcessingRegister, error) {
	var faults []error
	say := func(key string, args templates.Args) string {
		text, err := texts.Text(lang, "processing_"+key, args)
		faults = append(faults, err)
		return text
	}
	o := c.Organisation
	r := &newsletter.ProcessingRegister{Introduction: say("introduction", templates.Args{"Organisation": o.Name}), Officer: strings.Join(c.Privacy.Officer, ", "),
		OutsideEEA: c.Privacy.OutsideEEA, Controller: slices.DeleteFunc(slices.Concat([]string{o.Name}, o.PostalAddress, []string{o.Mail.String(), o.Phone, o.Website}), func(s string) bool { return s == "" }),
		Headings: newsletter.ProcessingHeadings{Controller: say("controller", nil), Officer: say("officer", nil), OutsideEEA: say("outside", nil), Measures: say("measures", nil), Purpose: say("purpose", nil),
			Ground: say("ground", nil), People: say("people", nil), Data: say("data", nil), Recipients: say("recipients", nil), Kept: say("kept", nil)}}
	if r.OutsideEEA == "" {
		r.OutsideEEA = say("outside_none", nil)
	}
	for _, a := range activities(c) {
		p := newsletter.Processing{Key: a.key, Name: say(a.key+"_name", nil), Purpose: say(a.key+"_purpose", nil), Ground: say(a.key+"_ground", nil),
			People: say(a.key+"_people", nil), Data: say(a.key+"_data", nil), Recipients: c.Privacy.Recipients}
		if a.mails {
			p.Recipients = recipients(c)
		}
		if len(p.Recipients) == 0 {
			p.Recipients = []string{say("recipients_none", nil)}
		}
		p.Kept = say(a.key+"_kept", templates.Args{"Count": int(a.kept / (24 * time.Hour))})
		r.Activities = append(r.Activities, p)
	}
	for _, m := range []string{"roles", "chain", "hash", "links", "transport", "retention"} {
		r.Measures = append(r.Measures, say("measure_"+m, nil))
	}
	r.Measures = append(r.Measures, c.Privacy.Measures...)
	return r, errors.Join(faults...)
}

// processingIn gives the register to pages that have no configuration.
func processingIn(c *config.Config, texts *templates.Catalogue) func(newsletter.Language) (*newsletter.ProcessingRegister, error) {
	return func(lang newsletter.Language) (*newsletter.ProcessingRegister, error) {
		return processing(c, texts, lang)
	}
}

// stated puts what the configuration says of terms and recipients in the place of the lines "{terms}" and "{recipients}" of a
// privacy statement, so that a change of either is a new version of it.
func stated(c *config.Config, texts *templates.Catalogue, lang newsletter.Language, statement string) string {
	lines := strings.Split(statement, "\n")
	for i, line := range lines {
		switch strings.TrimSpace(line) {
		case "{terms}":
			var items []string
			for _, t := range terms(c, texts, lang) {
				items = append(items, "- "+t.What+": "+t.Kept)
			}
			lines[i] = strings.Join(items, "\n")
		case "{recipients}":
			lines[i] = "- " + strings.Join(recipients(c), "\n- ")
			if len(recipients(c)) == 0 {
				lines[i] = ""
			}
		}
	}
	return strings.Join(lines, "\n")
}
