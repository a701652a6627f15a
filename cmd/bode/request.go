package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
	"bode.example/templates"
)

type requestCommand struct {
	List   requestList   `cmd:"" help:"List requests about personal data, the most urgent first."`
	Show   requestShow   `cmd:"" help:"Show a request, its history and its letters."`
	Add    requestAdd    `cmd:"" help:"Enter a request that came by mail, letter, telephone or visit."`
	Ask    requestAsk    `cmd:"" help:"Mail a link by which the person shows that the request is theirs."`
	Verify requestVerify `cmd:"" help:"Write down how it was shown otherwise."`
	Fulfil requestFulfil `cmd:"" help:"Do what a request asks, close it, and tell the person."`
	Refuse requestRefuse `cmd:"" help:"Close a request without, and tell the person why and where to complain."`
	Extend requestExtend `cmd:"" help:"Take two months more, and tell the person why."`
	Lift   requestLift   `cmd:"" help:"End a restriction, and tell the person why."`
	Stop   requestStop   `cmd:"" help:"Stop all mail to somebody who has died or left."`
}

// withRequests runs what a command does at the privacy desk.
func (p *program) withRequests(ctx context.Context, do func(*config.Config, *store.Store, *datarequest.Service) error) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		suppression, err := hashes(c, token.Suppression)
		if err != nil {
			return err
		}
		texts, err := templates.Load(c.TemplatesDir)
		if err != nil {
			return &configError{err}
		}
		return do(c, s, newRequests(c, s, nil, suppression, nil, texts.Texts(), p.toolLog()))
	})
}

// requestNumber reads a reference, such as 2026-0007, or its number alone.
func requestNumber(typed string) (int64, error) {
	_, number, found := strings.Cut(typed, "-")
	if !found {
		number = typed
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return 0, newsletter.Errorf(newsletter.Invalid, "usage", "%q is not the number of a request; write it as 2026-0007", typed)
	}
	return n, nil
}

// theRequest finds a request by its number, for a step.
func theRequest(ctx context.Context, s *store.Store, typed string) (*newsletter.DataRequest, error) {
	n, err := requestNumber(typed)
	if err != nil {
		return nil, err
	}
	return s.RequestByID(ctx, n)
}

type requestList struct {
	Closed bool `help:"Those that are closed, the newest first."`
	Limit  int  `default:"50" help:"At most so many."`
	JSON   bool `help:"Print JSON."`
}

func (requestList) Help() string {
	return `DUE is the last day by law; STRICT, where it differs, is one calendar month after arrival, and the day to work by. A clock that stands awaits proof of identity.

Example:

    bode request list`
}

func (cmd requestList) Run(ctx context.Context, p *program) error {
	if cmd.Limit < 1 {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--limit must be at least 1")
	}
	return p.withRequests(ctx, func(_ *config.Config, s *store.Store, desk *datarequest.Service) error {
		all, err := s.Requests(ctx, store.RequestPage{Closed: cmd.Closed, Limit: cmd.Limit})
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(all)
		}
		if len(all) == 0 {
			fmt.Fprintln(p.out, "There are no such requests.")
			return nil
		}
		var rows [][]string
		for i := range all {
			r := &all[i]
			rows = append(rows, []string{r.Reference(), string(r.Kind), string(r.State), r.Channel, r.ReceivedOn.String(), r.DueOn.String(), strictDay(r), urgency(r, desk.Today(p.now()))})
		}
		return p.printTable([]string{"NUMBER", "KIND", "STATE", "CAME BY", "ARRIVED", "DUE", "STRICT", ""}, rows)
	})
}

func strictDay(r *newsletter.DataRequest) string {
	if r.StrictOn == r.DueOn {
		return ""
	}
	return r.StrictOn.String()
}

// urgency says how a request stands to its last day.
func urgency(r *newsletter.DataRequest, today newsletter.Day) string {
	switch {
	case r.State.Ended():
		return ""
	case r.Clock().Stands():
		return "clock stands"
	case r.Late(today):
		return count(int(today-r.DueOn), "day") + " late"
	}
	return count(int(r.DueOn-today), "day") + " left"
}

type requestShow struct {
	Number string `arg:"" help:"Such as 2026-0007."`
	JSON   bool   `help:"Print JSON."`
}

func (requestShow) Help() string {
	return `That you looked is written to the audit log.

Example:

    bode request show 2026-0007`
}

func (cmd requestShow) Run(ctx context.Context, p *program) error {
	n, err := requestNumber(cmd.Number)
	if err != nil {
		return err
	}
	return p.withRequests(ctx, func(c *config.Config, s *store.Store, desk *datarequest.Service) error {
		f, err := s.Request(ctx, n, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(f)
		}
		return p.printRequest(f, c.Zone, desk.Today(p.now()))
	})
}

