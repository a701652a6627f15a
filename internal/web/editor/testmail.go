package editor

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// most test mails: at once, and in an hour for one member of staff.
const (
	testsAtOnce  = 5
	testsPerHour = 30
)

// testEdition sends a letter to addresses that an editor names. It is the real letter, marked as a test.
func (d *door) testEdition(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	err = d.sendTest(r, typed.Get("to"), typed.Get("variant"))
	if err == nil {
		// The page itself says to whom, and not the one that an address would lead to: no address stands in a URL. Of
		// those who get no mail from us it says the same as of others.
		return d.showMail(w, r, mailForm{variant: typed.Get("variant"), view: typed.Get("view"), sent: splitAddresses(typed.Get("to"))}, nil)
	}
	if faults := d.Faults(r, err); len(faults) > 0 {
		for i := range faults {
			faults[i].Field = "to"
		}
		var wrong *wrongAddress
		if errors.As(err, &wrong) {
			faults[0].Text = d.text(r, "edition_test_wrong", map[string]any{"Address": wrong.typed, "Why": faults[0].Text})
		}
		return d.showMail(w, r, mailForm{to: typed.Get("to"), variant: typed.Get("variant"), view: typed.Get("view")}, faults)
	}
	return err
}

// toMail leads who reloads the answer to a test mail back to the page of the mail.
func (d *door) toMail(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, editionURL(idOf(r), "mail"), http.StatusSeeOther)
	return nil
}

// idOf is the id in a path that was read before.
func idOf(r *http.Request) newsletter.PublicID {
	id, _ := newsletter.ParsePublicID(r.PathValue("id"))
	return id
}

func (d *door) sendTest(r *http.Request, typed, key string) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	to, err := testAddresses(typed)
	if err != nil {
		return err
	}
	out, made, err := d.outlookOf(r, e)
	if err != nil {
		return err
	}
	v := out.choose(key)
	if v == nil {
		return newsletter.Errorf(newsletter.Conflict, "edition_no_readers", "no reader of this schedule is owed anything, so there is no mail to send")
	}
	letter := newsletter.TestLetter{EditionID: e.ID, Language: v.Language}
	if v.share == nil {
		return newsletter.Errorf(newsletter.Conflict, "edition_left", "the edition has left: a test of it would be no test")
	}
	digest := out.digest(v, newsletter.PublicID{})
	if digest.Edition.Subject == "" {
		digest.Edition.Subject = made
	}
	digest.Edition.Subject = "[Test] " + digest.Edition.Subject
	if letter.Letter, _, _, err = d.Composer.Compose(r.Context(), digest); err != nil {
		return unmade(err)
	}
	var hashes [][]token.Hash
	for _, address := range to {
		hashes = append(hashes, d.Hashes.All(address))
	}
	who := desk.StaffOf(r).PublicID.String()
	return d.Store.AddTestLetter(r.Context(), &letter, to, hashes, []newsletter.Quota{{Counter: "test_letter", Key: who, Reason: "limit_tests",
		Limits: []newsletter.Limit{{Most: testsPerHour, Per: time.Hour}}}}, actor(r), d.Now())
}

// wrongAddress says which of several addresses can't be one.
type wrongAddress struct {
	typed string
	err   error
}

func (e *wrongAddress) Error() string { return e.err.Error() }
func (e *wrongAddress) Unwrap() error { return e.err }

func splitAddresses(typed string) []string {
	return strings.FieldsFunc(typed, func(c rune) bool { return strings.ContainsRune(",; \t\r\n", c) })
}

// testAddresses reads addresses with commas, semicolons or white space between.
func testAddresses(typed string) (to []newsletter.Address, err error) {
	fields := splitAddresses(typed)
	if len(fields) == 0 || len(fields) > testsAtOnce {
		err := newsletter.Errorf(newsletter.Invalid, "test_addresses", "name one to %d addresses", testsAtOnce)
		err.Args = map[string]any{"Most": testsAtOnce}
		return nil, err
	}
	for _, field := range fields {
		address, err := newsletter.ParseAddress(field)
		if err != nil {
			return nil, &wrongAddress{field, err}
		}
		to = append(to, address)
	}
	return to, nil
}
