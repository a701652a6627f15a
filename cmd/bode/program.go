package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
)

// program is the command line. Kong fills it; values of the configuration don't pass through kong,
// because there a file would beat the environment.
type program struct {
	ConfigFile string   `name:"config" placeholder:"FILE" group:"Configuration:" help:"File to read; otherwise BODE_CONFIG, bode.toml here, or /etc/bode/bode.toml."`
	Database   string   `placeholder:"NAME" group:"Configuration:" help:"SQLite file, or postgres://user@host/name."`
	Set        []string `placeholder:"KEY=VALUE" sep:"none" group:"Configuration:" help:"Set any key of the configuration; may be repeated."`

	Serve      serveCommand      `cmd:"" help:"Run the public site and the workers."`
	Worker     workerCommand     `cmd:"" help:"Run workers alone, beside a serve."`
	Bench      benchCommand      `cmd:"" help:"Measure how fast this machine sends."`
	Demo       demoCommand       `cmd:"" help:"Show the whole service, with nothing but this program."`
	Apply      applyCommand      `cmd:"" help:"Make lists, topics, feeds and schedules as a file says."`
	Post       postCommand       `cmd:"" help:"Publish, list and withdraw posts."`
	Feed       feedCommand       `cmd:"" help:"See how feeds do, try one out, wake one."`
	Edition    editionCommand    `cmd:"" help:"Look at editions, approve, pause and cancel them."`
	Delivery   deliveryCommand   `cmd:"" help:"See how the mail does."`
	Subscriber subscriberCommand `cmd:"" help:"Show or erase what is held about a person."`
	Request    requestCommand    `cmd:"" help:"Handle what people ask about their personal data."`
	Consent    consentCommand    `cmd:"" help:"Show proof of what people agreed to."`
	Staff      staffCommand      `cmd:"" help:"See and change who may use the desks."`
	Signup     signupCommand     `cmd:"" help:"Close and open the sign-up form while the service runs."`
	Bounce     bounceCommand     `cmd:"" help:"Look at what came back: bounces, complaints, wishes to leave."`
	Schedule   scheduleCommand   `cmd:"" help:"See when schedules send, and try one out."`
	DNS        dnsCommand        `cmd:"" name:"dns" help:"Show and check the DNS records of the keys that sign our mail."`
	Audit      auditCommand      `cmd:"" help:"Check that nobody altered what was recorded."`
	Clock      clockCommand      `cmd:"" help:"Say that the clock is right, after it was wrong."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database to this program's schema."`
	Retention  retentionCommand  `cmd:"" help:"See what is too old to be kept, and let it go."`
	Restore    restoreCommand    `cmd:"" help:"After a copy of the database was put back: erase again who was erased since."`
	Config     configCommand     `cmd:"" help:"Check, show or begin a configuration."`
	Version    versionCommand    `cmd:"" help:"Say which version this is."`

	*world
	flags []config.Flag // from the command that was chosen
}

const about = `Bode brings the new posts of expert groups, as digests by e-mail, to the people who asked for them.

Exit codes:

    0  done
    1  a fault of the program or the machine
    2  the command line, or a file given to it, can't be right
    3  the configuration can't be right
    4  there is no such thing
    5  it exists already, or was changed by someone else meanwhile
    6  something does not answer, or a limit was reached; later it may work
    7  you said no

Every value of the configuration comes from a flag, or else from the environment (smtp.url is BODE_SMTP_URL), or else from the file, or else from its default.`

// run is the program: it returns its exit code.
func run(ctx context.Context, args []string, w *world) int {
	p := &program{world: w}
	parser, err := newParser(ctx, p)
	if err != nil {
		return w.report(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	switch args[0] { // as other programs are asked
	case "help":
		args = append(slices.Clone(args[1:]), "--help")
	case "--version":
		args[0] = "version"
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return w.report(usage(err))
	}
	return w.report(chosen.Run())
}

func newParser(ctx context.Context, p *program) (*kong.Kong, error) {
	parser, err := kong.New(p, kong.Name("bode"), kong.Description("Newsletters from feed to inbox."),
		kong.Writers(p.out, p.err), kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p))
	if err != nil {
		return nil, err
	}
	parser.Model.Detail = about
	return parser, nil
}

// usage makes an error of the command line point to the help that is nearest.
func usage(err error) error {
	help := "bode --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		help = "bode " + parse.Context.Selected().Path() + " --help"
	}
	said := strings.NewReplacer(
		"expected a valid 64 bit int but got", "a whole number is needed, not",
		`expected string value but got "EOL" (<EOL>)`, "a value is needed behind it",
	).Replace(err.Error())
	return newsletter.Errorf(newsletter.Invalid, "usage", "%s\nSee: %s", said, help)
}

// configure loads the configuration as far as a command needs it.
func (p *program) configure(need config.Need) (*config.Config, error) {
	in, err := p.configInput()
	if err != nil {
		return nil, err
	}
	c, err := config.Load(in, need)
	if err != nil {
		return c, &configError{err}
	}
	return c, nil
}

func (p *program) configInput() (config.Input, error) {
	in := config.Input{Environ: p.environ, File: p.ConfigFile, Search: p.search}
	if p.Database != "" {
		in.Flags = append(in.Flags, config.Flag{Name: "--database", Key: "database", Text: p.Database})
	}
	for _, pair := range p.Set {
		key, v, ok := strings.Cut(pair, "=")
		if !ok {
			return in, newsletter.Errorf(newsletter.Invalid, "usage", "--set %s: write it as KEY=VALUE, such as --set smtp.connections=4", pair)
		}
		in.Flags = append(in.Flags, config.Flag{Name: "--set", Key: strings.TrimSpace(key), Text: v})
	}
	in.Flags = append(in.Flags, p.flags...)
	return in, nil
}

// read returns the text of a file, or of standard input for "-".
func (w *world) read(name string) ([]byte, error) {
	data, err := func() ([]byte, error) {
		if name == "-" {
			return io.ReadAll(w.in)
		}
		return os.ReadFile(name)
	}()
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, newsletter.Errorf(newsletter.NotFound, "no_file", "there is no file %s", name)
	case err != nil:
		return nil, fmt.Errorf("%s can't be read: %w", name, err)
	}
	return data, nil
}