func (w *world) printRequest(f *store.RequestFile, zone *time.Location, today newsletter.Day) error {
	facts := [][]string{{"number", f.Reference()}, {"kind", string(f.Kind)}, {"state", string(f.State)}, {"came by", f.Channel}, {"arrived", f.ReceivedOn.String()}, {"due", f.DueOn.String()}}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, []string{name, value})
		}
	}
	add("strictly", strictDay(&f.DataRequest))
	add("", urgency(&f.DataRequest, today))
	if f.Address != nil {
		add("address", f.Address.String())
	}
	if f.ReplyAddress != nil {
		add("answers go to", f.ReplyAddress.String())
	}
	add("on paper to", strings.ReplaceAll(f.Postal, "\n", "; "))
	add("because", f.ReplyWhy)
	add("name", f.Name)
	add("represented by", f.Representative)
	add("wish", f.Wish)
	if f.Mail != nil {
		add("mail from", f.Mail.From)
		add("subject", f.Mail.Subject)
		add("mail", strings.Join(strings.Fields(f.Mail.Text), " "))
	}
	add("identity asked", strings.TrimSpace(f.AskedOn.String()+" "+f.AskedWhy))
	add("identity shown", strings.TrimSpace(f.ShownOn.String()+" "+f.ShownHow+" "+f.ShownWhy))
	add("extended", strings.TrimSpace(f.ExtendedOn.String()+" "+f.ExtensionReason))
	add("result", f.Result)
	add("refused because", f.Reason)
	var events, letters [][]string
	for _, e := range f.Events {
		events = append(events, []string{e.At.In(zone).Format("2006-01-02 15:04"), e.Step, string(e.After), string(e.ActorKind), e.Note})
	}
	for _, l := range f.Letters {
		went := "to be printed"
		if !l.QueuedAt.IsZero() {
			went = "mail, " + l.Delivery
		}
		letters = append(letters, []string{l.CreatedAt.In(zone).Format("2006-01-02 15:04"), string(l.Kind), string(l.Language), went, l.Subject})
	}
	return w.printTables([]section{{[]string{"REQUEST", ""}, facts}, {[]string{"WHEN", "STEP", "STATE", "BY", "NOTE"}, events}, {[]string{"LETTER", "KIND", "LANGUAGE", "WENT", "SUBJECT"}, letters}})
}

type requestAdd struct {
	Kind           string `arg:"" help:"access, portability, rectification, erasure, restriction, objection, withdrawal or other."`
	Address        string `arg:"" optional:"" help:"Mail address of the person; without it letters are to be printed."`
	By             string `required:"" placeholder:"WAY" help:"How it came: mail, letter, phone or visit."`
	Arrived        string `placeholder:"DAY" help:"Day of arrival, as 2026-11-23; today otherwise. The clock runs from it."`
	Name           string `help:"Name of the person."`
	Representative string `help:"Who asks for the person."`
	ReplyTo        string `placeholder:"ADDRESS" help:"Where answers go, when not to the person's address."`
	Postal         string `placeholder:"LINES" help:"Where answers go on paper, lines parted by a semicolon; then nothing is mailed."`
	ReplyWhy       string `placeholder:"HOW" help:"How it was shown that an answer by --reply-to or --postal reaches the person."`
	Wish           string `help:"What is asked, in the person's words."`
	Language       string `placeholder:"nl|en" help:"Of letters; the default one otherwise."`
	Receipt        bool   `help:"Tell the person that it arrived."`
}

func (requestAdd) Help() string {
	return `Example:

    bode request add erasure jan@example.nl --by letter --arrived 2026-11-20 --receipt`
}

