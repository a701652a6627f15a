package bench

import (
	"net"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
)

// The ways to sign.
const (
	DKIMNone    = "none"
	DKIMRSA     = "rsa"     // RSA-2048
	DKIMEd25519 = "ed25519" // and RSA-2048 beside it: Ed25519 never stands alone
)

// The engines.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options say what is measured.
type Options struct {
	Engine      string        `json:"engine"`
	Subscribers int           `json:"subscribers"`
	Variants    int           `json:"variants"`
	Window      int           `json:"window"`      // delivery.window
	Connections int           `json:"connections"` // smtp.connections, and of the yardsticks
	SMTP        string        `json:"smtp"`        // host:port; "": a sink of our own
	ReplyDelay  time.Duration `json:"reply_delay"` // of our own sink, before each reply
	DKIM        string        `json:"dkim"`
	Runs        int           `json:"runs"`
	// Confirmations is how many people sign up a second while the edition is sent; 0: nobody.
	Confirmations float64 `json:"confirmations,omitempty"`
	// Yardsticks says that they are measured too.
	Yardsticks bool `json:"yardsticks"`
	// Profile is a folder for profiles of the service; of several runs that of the last stays. "": none.
	Profile string `json:"profile,omitempty"`
}

const (
	maxSubscribers = 10_000_000
	maxRuns        = 101
	// So many sign-ups a second are an attack, or the evening news.
	maxConfirmations = 100
	// The whole window and the connections are bounded as in the configuration.
	maxWindow, maxConnections = 4096, 256
)

// Check says what can't be measured.
func (o *Options) Check() error {
	for _, number := range []struct {
		flag               string
		value, least, most int
	}{
		{"--subscribers", o.Subscribers, 1, maxSubscribers},
		{"--variants", o.Variants, 1, maxVariants},
		{"--window", o.Window, 2, maxWindow},
		{"--connections", o.Connections, 1, maxConnections},
		{"--runs", o.Runs, 1, maxRuns},
	} {
		if number.value < number.least || number.value > number.most {
			return invalid("%s %d: it must be from %d to %d", number.flag, number.value, number.least, number.most)
		}
	}
	if o.Variants > o.Subscribers {
		return invalid("--variants %d: there can't be more of them than subscribers, %d", o.Variants, o.Subscribers)
	}
	if o.ReplyDelay < 0 || o.ReplyDelay > time.Minute {
		return invalid("--reply-delay %v: it must be from 0 to 1m", o.ReplyDelay)
	}
	if o.Confirmations < 0 || o.Confirmations > maxConfirmations {
		return invalid("--confirmations %g: it must be from 0 to %d a second", o.Confirmations, maxConfirmations)
	}
	if o.SMTP == "" {
		return nil
	}
	if o.Confirmations > 0 {
		return invalid("--confirmations is for the mail server that is brought along, which knows when each came; %s doesn't tell", o.SMTP)
	}
	if o.ReplyDelay > 0 {
		return invalid("--reply-delay is for the mail server that is brought along; %s answers when it likes", o.SMTP)
	}
	host, port, err := net.SplitHostPort(o.SMTP)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || host == "" || n < 1 || n > 65535 {
		return invalid("--smtp %s: write it as HOST:PORT, such as 127.0.0.1:2525", o.SMTP)
	}
	if !loopback(host) {
		return invalid("--smtp %s: a measurement sends to addresses that don't exist, so only a server on this machine will do, such as 127.0.0.1:2525", o.SMTP)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func invalid(format string, args ...any) error {
	return newsletter.Errorf(newsletter.Invalid, "usage", format, args...)
}
