package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func recipientSamples() []desk.Sample {
	base := recipientsPage{sending: sampleSending(newsletter.EditionSent), CanRelease: true, File: "/desk/editions/x/recipients.csv?",
		Kinds: []option{{"", "Iedereen", true}, {"failed", "Mislukt", false}}}
	var rows []recipientRow
	for _, one := range []newsletter.Recipient{
		{ID: 1, To: "jan@voorbeeld.nl", State: newsletter.DeliverySent, Code: 250, Status: "2.0.0", Reply: "2.0.0 Ok: queued as 4F1", EndedAt: sampleTime},
		{ID: 2, To: "een-heel-lang-adres.van.iemand@afdeling.gemeente-met-een-lange-naam.voorbeeld.nl", State: newsletter.DeliveryFailed, Code: 550, Status: "5.1.1",
			Reply: "5.1.1 <jan>: Recipient address rejected: User unknown in virtual mailbox table", EndedAt: sampleTime},
		{ID: 3, State: newsletter.DeliveryUncertain, HandedOverAt: sampleTime},
		{ID: 4, To: "later@voorbeeld.nl", State: newsletter.DeliveryPending, Attempts: 2, DueAt: newsletter.At(sampleTime.Add(3600e9)), Code: 451, Status: "4.7.1", Reply: "4.7.1 Greylisted"},
		{ID: 5, To: "nog@voorbeeld.nl", State: newsletter.DeliveryPending},
		{ID: 6, To: "weg@voorbeeld.nl", State: newsletter.DeliveryCancelled, EndedAt: sampleTime},
	} {
		rows = append(rows, rowOf(&one))
	}
	all, doubtful, failed, person, nobody := base, base, base, base, base
	all.Rows, all.Older = rows, "/desk/editions/x/recipients?after=6"
	doubtful.Rows, doubtful.Choosable, doubtful.Uncertain, doubtful.Query.Kind = rows[2:3], true, true, newsletter.RecipientUncertain
	failed.Rows, failed.Choosable, failed.Query.Kind = rows[1:2], true, newsletter.RecipientFailed
	person.Rows, person.Address, person.File = rows[:1], "jan@voorbeeld.nl", ""
	nobody.Address, nobody.File = "jan@voorbeeld", ""
	page := func(p *recipientsPage, faults ...web.Fault) web.Page {
		return web.Page{Template: "/editor/recipients.html", Data: p, Faults: faults}
	}
	return []desk.Sample{
		{Name: "recipients", Page: page(&all)}, {Name: "recipients-uncertain", Page: page(&doubtful)}, {Name: "recipients-failed", Page: page(&failed)}, {Name: "recipients-person", Page: page(&person)},
		{Name: "recipients-none", Page: page(&base)}, {Name: "recipients-nobody", Page: page(&recipientsPage{sending: base.sending, Address: "x@voorbeeld.nl"})},
		{Name: "recipients-fault", Page: page(&nobody, web.Fault{Field: "address", Text: "Dit kan geen e-mailadres zijn."})},
	}
}
