package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"

	"bode.example/cmd/bode/config"
	"bode.example/internal/compose"
	"bode.example/internal/newsletter"
	"bode.example/internal/web/public"
	"bode.example/templates"
)

type configCommand struct {
	Check   configCheck   `cmd:"" help:"Report every fault at once, with file and line."`
	Show    configShow    `cmd:"" help:"Show every value and where it comes from; secrets are not shown."`
	Example configExample `cmd:"" help:"Print a commented configuration file to begin with."`
	Secret  configSecret  `cmd:"" help:"Make a file with a new secret."`
}

type configCheck struct{}

func (configCheck) Help() string {
	return `Checks what serve and worker would need, with the files that the configuration names. Things that are allowed, but that you should know of, are printed and are no fault.

Example:

    bode config check --config /etc/bode/bode.toml`
}

func (configCheck) Run(p *program) error {
	c, err := p.configure(config.ForService)
	if err != nil {
		return err
	}
	if err := checkTemplates(c); err != nil {
		return &configError{err}
	}
	for _, notice := range c.Notices() {
		fmt.Fprintf(p.out, "note: %s\n", notice)
	}
	fmt.Fprintln(p.out, "The configuration has no faults.")
	return nil
}

// checkTemplates makes every mail and every page from the templates with the operator's among them, as
// a start does.
func checkTemplates(c *config.Config) error {
	texts, err := templates.Load(c.TemplatesDir)
	if err != nil {
		return err
	}
	composer, err := compose.New(texts, organisation(c), rand.Reader)
	if err != nil {
		return err
	}
	return errors.Join(composer.Check(), public.CheckTemplates(texts))
}

type configShow struct {
	JSON bool `help:"Print JSON."`
}

func (configShow) Help() string {
	return `Example:

    BODE_LISTEN=:80 bode config show`
}

func (cmd configShow) Run(p *program) error {
	// A faulty configuration is shown all the same: that is when one looks at it.
	c, err := p.configure(config.ForTools)
	if c == nil {
		return err
	}
	shown := c.Show()
	if cmd.JSON {
		if errPrint := p.printJSON(shown); errPrint != nil {
			return errPrint
		}
		return err
	}
	var rows [][]string
	for _, s := range shown {
		from := s.From
		if s.Place != "" {
			from += " " + s.Place
		}
		rows = append(rows, []string{s.Key, s.Text(), from})
	}
	if errPrint := p.printTable([]string{"KEY", "VALUE", "FROM"}, rows); errPrint != nil {
		return errPrint
	}
	return err
}

type configExample struct{}

func (configExample) Help() string {
	return `Example:

    bode config example > bode.toml`
}

func (configExample) Run(p *program) error {
	_, err := fmt.Fprint(p.out, config.Example())
	return err
}

type configSecret struct {
	File string `arg:"" help:"File to make; it must not be there yet."`
}

func (configSecret) Help() string {
	return `The file can be read by its owner only. Name it in secret_file or suppression_key_file.

Example:

    bode config secret /etc/bode/secret`
}

func (cmd configSecret) Run() error {
	err := config.WriteSecret(cmd.File)
	if errors.Is(err, fs.ErrExist) {
		return newsletter.Errorf(newsletter.Conflict, "file_exists", "%s is there already; a secret is never overwritten", cmd.File)
	}
	return err
}
