package main

import (
	"os"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/web/public"
	"bode.example/templates"
)

// wordings are the texts that people read before they agree: the operator's pages, and the words at
// the button of the form; and the register of processing, which has versions too. A page that is not configured is empty, so that one taken out goes.
func wordings(c *config.Config, texts *templates.Catalogue) ([]newsletter.Wording, error) {
	var all []newsletter.Wording
	for _, lang := range newsletter.Languages() {
		p := c.Pages[lang]
		for _, page := range []struct{ purpose, file string }{
			{newsletter.WordingContact, p.ContactFile},
			{newsletter.WordingPrivacy, p.PrivacyFile},
			{newsletter.WordingAccessibility, p.AccessibilityFile},
			{newsletter.WordingDisclaimer, p.DisclaimerFile},
		} {
			text, err := pageText(page.file)
			if err != nil {
				return nil, err
			}
			if page.purpose == newsletter.WordingPrivacy {
				text = stated(c, texts, lang, text)
			}
			all = append(all, newsletter.Wording{Purpose: page.purpose, Language: lang, Text: text})
		}
		words, err := texts.Text(lang, "signup_wording", map[string]any{"Organisation": c.Organisation.Name})
		if err != nil {
			return nil, err
		}
		all = append(all, newsletter.Wording{Purpose: newsletter.WordingSignup, Language: lang, Text: words})
		register, err := processing(c, texts, lang)
		if err != nil {
			return nil, err
		}
		all = append(all, newsletter.Wording{Purpose: newsletter.WordingProcessing, Language: lang, Text: register.Markdown()})
	}
	return all, nil
}

func pageText(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	return strings.TrimSpace(string(text)), err
}

// publicSite is what the public pages say about the organisation.
func publicSite(c *config.Config) public.Site {
	o := c.Organisation
	s := public.Site{
		Organisation: o.Name, Postal: o.PostalAddress, Email: o.Mail.String(), Phone: o.Phone,
		Website: o.Website, Statement: o.Statement, Zone: c.Zone,
	}
	for _, l := range o.Follow {
		s.Follow = append(s.Follow, public.Link{Title: l.Title, URL: l.URL})
	}
	for _, p := range c.Pages {
		s.Disclaimer = s.Disclaimer || p.DisclaimerFile != ""
	}
	return s
}
