package demo

import (
	"context"
	"time"
)

// later appear while the demo runs, one at a time, so that who signs up has a next digest to wait for.
var later = []article{
	{slug: "schaduwraad-van-jongeren", title: "Een schaduwraad van zestienjarigen", category: "Raad", author: "Marije Hoekstra",
		summary: "Zes leerlingen volgden een jaar lang de raad en schreven bij elk besluit hun eigen advies. Vier keer nam de raad het over.",
		body:    []string{"Ze lazen de stukken eerder dan de fracties, zegt de griffier. En ze stelden de vraag die niemand meer stelde: voor wie doen we dit?"}},
	{slug: "dorpsapp-of-prikbord", title: "Dorpsapp of prikbord?", category: "Bewoners", author: "Roelof Kuipers",
		summary: "Een werkgroep telde wie ze bereikte met een app, een nieuwsbrief en het prikbord bij de supermarkt. Het prikbord won.",
		body:    []string{"De app bereikte de mensen die er toch al bij waren. Wie je mist, kom je tegen waar iedereen komt."}},
	{slug: "recht-om-uit-te-dagen", title: "Het recht om uit te dagen, drie jaar later", category: "Regie", author: "Jelmer Drenth",
		summary: "Bewoners mogen een taak van de gemeente overnemen als ze denken het beter te kunnen. Elf groepen probeerden het, zeven doen het nog.",
		body:    []string{"Groen, een bushalte, de sporthal: wat klein begon, bleef. Wat misging, ging mis op verzekeringen en op vrijwilligers die ermee stopten."}},
	{slug: "college-aan-de-keukentafel", title: "Het college aan de keukentafel", category: "Organisatie", author: "Marije Hoekstra",
		summary: "Wethouders die zonder ambtenaren op bezoek gaan: wat horen ze dat ze op het gemeentehuis niet horen?",
		body:    []string{"Vooral wat er níét gezegd wordt, zegt een van hen. En dat de brief waar drie afdelingen aan schreven, ongeopend op tafel lag."}},
	{slug: "loting-voor-de-rekenkamer", title: "Gelote burgers lezen mee met de rekenkamer", category: "Experimenten", author: "Roelof Kuipers",
		summary: "Acht gelote inwoners bepaalden wat de rekenkamer onderzocht. Het werd geen groot project, maar de wachttijd aan het loket.",
		body:    []string{"Het onderzoek kostte zes weken en leidde tot een besluit in één vergadering. De volgende loting is al gehouden."}},
	{slug: "noaberschap-als-netwerk", title: "Noaberschap is ook een netwerk", category: "Overig", author: "Jelmer Drenth",
		summary: "Wat oude burenplicht en nieuwe netwerken met elkaar gemeen hebben, en wat een gemeente daarvan kan leren.",
		body:    []string{"Wederkerigheid is niet te regelen, wel te verstoren. Wie helpt met geld, neemt soms ongemerkt iets over."}},
	{slug: "besluiten-op-zaterdag", title: "Besluiten op zaterdagmiddag", category: "Raad", author: "Marije Hoekstra",
		summary: "Eén gemeente verplaatste de raadsvergadering drie keer naar de zaterdag. De tribune zat vol, de fracties waren verdeeld.",
		body:    []string{"Voor wie doordeweeks werkt of zorgt, was het de eerste keer. Raadsleden met een gezin dachten er anders over."}},
	{slug: "de-kaart-van-het-westerkwartier", title: "Een kaart die bewoners zelf tekenden", category: "Bewoners", author: "Roelof Kuipers",
		summary: "Waar komen mensen elkaar tegen? Tweehonderd bewoners zetten het op de kaart. De gemeente ontdekte veertig plekken die ze niet kende.",
		body:    []string{"Een bankje bij de brug, de hal van de huisarts, een schuur met een kachel. Drie ervan stonden op de lijst om te worden opgeruimd."}},
}

// pauseBetween lies between two of them: long enough to sign up and confirm.
const pauseBetween = 2 * time.Minute

// publishOn brings the later articles while the demo runs.
func (d *demo) publishOn(ctx context.Context) {
	for _, a := range later {
		if sleep(ctx, pauseBetween) != nil {
			return
		}
		a.age = d.source.start.Sub(d.Now())
		d.source.publish(a)
		if err := d.service.FetchNow(ctx); err != nil && ctx.Err() == nil {
			d.Log.Error("the feed could not be woken", "err", err)
		}
		d.say("%s  A new article: %s", d.Now().In(d.Zone).Format("15:04"), a.title)
	}
	d.say("The source has no more articles. You can go on looking around.")
}
