package bench

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/sync/errgroup"

	"bode.example/internal/store/scratch"
	"bode.example/mailer"
)

// yardstick sends messages by other ways than the service.
type yardstick struct {
	relay       string
	connections int
	messages    int
	letter      *mailer.Letter
	now         func() time.Time
	sent        atomic.Int64
}

// each calls send for all messages, on as many goroutines as there are connections.
func (y *yardstick) each(ctx context.Context, connect func(context.Context) (send func(n int) error, end func() error, err error)) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range y.connections {
		group.Go(func() error {
			send, end, err := connect(ctx)
			if err != nil {
				return err
			}
			for n := int(next.Add(1)) - 1; n < y.messages && err == nil && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				err = send(n)
				y.sent.Add(1)
			}
			return errors.Join(err, end(), ctx.Err())
		})
	}
	return group.Wait()
}

// goMail composes each message from its templates and sends it by go-mail, over connections that are
// kept, without NOOP and RSET between messages: the best that the library's own sending does.
func (y *yardstick) goMail(ctx context.Context) error {
	form, err := newForm(y.letter, y.now())
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(y.relay)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	return y.each(ctx, func(ctx context.Context) (func(int) error, func() error, error) {
		client, err := gomail.NewClient(host, gomail.WithPort(number), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithHELO("nieuws.example"),
			gomail.WithTimeout(time.Minute), gomail.WithoutNoop(), gomail.WithoutRset())
		if err != nil {
			return nil, nil, err
		}
		if err := client.DialWithContext(ctx); err != nil {
			return nil, nil, err
		}
		send := func(n int) error {
			m, err := form.compose(n, y.now())
			if err != nil {
				return err
			}
			return client.Send(m)
		}
		return send, client.Close, nil
	})
}

// compose makes the message of one person.
func (f *form) compose(n int, now time.Time) (*gomail.Msg, error) {
	p := f.person(n)
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.EnvelopeFrom("bounce@nieuws.example"); err != nil {
		return nil, err
	}
	if err := m.FromFormat(f.from.Name, f.from.Address); err != nil {
		return nil, err
	}
	if err := m.AddToFormat(p.name, p.address); err != nil {
		return nil, err
	}
	m.Subject(f.subject)
	m.SetDateWithValue(now)
	m.SetMessageIDWithValue(p.messageID)
	for name, value := range f.header {
		for field, v := range p.values {
			value = strings.ReplaceAll(value, "{{."+field+"}}", v)
		}
		m.SetGenHeader(gomail.Header(name), value)
	}
	if err := m.SetBodyTextTemplate(f.text, p.values); err != nil {
		return nil, err
	}
	return m, m.AddAlternativeHTMLTemplate(f.html, p.values)
}

// readyBytes sends one and the same finished message to everybody, pipelined, by the streams that the
// service uses: what is left when nothing has to be written, claimed or recorded.
func (y *yardstick) readyBytes(ctx context.Context) error {
	form, err := newForm(y.letter, y.now())
	if err != nil {
		return err
	}
	p := form.person(0)
	message, err := y.letter.Append(nil, &mailer.Recipient{To: mailer.Address{Name: p.name, Addr: p.address},
		MessageID: p.messageID, Date: y.now(), Values: p.list(form.fields)})
	if err != nil {
		return err
	}
	cfg, err := mailer.ParseURL("smtp://" + y.relay + "?tls=none")
	if err != nil {
		return err
	}
	cfg.Connections, cfg.LocalName = y.connections, "nieuws.example"
	pool, err := mailer.NewPool(cfg)
	if err != nil {
		return err
	}
	defer pool.Close(ctx) // all has been sent
	return y.each(ctx, func(ctx context.Context) (func(int) error, func() error, error) {
		stream, out := pool.Stream(ctx, false), &ready{message: message}
		return func(n int) error {
			out.to = scratch.Address(n)
			stream.Send(out)
			return out.err
		}, func() error { stream.Flush(); return out.err }, nil
	})
}

// ready is the finished message on its way to one reader after another.
type ready struct {
	message []byte
	to      string
	err     error // the first that there was
}

func (r *ready) Append(_ context.Context, dst []byte) (mailer.Envelope, []byte, error) {
	return mailer.Envelope{From: "bounce@nieuws.example", To: r.to}, append(dst, r.message...), nil
}

func (r *ready) Done(_ mailer.Receipt, err error) {
	if r.err == nil {
		r.err = err
	}
}

// signatures is how many are made to see what the machine signs.
const signatures = 3000

// signs is how many signatures with RSA-2048 all processors make in a second, by crypto/rsa alone.
func signs(now func() time.Time) (perSecond float64, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return 0, err
	}
	hash := sha256.Sum256([]byte("message"))
	var next atomic.Int64
	var group errgroup.Group
	began := now()
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for next.Add(1) <= signatures {
				if _, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, hash[:]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = group.Wait()
	return signatures / now().Sub(began).Seconds(), err
}
