package mailertest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
)

// session is one connection.
type session struct {
	server *Server
	number int
	conn   net.Conn
	r      *bufio.Reader
	w      *bufio.Writer
	tls    bool
	user   string
	greet  bool // EHLO was said

	accepted               int
	from, to               string
	mailParams, rcptParams string
	inMail, inRcpt         bool
	message                []byte
}

func newSession(s *Server, conn net.Conn, number int) *session {
	return &session{server: s, number: number, conn: conn, r: bufio.NewReader(conn), w: bufio.NewWriter(conn)}
}

func (s *session) serve() {
	if s.server.script.ImplicitTLS && !s.startTLS() {
		return
	}
	if code := s.say(Greeting, "", "220 mailertest.example ESMTP"); code != 220 {
		return
	}
	for s.command() {
	}
	s.w.Flush()
}

func (s *session) startTLS() bool {
	conn := tls.Server(s.conn, s.server.script.tlsConfig(s.server.cert))
	if conn.Handshake() != nil {
		return false
	}
	s.conn, s.r, s.w, s.tls = conn, bufio.NewReader(conn), bufio.NewWriter(conn), true
	s.greet = false
	return true
}

// mustBeLast are the commands that end a group (RFC 2920, 3.1).
var mustBeLast = map[Step]bool{EHLO: true, STARTTLS: true, AUTH: true, DATA: true, NOOP: true, QUIT: true}

// say answers one step, as the script wants it or with the usual reply, and returns the code: 0 when
// the connection is at its end.
func (s *session) say(step Step, line, usual string) int {
	c := Command{Step: step, Line: line, Connection: s.number, Accepted: s.accepted, From: s.from, To: s.to, TLS: s.tls, Pipelined: s.r.Buffered() > 0}
	if step == AUTH {
		c.Line = "AUTH" // no passwords in the record
	}
	s.server.record(c)
	script := &s.server.script
	if c.Pipelined && step != Body && (mustBeLast[step] || !script.offers("PIPELINING")) {
		s.server.breach("more was sent before the reply to %s", step)
	}
	if script.Before != nil {
		s.flush()
		script.Before(c)
	}
	reply := usual
	if script.Answer != nil {
		if r := script.Answer(c); r != "" {
			reply = r
		}
	}
	if step == Message && s.inRcpt && (reply[0] == '2' || reply == AcceptAndDrop) {
		s.receive()
	}
	if reply == Drop || reply == AcceptAndDrop {
		s.w.Flush()
		return 0
	}
	return s.write(step, reply)
}

// write sends a reply, whose lines are divided by "\n".
func (s *session) write(step Step, reply string) int {
	if step == Body {
		return 1
	}
	lines := strings.Split(reply, "\n")
	code := 0
	if _, err := fmt.Sscanf(reply, "%3d", &code); err != nil {
		s.server.breach("the script's reply %q has no code", reply)
	}
	for i, line := range lines {
		if i < len(lines)-1 {
			line = line[:3] + "-" + line[min(4, len(line)):]
		}
		s.w.WriteString(line + "\r\n")
	}
	s.flush()
	if code == 421 {
		s.w.Flush()
		return 0
	}
	return code
}

// flush sends the replies so far if the client waits for them.
func (s *session) flush() {
	if s.r.Buffered() == 0 {
		s.w.Flush()
	}
}

// line reads a command line.
func (s *session) line() (string, bool) {
	line, err := s.r.ReadString('\n')
	if err != nil {
		return "", false
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\x00") {
		s.server.breach("a command line has a bare CR, a bare LF or NUL: %q", line)
	}
	if len(line) > 1000 {
		s.server.breach("a command line of %d octets", len(line))
	}
	return text, true
}

// command reads a command and answers it; false at the end of the session.
func (s *session) command() bool {
	line, ok := s.line()
	if !ok {
		return false
	}
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		s.greet = true
		s.reset()
		return s.say(EHLO, line, s.extensions()) != 0
	case "STARTTLS":
		return s.starttls(line)
	case "AUTH":
		return s.auth(arg)
	case "MAIL":
		return s.mail(line, arg)
	case "RCPT":
		return s.rcpt(line, arg)
	case "DATA":
		return s.data(line)
	case "RSET":
		s.reset()
		return s.say(RSET, line, "250 2.0.0 ok") != 0
	case "NOOP":
		return s.say(NOOP, line, "250 2.0.0 ok") != 0
	case "*": // gives up an AUTH, also one that is over
		return s.write(NOOP, "501 5.7.0 authentication cancelled") != 0
	case "QUIT":
		s.say(QUIT, line, "221 2.0.0 bye")
		return false
	}
	s.server.breach("unknown command %q", line)
	s.write(NOOP, "500 5.5.2 unknown command")
	return true
}

func (s *session) reset() {
	s.from, s.to, s.mailParams, s.rcptParams, s.inMail, s.inRcpt = "", "", "", "", false, false
}

func (s *session) extensions() string {
	script := &s.server.script
	lines := []string{"250 mailertest.example greets you"}
	for _, e := range []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"} {
		if script.offers(e) {
			lines = append(lines, "250 "+e)
		}
	}
	if script.offers("SIZE") {
		lines = append(lines, fmt.Sprintf("250 SIZE %d", s.limit()))
	}
	if script.StartTLS && !s.tls {
		lines = append(lines, "250 STARTTLS")
	}
	if script.User != "" && (s.tls || !script.usesTLS()) {
		mechanisms := "250 AUTH"
		for _, m := range []string{"PLAIN", "LOGIN"} {
			if script.offers(m) {
				mechanisms += " " + m
			}
		}
		lines = append(lines, mechanisms)
	}
	return strings.Join(lines, "\n")
}

