package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// kind is the form of a value in the TOML file.
type kind int

const (
	text   kind = iota
	path        // a text; relative to the folder of the file that names it
	number      // whole or decimal
	list        // of texts
	paths       // a list of path
	secret      // never in the file: only in the environment
)

// value is where a setting goes: set refuses what it may not hold, show gives it back as text.
type value struct {
	kind kind
	set  func(texts []string) error
	show func() []string
}

// scalar is a value of one text.
func scalar[T any](k kind, to *T, parse func(string) (T, error), show func(T) string) value {
	return value{
		kind: k,
		set: func(texts []string) error {
			v, err := parse(texts[0])
			if err == nil {
				*to = v
			}
			return err
		},
		show: func() []string { return []string{show(*to)} },
	}
}

func same(s string) string { return s }

func anyText(to *string) value {
	return scalar(text, to, func(s string) (string, error) {
		if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", fmt.Errorf("must be one line without control characters")
		}
		return strings.TrimSpace(s), nil
	}, same)
}

// anyLines is a list of texts of one line each.
func anyLines(to *[]string) value {
	return value{kind: list,
		set: func(texts []string) error {
			var all []string
			for _, s := range texts {
				var line string
				if err := anyText(&line).set([]string{s}); err != nil {
					return err
				}
				all = append(all, line)
			}
			*to = all
			return nil
		},
		show: func() []string { return *to },
	}
}

// links is a list of names with an address each: "Mastodon https://social.example.nl/@wij".
func links(to *[]Link) value {
	return value{kind: list,
		set: func(texts []string) error {
			var all []Link
			for _, s := range texts {
				fields := strings.Fields(s)
				if len(fields) < 2 {
					return fmt.Errorf("%q is not a name with an address, such as \"Mastodon https://social.example.nl/@wij\"", s)
				}
				last := len(fields) - 1
				link := Link{Title: strings.Join(fields[:last], " ")}
				if err := websiteURL(&link.URL).set(fields[last:]); err != nil {
					return err
				}
				all = append(all, link)
			}
			*to = all
			return nil
		},
		show: func() []string {
			var texts []string
			for _, l := range *to {
				texts = append(texts, l.Title+" "+l.URL)
			}
			return texts
		},
	}
}

// domainLimits is a list of domains with two numbers each: "gmail.com 10 50".
func domainLimits(to *[]DomainLimit) value {
	return value{kind: list,
		set: func(texts []string) error {
			var all []DomainLimit
			for _, s := range texts {
				l, err := parseDomainLimit(s)
				if err != nil {
					return err
				}
				if slices.ContainsFunc(all, func(other DomainLimit) bool { return other.Domain == l.Domain }) {
					return fmt.Errorf("%s is there twice", l.Domain)
				}
				all = append(all, l)
			}
			*to = all
			return nil
		},
		show: func() []string {
			var texts []string
			for _, l := range *to {
				texts = append(texts, fmt.Sprintf("%s %d %s", l.Domain, l.AtOnce, strconv.FormatFloat(l.PerSecond, 'f', -1, 64)))
			}
			return texts
		},
	}
}

func parseDomainLimit(s string) (l DomainLimit, err error) {
	fields := strings.Fields(s)
	if len(fields) != 3 {
		return l, fmt.Errorf("%q is not a domain, or *, with two numbers, such as \"gmail.com 10 50\"", s)
	}
	if l.Domain = fields[0]; l.Domain != "*" {
		if err := domain(&l.Domain).set(fields[:1]); err != nil {
			return l, err
		}
	}
	if err := whole(&l.AtOnce, 0, 1000).set(fields[1:2]); err != nil {
		return l, fmt.Errorf("%s: at once: %w", l.Domain, err)
	}
	if err := decimal(&l.PerSecond, 0, 100_000).set(fields[2:]); err != nil {
		return l, fmt.Errorf("%s: a second: %w", l.Domain, err)
	}
	return l, nil
}

