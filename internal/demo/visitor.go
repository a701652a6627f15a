package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// visitor does in the site what a person does in a browser: it reads pages, fills in the forms that
// stand on them, and opens its mail.
type visitor struct {
	site    string // without a slash at the end
	mailbox *mailbox
	client  *http.Client
}

// patience bounds each step: a page, or a letter that must come.
const patience = time.Minute

// fillTime is how long a person takes over a form: less, and the site takes them for a robot.
const fillTime = 4 * time.Second

// join signs a person up and, unless they forget, confirms it from the mail.
func (v *visitor) join(ctx context.Context, p *person) error {
	f, err := v.form(ctx, v.site+"/l/"+listName, "address")
	if err != nil {
		return err
	}
	if err := sleep(ctx, fillTime); err != nil {
		return err
	}
	f.values.Set("address", p.address)
	f.values.Set("name", p.name)
	f.values.Set("language", string(p.language))
	f.values.Set("pace-"+listName, p.pace)
	if p.topics != nil {
		f.values.Set("topics-"+listName, "some")
		f.values["topic-"+listName] = p.topics
	}
	if err := v.send(ctx, f); err != nil {
		return err
	}
	if p.forgets {
		_, err := v.mail(ctx, p.address, "/c/")
		return err
	}
	return v.confirm(ctx, p)
}

// confirm presses the button on the page that the confirmation mail links to.
func (v *visitor) confirm(ctx context.Context, p *person) error {
	link, err := v.mail(ctx, p.address, "/c/")
	if err != nil {
		return err
	}
	if err := v.press(ctx, link); err != nil {
		return err
	}
	settings, err := v.mail(ctx, p.address, "/v/")
	if err != nil || !p.large {
		return err
	}
	f, err := v.form(ctx, settings, "layout")
	if err != nil {
		return err
	}
	f.values.Set("layout", "large")
	return v.send(ctx, f)
}

// press opens a page and sends the form that stands on it.
func (v *visitor) press(ctx context.Context, page string) error {
	path := strings.TrimPrefix(page, v.site)
	body, err := v.get(ctx, page)
	if err != nil {
		return err
	}
	if !bytes.Contains(body, []byte(`action="`+path+`"`)) {
		return fmt.Errorf("%s has no button", path)
	}
	return v.send(ctx, &form{action: path, values: url.Values{}})
}

func (v *visitor) form(ctx context.Context, page, field string) (*form, error) {
	body, err := v.get(ctx, page)
	if err != nil {
		return nil, err
	}
	f, err := findForm(bytes.NewReader(body), field)
	if err == nil && f.action == "" {
		f.action = strings.TrimPrefix(page, v.site)
	}
	return f, err
}

func (v *visitor) get(ctx context.Context, page string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return nil, err
	}
	return v.do(r)
}

func (v *visitor) send(ctx context.Context, f *form) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.site+f.action, strings.NewReader(f.values.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err = v.do(r)
	return err
}

func (v *visitor) do(r *http.Request) ([]byte, error) {
	r.Header.Set("Accept", "text/html")
	r.Header.Set("User-Agent", "bode demo")
	answer, err := v.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		// The path is told by its first part: the rest may be a token.
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		err = fmt.Errorf("%s /%s answers %s", r.Method, first, answer.Status)
	}
	return body, err
}

// mail waits for a letter to an address that holds a link whose path begins with prefix, and returns
// the link.
func (v *visitor) mail(ctx context.Context, address, prefix string) (string, error) {
	link := regexp.MustCompile(regexp.QuoteMeta(v.site+prefix) + `[^\s>"]+`)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		letters, more := v.mailbox.all()
		for _, l := range letters {
			if found := link.FindString(l.Text); found != "" && l.goesTo(address) {
				return found, nil
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return "", fmt.Errorf("no letter with a link %s… came for %s: %w", prefix, address, ctx.Err())
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