func (s *session) limit() int {
	if n := s.server.script.Size; n > 0 {
		return n
	}
	return 10 << 20
}

func (s *session) starttls(line string) bool {
	if !s.server.script.StartTLS || s.tls {
		return s.write(NOOP, "502 5.5.1 not offered") != 0
	}
	code := s.say(STARTTLS, line, "220 2.0.0 go ahead")
	if code != 220 {
		return code != 0
	}
	return s.startTLS()
}

func (s *session) auth(arg string) bool {
	script := &s.server.script
	if script.usesTLS() && !s.tls {
		s.server.breach("AUTH without TLS")
	}
	mechanism, initial, _ := strings.Cut(arg, " ")
	var user, password string
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		if initial == "" {
			initial = s.challenge("")
		}
		parts := strings.Split(decode(initial), "\x00")
		if len(parts) == 3 {
			user, password = parts[1], parts[2]
		}
	case "LOGIN":
		if initial == "" {
			initial = s.challenge("Username:")
		}
		user, password = decode(initial), decode(s.challenge("Password:"))
	}
	usual := "535 5.7.8 user or password is wrong"
	if user == script.User && password == script.Password {
		usual = "235 2.7.0 welcome"
	}
	code := s.say(AUTH, "AUTH", usual)
	if code == 235 {
		s.user = user
	}
	return code != 0
}

func (s *session) challenge(text string) string {
	s.w.WriteString("334 " + base64.StdEncoding.EncodeToString([]byte(text)) + "\r\n")
	s.w.Flush()
	line, _ := s.line()
	return line
}

func decode(s string) string {
	b, _ := base64.StdEncoding.DecodeString(s)
	return string(b)
}

func (s *session) mail(line, arg string) bool {
	addr, params, ok := path(arg, "FROM:")
	script := &s.server.script
	usual := "250 2.1.0 sender ok"
	switch {
	case !s.greet:
		usual = "503 5.5.1 EHLO first"
	case script.usesTLS() && !s.tls:
		s.server.breach("MAIL without TLS")
		usual = "530 5.7.0 STARTTLS first"
	case script.User != "" && s.user == "":
		usual = "530 5.7.0 authentication required"
	case s.inMail:
		usual = "503 5.5.1 nested MAIL"
	case !ok:
		usual = "501 5.5.4 syntax"
	}
	if usual[0] == '2' {
		s.from, s.mailParams = addr, params
	}
	code := s.say(MAIL, line, usual)
	s.inMail = s.inMail || code/100 == 2
	return code != 0
}

func (s *session) rcpt(line, arg string) bool {
	addr, params, ok := path(arg, "TO:")
	usual := "250 2.1.5 recipient ok"
	switch {
	case !s.inMail:
		usual = "503 5.5.1 MAIL first"
	case s.inRcpt:
		usual = "452 4.5.3 one recipient a message"
	case !ok:
		usual = "501 5.1.3 syntax"
	}
	s.to, s.rcptParams = addr, params
	code := s.say(RCPT, line, usual)
	s.inRcpt = s.inRcpt || code/100 == 2
	return code != 0
}

// path reads "FROM:<addr> params".
func path(arg, prefix string) (addr, params string, ok bool) {
	if len(arg) < len(prefix) || !strings.EqualFold(arg[:len(prefix)], prefix) {
		return "", "", false
	}
	addr, params, ok = strings.Cut(arg[len(prefix):], ">")
	addr, open := strings.CutPrefix(addr, "<")
	return addr, strings.TrimSpace(params), ok && open
}

func (s *session) data(line string) bool {
	usual := "354 go ahead"
	switch {
	case !s.inMail:
		usual = "503 5.5.1 MAIL first"
	case !s.inRcpt:
		usual = "554 5.5.1 no valid recipients"
	}
	if code := s.say(DATA, line, usual); code != 354 {
		return code != 0
	}
	message, ok := s.body()
	if !ok {
		return false
	}
	usual = "250 2.0.0 queued as " + fmt.Sprintf("%d-%d", s.number, s.accepted+1)
	switch {
	case !s.inRcpt:
		usual = "554 5.5.1 no valid recipients"
	case len(message) > s.limit():
		usual = "552 5.3.4 message too big"
	}
	s.message = message
	code := s.say(Message, "", usual)
	s.reset()
	return code != 0
}

// body reads a message up to its dot.
func (s *session) body() ([]byte, bool) {
	var message []byte
	for first := true; ; first = false {
		line, err := s.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			s.server.breach("a message line of more than 4096 octets")
			message = append(message, line...)
			continue
		}
		if err != nil {
			return nil, false
		}
		if first && s.say(Body, "", "1") == 0 {
			return nil, false
		}
		if !bytes.HasSuffix(line, []byte("\r\n")) || bytes.ContainsAny(line[:len(line)-2], "\r\x00") {
			s.server.breach("a message line has a bare CR, a bare LF or NUL: %q", line)
		}
		if len(line) > 1000 {
			s.server.breach("a message line of %d octets", len(line))
		}
		if bytes.Equal(line, []byte(".\r\n")) {
			return message, true
		}
		message = append(message, bytes.TrimPrefix(line, []byte("."))...)
	}
}

func (s *session) receive() {
	s.accepted++
	s.server.receive(Received{
		From: s.from, To: s.to, MailParams: s.mailParams, RcptParams: s.rcptParams, Data: s.message,
		Connection: s.number, TLS: s.tls, User: s.user,
	})
}
