package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"
)

// newcomerDomain is that of people who sign up while an edition is sent.
const newcomerDomain = "nieuwkomer.example"

// newcomer is one of them.
type newcomer struct {
	Address string        `json:"address"`
	Posted  int64         `json:"posted"` // when the form was sent, in microseconds since 1970
	Took    time.Duration `json:"took"`   // until the page that follows was there
}

// newcomers sign up over HTTP as browsers do, at a steady pace, whatever became of those before.
type newcomers struct {
	pages     string // where the site is
	perSecond float64
	now       func() time.Time

	mu   sync.Mutex
	all  []newcomer
	errs []error
}

// run signs people up until ctx ends, and waits for those who are at it.
func (n *newcomers) run(ctx context.Context) error {
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	form, err := n.form(ctx, client)
	if err != nil {
		return fmt.Errorf("the sign-up form: %w", err)
	}
	tick := time.NewTicker(time.Duration(float64(time.Second) / n.perSecond))
	defer tick.Stop()
	var posting sync.WaitGroup
	for i := 0; ; i++ {
		posting.Go(func() { n.signUp(context.WithoutCancel(ctx), client, form, i) })
		select {
		case <-ctx.Done():
			posting.Wait()
			return errors.Join(n.errs...)
		case <-tick.C:
		}
	}
}

// during signs people up while an edition is sent, and waits until all have their confirmation.
func (n *newcomers) during(ctx context.Context, m *Meter) error {
	select {
	case n.pages = <-m.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	sending, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-m.done:
		case <-sending.Done():
		}
		stop()
	}()
	if err := n.run(sending); err != nil {
		return err
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for m.Confirmed() < len(n.all) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
	return nil
}

// form is the first page's sign-up form with what stands in it.
func (n *newcomers) form(ctx context.Context, client *http.Client) (url.Values, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, n.pages+"/", http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() // it was only read
	root, err := html.Parse(answer.Body)
	if err != nil {
		return nil, err
	}
	form := url.Values{}
	for node := range root.Descendants() {
		if node.Type != html.ElementNode || node.Data != "input" {
			continue
		}
		kind, name, checked := attribute(node, "type"), attribute(node, "name"), attribute(node, "checked")
		if name != nil && (*kind != "radio" && *kind != "checkbox" || checked != nil) {
			value := attribute(node, "value")
			if value == nil {
				value = new(string)
			}
			form.Add(*name, *value)
		}
	}
	if !form.Has("address") {
		return nil, errors.New("there is none on the first page")
	}
	return form, nil
}

func attribute(node *html.Node, name string) *string {
	for i := range node.Attr {
		if node.Attr[i].Key == name {
			return &node.Attr[i].Val
		}
	}
	return nil
}

func (n *newcomers) signUp(ctx context.Context, client *http.Client, form url.Values, i int) {
	address := fmt.Sprintf("nieuw%d@%s", i, newcomerDomain)
	filled := url.Values{"address": {address}}
	for name, values := range form {
		if name != "address" {
			filled[name] = values
		}
	}
	began := n.now()
	err := n.post(ctx, client, filled)
	took := n.now().Sub(began)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.errs = append(n.errs, fmt.Errorf("sign-up %d: %w", i, err))
		return
	}
	n.all = append(n.all, newcomer{Address: address, Posted: began.UnixMicro(), Took: took})
}

func (n *newcomers) post(ctx context.Context, client *http.Client, form url.Values) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.pages+"/signup", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode == http.StatusOK {
		return err
	}
	return fmt.Errorf("the site answers %s", answer.Status)
}

// ConfirmationFigures are about people who signed up while the edition was sent. Times are in milliseconds.
type ConfirmationFigures struct {
	SignUps int `json:"sign_ups"`
	// Wait is from the sending of the form until the mail server has the confirmation.
	WaitP50 float64 `json:"wait_p50_ms"`
	WaitP99 float64 `json:"wait_p99_ms"`
	WaitMax float64 `json:"wait_max_ms"`
	// Page is how long the page that follows the form took.
	PageP50 float64 `json:"page_p50_ms"`
	PageP99 float64 `json:"page_p99_ms"`
}

// confirmations works out how long newcomers waited, by when the mail server had what for whom.
func confirmations(all []newcomer, arrived map[string]int64) (*ConfirmationFigures, error) {
	if len(all) == 0 {
		return nil, errors.New("nobody signed up: the sending was over before")
	}
	waits, pages := make([]time.Duration, len(all)), make([]time.Duration, len(all))
	for i := range all {
		at, ok := arrived[all[i].Address]
		if !ok {
			return nil, fmt.Errorf("%d signed up, and %s got no confirmation", len(all), all[i].Address)
		}
		waits[i], pages[i] = time.Duration(at-all[i].Posted)*time.Microsecond, all[i].Took
	}
	return &ConfirmationFigures{SignUps: len(all), WaitP50: milliseconds(quantile(waits, 0.5)), WaitP99: milliseconds(quantile(waits, 0.99)),
		WaitMax: milliseconds(quantile(waits, 1)), PageP50: milliseconds(quantile(pages, 0.5)), PageP99: milliseconds(quantile(pages, 0.99))}, nil
}

// medianConfirmations is the median of every figure by itself; of the longest wait the longest.
func medianConfirmations(all []Figures) *ConfirmationFigures {
	of := func(figure func(*ConfirmationFigures) float64) float64 {
		return median(all, func(f *Figures) float64 { return figure(f.Confirmations) })
	}
	c := &ConfirmationFigures{
		WaitP50: of(func(c *ConfirmationFigures) float64 { return c.WaitP50 }), WaitP99: of(func(c *ConfirmationFigures) float64 { return c.WaitP99 }),
		PageP50: of(func(c *ConfirmationFigures) float64 { return c.PageP50 }), PageP99: of(func(c *ConfirmationFigures) float64 { return c.PageP99 }),
	}
	for i := range all {
		c.SignUps += all[i].Confirmations.SignUps
		c.WaitMax = max(c.WaitMax, all[i].Confirmations.WaitMax)
	}
	return c
}
