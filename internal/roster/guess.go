package roster

import (
	"strings"
	"unicode"

	"bode.example/internal/newsletter"
)

// headings are what other systems call their columns, as foldHead writes them: Mailchimp, MailPoet, Laposta,
// Brevo, spreadsheets.
func headings() map[string]newsletter.ImportField {
	all := map[string]newsletter.ImportField{}
	for field, names := range map[newsletter.ImportField]string{
		newsletter.ImportAddress:   "emailaddress email mail adres emailadres mailadres address subscriber contact",
		newsletter.ImportName:      "name naam fullname volledigenaam displayname",
		newsletter.ImportFirstName: "firstname voornaam givenname fname roepnaam",
		newsletter.ImportLastName:  "lastname achternaam surname familyname lname",
		newsletter.ImportLanguage:  "language taal lang locale preferredlanguage voorkeurstaal",
		newsletter.ImportTopics:    "topics onderwerpen topic onderwerp interests interesses tags themas thema",
		newsletter.ImportPace:      "pace tempo frequency frequentie schedule schema",
		newsletter.ImportStatus:    "status state subscriptionstatus emailstatus",
		newsletter.ImportGround:    "ground grondslag grond consent toestemming",
		newsletter.ImportSource:    "source herkomst bron origin signupsource",
		newsletter.ImportConsented: "consentedat confirmtime optintime toestemmingop datum subscribedat aangemeldop signupdate subscribedon dateadded consentdate",
	} {
		for _, name := range strings.Fields(names) {
			all[name] = field
		}
	}
	return all
}

// goneHead returns a column that only files of people who left or whose mail came back have: Mailchimp
// writes these in files of their own.
func goneHead(head []string) string {
	for _, name := range head {
		switch foldHead(name) {
		case "unsubtime", "unsubcampaigntitle", "unsubcampaignid", "unsubreason", "cleantime", "cleancampaigntitle", "cleancampaignid":
			return name
		}
	}
	return ""
}

// foldHead is a heading in lower case, its letters and digits alone.
func foldHead(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// guess says what the columns hold, by their headings; the address also by what stands below. Each field is
// given once: of Mailchimp's two times the confirmation counts more, as the stronger proof.
func guess(f *File) []newsletter.ImportField {
	known := headings()
	columns := make([]newsletter.ImportField, len(f.Head))
	at := map[newsletter.ImportField]int{}
	for i, name := range f.Head {
		field, ok := known[foldHead(name)]
		if !ok {
			continue
		}
		if before, taken := at[field]; taken {
			if foldHead(name) != "confirmtime" {
				continue
			}
			columns[before] = ""
		}
		columns[i], at[field] = field, i
	}
	if i, ok := at[newsletter.ImportAddress]; !ok || addresses(f.Rows, i) == 0 {
		if ok {
			columns[i] = ""
		}
		if i := mostAddresses(f); i >= 0 {
			columns[i] = newsletter.ImportAddress
		}
	}
	return columns
}

// mostAddresses returns the column with the most addresses among the first rows, or -1.
func mostAddresses(f *File) int {
	best, most := -1, 0
	for i := range f.Head {
		if n := addresses(f.Rows, i); n > most {
			best, most = i, n
		}
	}
	return best
}

func addresses(rows []newsletter.ImportRow, column int) (n int) {
	for _, row := range rows[:min(len(rows), 50)] {
		if column < len(row.Cells) {
			if _, err := newsletter.ParseAddress(row.Cells[column]); err == nil {
				n++
			}
		}
	}
	return n
}
