package frontdoor_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"bode.example/internal/store/storetest"
)

// keys looks for what is secret where it must not be, after all that the others did: in the database, in the log, and
// in what everybody on the machine may read of the process (STANDARDS E21).
func keys(s *site) {
	s.t.Helper()
	hidden := map[string][]byte{}
	for _, name := range []string{"bode.secret", "bode.suppression.key", "smtp.password", "database.password"} {
		if text := bytes.TrimSpace(s.fileOf(name)); len(text) > 0 { // an SQLite file has no password
			hidden[name] = text
			if raw, err := base64.RawURLEncoding.DecodeString(string(text)); err == nil {
				hidden[name+", its bits"] = raw
			}
		}
	}
	for _, name := range []string{"rsa.pem", "ed25519.pem"} {
		block, _ := pem.Decode(s.fileOf(name))
		hidden[name] = block.Bytes[len(block.Bytes)/2:] // the first half says what kind of key it is
	}
	if len(hidden) < 5 {
		s.t.Fatalf("only %d secrets: the test looks for the wrong thing", len(hidden))
	}
	process := fmt.Sprintf("/proc/%d/", s.service.cmd.Process.Pid)
	commandLine, err := os.ReadFile(process + "cmdline")
	if err != nil || !bytes.Contains(commandLine, []byte("serve")) {
		s.t.Fatalf("the command line is %q, %v", commandLine, err)
	}
	environ, err := os.ReadFile(process + "environ")
	if err != nil || len(environ) == 0 {
		s.t.Fatalf("the environment is %q, %v", environ, err)
	}
	places := map[string][]byte{"the database": s.engine.everything(s.t), "the log": []byte(s.program.log.String()), "the command line": commandLine,
		"the environment": environ, "bode config show": []byte(s.program.run(s.t, "config", "show"))}
	for place, in := range places {
		for name, secret := range hidden {
			for _, trace := range storetest.Traces(in, string(secret)) {
				s.t.Errorf("%s holds %s%s", place, name, strings.TrimPrefix(trace, string(secret)))
			}
		}
	}
}

// fileOf reads a file of the installation; nothing is there when it is not.
func (s *site) fileOf(name string) []byte {
	s.t.Helper()
	text, err := os.ReadFile(s.program.path(name))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return text
}