// feedbackID is what large mailbox providers ask of the last part of a Feedback-ID.
func feedbackID(to *string) value {
	return scalar(text, to, func(s string) (string, error) {
		if s != "" && (len(s) < 5 || len(s) > 15 || !isHostname(s) || strings.Contains(s, ".")) {
			return "", fmt.Errorf("%q is not 5 to 15 letters, digits and hyphens", s)
		}
		return s, nil
	}, same)
}

func anyPath(to *string) value {
	return scalar(path, to, func(s string) (string, error) { return s, nil }, same)
}

func anyPaths(to *[]string) value {
	return value{kind: paths,
		set:  func(texts []string) error { *to = slices.Clone(texts); return nil },
		show: func() []string { return *to },
	}
}

func anySecret(to *Secret) value {
	return scalar(secret, to, func(s string) (Secret, error) { return NewSecret(s), nil }, Secret.String)
}

func choice(to *string, options ...string) value {
	return scalar(text, to, func(s string) (string, error) {
		if !slices.Contains(options, s) {
			return "", fmt.Errorf("%q is not possible; choose %s", s, strings.Join(options, " or "))
		}
		return s, nil
	}, same)
}

func whole(to *int, least, most int) value {
	return scalar(number, to, func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("%s is not a whole number from %d to %d", s, least, most)
		}
		return n, nil
	}, strconv.Itoa)
}

func decimal(to *float64, least, most float64) value {
	return scalar(number, to, func(s string) (float64, error) {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || !(n >= least && n <= most) {
			return 0, fmt.Errorf("%s is not a number from %g to %g", s, least, most)
		}
		return n, nil
	}, func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) })
}

func duration(to *time.Duration, least, most time.Duration) value {
	return scalar(text, to, func(s string) (time.Duration, error) {
		d, err := tomlfile.ParseDuration(s)
		if err != nil {
			return 0, err
		}
		if d < least || d > most {
			return 0, fmt.Errorf("%s is not between %s and %s", s, tomlfile.FormatDuration(least), tomlfile.FormatDuration(most))
		}
		return d, nil
	}, tomlfile.FormatDuration)
}

func logLevel(to *slog.Level) value {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	return scalar(text, to, func(s string) (slog.Level, error) {
		level, ok := levels[s]
		if !ok {
			return 0, fmt.Errorf("%q is not possible; choose debug, info, warn or error", s)
		}
		return level, nil
	}, func(l slog.Level) string { return strings.ToLower(l.String()) })
}

func zone(to **time.Location) value {
	return scalar(text, to, func(s string) (*time.Location, error) {
		z, err := time.LoadLocation(s)
		if err != nil || s == "" || s == "Local" {
			return nil, fmt.Errorf("there is no time zone %q; write it as Europe/Amsterdam", s)
		}
		return z, nil
	}, (*time.Location).String)
}

// mailAddress is a bare address: no name, no angle brackets.
func mailAddress(to *newsletter.Address) value {
	return scalar(text, to, func(s string) (newsletter.Address, error) {
		if s == "" {
			return "", nil
		}
		a, err := newsletter.ParseAddress(s)
		if err != nil {
			return "", fmt.Errorf("%q is not a mail address such as nieuws@example.nl: %w", s, err)
		}
		return a, nil
	}, func(a newsletter.Address) string { return string(a) })
}

func language(to *newsletter.Language) value {
	return scalar(text, to, func(s string) (newsletter.Language, error) {
		l := newsletter.Language(s)
		if !l.Valid() {
			return "", fmt.Errorf("%q is not possible; choose nl or en", s)
		}
		return l, nil
	}, func(l newsletter.Language) string { return string(l) })
}

// domain is a host name with at least two parts.
func domain(to *string) value {
	return scalar(text, to, func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		if !isHostname(s) || !strings.Contains(s, ".") {
			return "", fmt.Errorf("%q is not a domain such as example.nl (write one with other letters as xn--…)", s)
		}
		return strings.ToLower(s), nil
	}, same)
}

