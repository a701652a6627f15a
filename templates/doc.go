// Package templates holds everything that people read: the templates of mails and pages, the text
// catalogue in each language, and the static files that pages ask for.
//
// # Folders
//
//	email/            mails; every mail is a pair: name.html and name.txt
//	email/parts/      definitions that the templates of email/ share
//	web/              pages, in folders of their own if wanted
//	web/parts/        definitions that the templates of web/ share
//	static/           files served as they are
//	locale/nl/*.toml  the texts in Dutch, one file per owner; locale/en/*.toml in English
//
// A template is called by its path, such as "email/digest.html". What ends in .html is escaped for
// where it lands (html/template); what ends in .txt is plain text (text/template). Every template is
// built with the parts of its own folder, so that two pages may define the same block.
//
// # Overlay
//
// An operator may lay a directory over the embedded one. A file there replaces the file of the same
// path; a locale file changes only the texts that it names. What replaces nothing is a fault, so a
// typing error can't go unseen.
//
// # The invariant
//
// A Set that was loaded and checked renders. Load refuses texts that are missing in a language or
// have other placeholders there, templates that use a text or a template that does not exist, and a
// text used without its placeholders. [Set.Check] then executes every template in every language
// with the sample data that its owner declares, and refuses one that nobody declared. Both are
// called when the program starts: a broken template stops the start, not the mail.
//
// # Texts
//
// A text is a line of TOML, or two lines for its plural forms (CLDR: one, other):
//
//	confirm_button = "Ja, ik wil deze nieuwsbrief"
//	greeting = "Beste {{.Name}},"
//	posts.one = "{{.Count}} bericht"
//	posts.other = "{{.Count}} berichten"
//
// A template says {{T "posts" "Count" .N}}. Whole numbers are written as the language writes them
// (1.204). A text whose key ends in _html holds markup and is used by {{TH "key" …}}, which escapes
// what is put into it.
//
// # Functions of templates
//
//	T, TH          a text of the catalogue; TH for keys that end in _html (HTML templates only)
//	lang           the language's code, for lang attributes
//	date t zone    maandag 23 november 2026
//	datetime t zone    maandag 23 november 2026, 08.00 uur
//	period from to zone    maandag 23 november 2026, 19.30 tot 21.30 uur
//	day t zone     23 november 2026
//	clock t zone   08.00 uur
//	machinetime t zone    2026-11-23T08:00:00+01:00, for datetime attributes
//	relative t now     over 3 dagen, 2 uur geleden
//	number n       1.204
//	dict k v …     a map, to hand several values to a part; a missing key is an error
//	outlook `markup`   a conditional comment for Outlook; the markup must be written out
//	underline "=" s    a heading of plain text
//	asset name     the path of a static file with its fingerprint: /static/site.css?v=…
//
// A zone is a *time.Location and always given: a time is never shown in a zone that nobody chose.
package templates