func (cmd requestAdd) Run(ctx context.Context, p *program) error {
	return p.withRequests(ctx, func(c *config.Config, _ *store.Store, desk *datarequest.Service) error {
		arrived, err := desk.Today(p.now()), error(nil)
		if cmd.Arrived != "" {
			if arrived, err = newsletter.ParseDay(cmd.Arrived); err != nil {
				return err
			}
		}
		lang := newsletter.Language(cmd.Language)
		if lang == "" {
			lang = c.Language
		}
		r, err := desk.Enter(ctx, datarequest.Entry{Kind: newsletter.RequestKind(cmd.Kind), Channel: cmd.By, ReceivedOn: arrived, Language: lang, Address: cmd.Address,
			ReplyAddress: cmd.ReplyTo, Postal: strings.ReplaceAll(cmd.Postal, ";", "\n"), ReplyWhy: cmd.ReplyWhy, Name: cmd.Name, Representative: cmd.Representative, Wish: cmd.Wish, Receipt: cmd.Receipt}, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Request %s, to be answered by %s.\n", r.Reference(), r.DueOn)
		return nil
	})
}

// requestStep does one thing about a request and says how it stands.
func (p *program) requestStep(ctx context.Context, number string, do func(*datarequest.Service, newsletter.PublicID) (*newsletter.DataRequest, error)) error {
	return p.withRequests(ctx, func(c *config.Config, s *store.Store, desk *datarequest.Service) error {
		r, err := theRequest(ctx, s, number)
		if err != nil {
			return err
		}
		if r, err = do(desk, r.PublicID); err != nil {
			return err
		}
		if err := p.record(ctx, c, s); err != nil {
			return err
		}
		switch {
		case r.Result != "":
			fmt.Fprintf(p.out, "Request %s is fulfilled: %s.\n", r.Reference(), strings.ReplaceAll(r.Result, "_", " "))
		case r.State.Ended():
			fmt.Fprintf(p.out, "Request %s is %s.\n", r.Reference(), r.State)
		default:
			fmt.Fprintf(p.out, "Request %s is %s, to be answered by %s.\n", r.Reference(), strings.ReplaceAll(string(r.State), "_", " "), r.DueOn)
		}
		return nil
	})
}

type requestAsk struct {
	Number string `arg:"" help:"Such as 2026-0007."`
	Proof  string `help:"What to ask for besides, where a link is not enough; the person gets to read it. Never a copy of an identity card."`
	Why    string `help:"Why a link is not enough: the doubt that there is. Written down."`
}

func (requestAsk) Help() string {
	return `The mail goes to the address that the request is about and holds a link that works for seven days. Asked within seven days of arrival, the clock stands still until it is used.

Example:

    bode request ask 2026-0007`
}

func (cmd requestAsk) Run(ctx context.Context, p *program) error {
	return p.requestStep(ctx, cmd.Number, func(desk *datarequest.Service, id newsletter.PublicID) (*newsletter.DataRequest, error) {
		if cmd.Proof != "" || cmd.Why != "" {
			return desk.AskProof(ctx, id, cmd.Proof, cmd.Why, nil, p.operator(), p.now())
		}
		return desk.AskIdentity(ctx, id, p.operator(), p.now())
	})
}

type requestVerify struct {
	Number string `arg:"" help:"Such as 2026-0007."`
	Why    string `required:"" help:"How it was shown that this is the person. Never keep a copy of an identity card."`
}

func (requestVerify) Help() string {
	return `Example:

    bode request verify 2026-0007 --why "called back on the number that we know"`
}

func (cmd requestVerify) Run(ctx context.Context, p *program) error {
	return p.requestStep(ctx, cmd.Number, func(desk *datarequest.Service, id newsletter.PublicID) (*newsletter.DataRequest, error) {
		return desk.Verify(ctx, id, cmd.Why, p.operator(), p.now())
	})
}

type requestFulfil struct {
	Number string `arg:"" help:"Such as 2026-0007."`
	Answer string `help:"The answer to a question or complaint (kind other)."`
	Yes    bool   `short:"y" help:"Do not ask."`
}

func (requestFulfil) Help() string {
	return `Access and portability mail a link to the person's data; erasure erases; restriction restricts; objection and withdrawal end all mail at once. What a rectification asks, do before. When nothing is held, that is what the person is told.

Example:

    bode request fulfil 2026-0007`
}

func (cmd requestFulfil) Run(ctx context.Context, p *program) error {
	return p.requestStep(ctx, cmd.Number, func(desk *datarequest.Service, id newsletter.PublicID) (*newsletter.DataRequest, error) {
		if !cmd.Yes {
			if err := p.confirm("Carry out request " + cmd.Number + "?"); err != nil {
				return nil, err
			}
		}
		return desk.CarryOut(ctx, id, &datarequest.Answer{Words: cmd.Answer}, p.operator(), p.now())
	})
}

type requestRefuse struct {
	Number string `arg:"" help:"Such as 2026-0007."`
	Reason string `required:"" help:"Why; the person gets to read it."`
}

func (requestRefuse) Help() string {
	return `The letter names the data protection authority and the way to court, by organisation.kind.

Example:

    bode request refuse 2026-0007 --reason "You asked the same last week."`
}

func (cmd requestRefuse) Run(ctx context.Context, p *program) error {
	return p.requestStep(ctx, cmd.Number, func(desk *datarequest.Service, id newsletter.PublicID) (*newsletter.DataRequest, error) {
		return desk.Refuse(ctx, id, cmd.Reason, nil, p.operator(), p.now())
	})
}

type requestExtend struct {
	Number string `arg:"" help:"Such as 2026-0007."`
	Reason string `required:"" help:"Why it takes longer; the person gets to read it."`
}

func (requestExtend) Help() string {
	return `Once, and within the first month.

Example:

    bode request extend 2026-0007 --reason "There are many mails to go through."`
}

func (cmd requestExtend) Run(ctx context.Context, p *program) error {
	return p.requestStep(ctx, cmd.Number, func(desk *datarequest.Service, id newsletter.PublicID) (*newsletter.DataRequest, error) {
		return desk.Extend(ctx, id, cmd.Reason, nil, p.operator(), p.now())
	})
}

type requestLift struct {
	Number string `arg:"" help:"The request that asked for the restriction."`
	Reason string `required:"" help:"Why it ends; the person gets to read it."`
}

func (requestLift) Help() string {
	return `Example:

    bode request lift 2026-0007 --reason "The dispute about your address is over."`
}

func (cmd requestLift) Run(ctx context.Context, p *program) error {
	return p.withRequests(ctx, func(_ *config.Config, s *store.Store, desk *datarequest.Service) error {
		r, err := theRequest(ctx, s, cmd.Number)
		if err != nil {
			return err
		}
		if err := desk.Lift(ctx, r.PublicID, cmd.Reason, nil, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "The restriction of request %s has ended; the person is told.\n", r.Reference())
		return nil
	})
}
