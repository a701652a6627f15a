package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

type dnsCommand struct {
	Key   dnsKey   `cmd:"" help:"Make a file with a new key for signing."`
	Show  dnsShow  `cmd:"" help:"Print the records to publish."`
	Check dnsCheck `cmd:"" help:"Compare what is published with the keys."`
}

type dnsShow struct {
	JSON bool `help:"Print JSON."`
}

func (dnsShow) Help() string {
	return `Prints one line of a zone file for each key. When you change a key, use a new selector and leave the old record for a week at least: mail that is on its way was signed with it.

Example:

    bode dns show`
}

func (cmd dnsShow) Run(p *program) error {
	records, err := p.dkimRecords()
	if err != nil {
		return err
	}
	if cmd.JSON {
		var shown []recordText
		for _, r := range records {
			shown = append(shown, recordText{r.Name, r.Value})
		}
		return p.printJSON(shown)
	}
	for _, r := range records {
		fmt.Fprintln(p.out, r.Zone())
	}
	return nil
}

// recordText is a TXT record as programs read it.
type recordText struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// dkimRecords are the records of the configured keys.
func (p *program) dkimRecords() ([]mailer.Record, error) {
	c, err := p.configure(config.ForTools)
	if err != nil {
		return nil, err
	}
	if c.DKIM.Domain == "" {
		return nil, &configError{newsletter.Errorf(newsletter.Invalid, "no_dkim", "no key is configured: set dkim.domain, dkim.selector and dkim.key_file")}
	}
	signer, err := newSigner(c.DKIM)
	if err != nil {
		return nil, &configError{err}
	}
	return signer.Records(), nil
}

type dnsCheck struct {
	Server string `placeholder:"HOST:PORT" help:"Name server to ask; otherwise the machine's own."`
	JSON   bool   `help:"Print JSON."`
}

func (dnsCheck) Help() string {
	return `Ends with 0 when every record is published as it should be, with 5 when one is missing or different, and with 6 when the name server does not answer.

Example:

    bode dns check --server 192.0.2.53:53`
}

// dnsPatience is how long a name server may take.
const dnsPatience = 10 * time.Second

// recordState is a record and what became of it.
type recordState struct {
	Name  string `json:"name"`
	State string `json:"state"` // published, missing or different
}

func (cmd dnsCheck) Run(ctx context.Context, p *program) error {
	records, err := p.dkimRecords()
	if err != nil {
		return err
	}
	var states []recordState
	wrong := 0
	for _, r := range records {
		state, err := cmd.state(ctx, r)
		if err != nil {
			return newsletter.Errorf(newsletter.Unavailable, "dns", "the name server says nothing of %s: %w", r.Name, err)
		}
		if state != "published" {
			wrong++
		}
		states = append(states, recordState{r.Name, state})
	}
	if cmd.JSON {
		err = p.printJSON(states)
	} else {
		var rows [][]string
		for _, s := range states {
			rows = append(rows, []string{s.Name, s.State})
		}
		err = p.printTable([]string{"RECORD", "STATE"}, rows)
	}
	if err == nil && wrong > 0 {
		err = newsletter.Errorf(newsletter.Conflict, "dns_differs", "%s not published as it should be: mail would be signed with a key that nobody can check; see bode dns show", areNot(wrong))
	}
	return err
}

func areNot(n int) string {
	if n == 1 {
		return "1 record is"
	}
	return fmt.Sprintf("%d records are", n)
}

// state asks for a record. White space counts for nothing in it (RFC 6376, 3.2).
func (cmd dnsCheck) state(ctx context.Context, r mailer.Record) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	texts, err := cmd.resolver().LookupTXT(ctx, r.Name+".")
	var none *net.DNSError
	switch {
	case errors.As(err, &none) && none.IsNotFound:
		return "missing", nil
	case err != nil:
		return "", err
	}
	for _, text := range texts {
		if spaceless(text) == spaceless(r.Value) {
			return "published", nil
		}
	}
	return "different", nil
}

func spaceless(s string) string { return strings.Join(strings.Fields(s), "") }

func (cmd dnsCheck) resolver() *net.Resolver {
	if cmd.Server == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, cmd.Server)
	}}
}
