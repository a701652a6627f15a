package review

import (
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"bode.example/internal/newsletter"
)

// A targeted link is one that readers may follow, and where it can be mended.
type targeted struct {
	address string
	where   Where
}

// targets returns where the links of an edition lead, each once: of its posts, of the introduction, of the
// mails. Our own site is no target: it is this program.
func (e *Edition) targets() (all []targeted) {
	seen := map[string]bool{}
	add := func(address string, at Where) {
		address = strings.TrimSpace(address)
		u, err := url.Parse(address)
		if err == nil {
			u.Fragment = ""
			address = u.String()
		}
		switch {
		case address == "", seen[address], strings.HasPrefix(address, "mailto:"), strings.HasPrefix(address, "tel:"), strings.HasPrefix(address, "#"):
		case address == e.Site, strings.HasPrefix(address, e.Site+"/"), strings.HasPrefix(address, e.Site+"?"):
		default:
			seen[address] = true
			all = append(all, targeted{address, at})
		}
	}
	for i := range e.Posts {
		p := &e.Posts[i]
		if p.Disposition != newsletter.PostIn {
			continue
		}
		if !p.Own {
			add(p.Link, postWhere(p))
			continue
		}
		for _, l := range linksIn(p.HTML) {
			add(l.address, postWhere(p))
		}
	}
	var none Findings
	for _, l := range e.written(&none) {
		add(l.address, Where{Part: PartIntroduction})
	}
	for i := range e.Mails {
		parts, err := readMail(e.Mails[i].Message)
		if err != nil {
			continue
		}
		root, err := html.Parse(strings.NewReader(parts.html))
		if err != nil {
			continue
		}
		for _, l := range linksUnder(root) {
			add(l.address, Where{Part: PartMail})
		}
	}
	return all
}

// answers says what is to be thought of what was found at a link.
var answers = map[newsletter.LinkAnswer]struct {
	severity Severity
	kind     Kind
}{
	newsletter.LinkInsecure:    {Hint, KindLinkInsecure},
	newsletter.LinkGone:        {Severe, KindLinkGone},
	newsletter.LinkNoHost:      {Severe, KindLinkNoHost},
	newsletter.LinkUnreadable:  {Severe, KindLinkUnreadable},
	newsletter.LinkPrivate:     {Warning, KindLinkPrivate},
	newsletter.LinkCertificate: {Warning, KindLinkCert},
	newsletter.LinkFailing:     {Warning, KindLinkFailing},
	newsletter.LinkClosed:      {Hint, KindLinkClosed},
}

// leads tells what is known of where the links lead.
func leads(all []targeted, links *Links, now time.Time, found *Findings) (unknown int) {
	for _, t := range all {
		if isShortened(t.address) {
			found.add(Warning, KindLinkShortened, t.where, "Address", excerpt(t.address))
		}
		said, ok := links.Known(t.address, now)
		if !ok {
			unknown++
		} else if a, bad := answers[said]; bad {
			found.add(a.severity, a.kind, t.where, "Address", excerpt(t.address))
		}
	}
	if unknown > 0 {
		found.add(Hint, KindLinkUnchecked, Where{Part: PartMail}, "Count", unknown)
	}
	return unknown
}