func isHostname(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		ok := label != "" && len(label) <= 63 && label[0] != '-' && label[len(label)-1] != '-'
		for _, r := range label {
			ok = ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-')
		}
		if !ok {
			return false
		}
	}
	return true
}

// listenAddress is host:port; an empty host means every address of the machine, port 0 a free one.
func listenAddress(to *string) value {
	return scalar(text, to, func(s string) (string, error) {
		host, port, err := net.SplitHostPort(s)
		if err != nil {
			return "", fmt.Errorf("%q is not an address to listen on; write 127.0.0.1:8080, or :8080 for every address", s)
		}
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return "", fmt.Errorf("%q is not a port from 0 to 65535 (in %q)", port, s)
		}
		if _, err := netip.ParseAddr(host); host != "" && err != nil && !isHostname(host) {
			return "", fmt.Errorf("%q is not a host (in %q)", host, s)
		}
		return net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
	}, same)
}

// domains is a list of domain names, in lower case.
func domains(to *[]string) value {
	return value{kind: list,
		set: func(texts []string) error {
			var all []string
			for _, s := range texts {
				var one string
				if err := domain(&one).set([]string{s}); err != nil {
					return err
				}
				all = append(all, one)
			}
			*to = all
			return nil
		},
		show: func() []string { return *to },
	}
}

func networks(to *[]netip.Prefix) value {
	return value{kind: list,
		set: func(texts []string) error {
			var all []netip.Prefix
			for _, s := range texts {
				p, err := netip.ParsePrefix(s)
				if a, errAddr := netip.ParseAddr(s); errAddr == nil {
					p, err = netip.PrefixFrom(a, a.BitLen()), nil
				}
				if err != nil {
					return fmt.Errorf("%q is not a network; write 10.0.0.0/8, or one address", s)
				}
				all = append(all, p.Masked())
			}
			*to = all
			return nil
		},
		show: func() []string {
			var texts []string
			for _, p := range *to {
				texts = append(texts, p.String())
			}
			return texts
		},
	}
}

// webURL is an address of the web: https, or http where nothing leaves the machine.
func webURL(to **url.URL) value {
	return scalar(text, to, func(s string) (*url.URL, error) {
		u, err := url.Parse(s)
		switch {
		case s == "":
			return nil, nil
		case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "":
			return nil, fmt.Errorf("%q is not a web address such as https://nieuws.example.nl", s)
		case u.Scheme == "http" && !isLoopback(u.Hostname()):
			return nil, fmt.Errorf("%q must begin with https:// (http is for localhost only)", s)
		case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			return nil, fmt.Errorf("%q must be a plain address, without ? # or @", s)
		}
		u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
		return u, nil
	}, func(u *url.URL) string {
		if u == nil {
			return ""
		}
		return u.String()
	})
}

// websiteURL is a link for people; it is kept as text.
func websiteURL(to *string) value {
	var u *url.URL
	v := webURL(&u)
	return scalar(text, to, func(s string) (string, error) { return s, v.set([]string{s}) }, same)
}

// relay is the mail server that takes our mail. Without one, the Config is zero.
func relay(to *mailer.Config) value {
	return scalar(text, to, func(s string) (mailer.Config, error) {
		if s == "" {
			return mailer.Config{}, nil
		}
		c, err := mailer.ParseURL(s)
		if u, bad := url.Parse(s); err != nil && bad == nil {
			if _, given := u.User.Password(); given {
				return c, errors.New("take the password out of it and write it into the file that smtp.password_file names: a URL is shown and logged")
			}
		}
		if err != nil {
			return c, errors.New(strings.TrimPrefix(err.Error(), "mailer: "))
		}
		return c, nil
	}, func(c mailer.Config) string {
		if c.Host == "" {
			return ""
		}
		return c.String()
	})
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}
