package demo

import "time"

// article is one piece of the source.
type article struct {
	slug     string
	title    string
	category string // as the source names it; the feed's mapping makes it a topic
	author   string
	age      time.Duration // before the start of the demo
	summary  string
	picture  string // a file below pictures/
	alt      string
	body     []string // paragraphs; one that begins with "## " is a heading
}

// older are on the source before anybody signs up: the first fetch takes them as its baseline, and
// they are owed to nobody.
var older = []article{
	{
		slug: "van-start", title: "Expertgroep Nieuwe Democratie is begonnen", category: "Experimenten",
		author: "Marije Hoekstra", age: 40 * 24 * time.Hour,
		summary: "Twaalf mensen uit raden, gemeentehuizen en buurten zoeken samen naar nieuwe vormen van lokale democratie.",
		body: []string{
			"Aan de eerste tafel zaten een griffier, twee wethouders, een dorpscoördinator en acht anderen die elke dag merken waar de lokale democratie knelt. Ze spraken af om geen rapport te schrijven, maar te proberen, te kijken en te delen wat werkt.",
			"Elke zes weken is er een werksessie. Wat daar op tafel komt, leest u hier.",
		},
	},
	{
		slug: "wat-is-maatschappelijke-democratie", title: "Wat bedoelen we met maatschappelijke democratie?", category: "Bewoners",
		author: "Jelmer Drenth", age: 26 * 24 * time.Hour,
		summary: "Bewoners die zelf een zwembad, een bus of een dorpshuis draaiend houden: dat is ook democratie.",
		body: []string{
			"Democratie is meer dan stemmen en vergaderen. Wie samen een voorziening in stand houdt, neemt ook besluiten over het dorp. De vraag is hoe raad en gemeente zich daartoe verhouden.",
		},
	},
}

// fresh appear once the people have signed up: the first digests bring them.
var fresh = []article{
	{
		slug: "raad-luistert-eerst", title: "De raad luistert eerst, en besluit daarna", category: "Raad",
		author: "Marije Hoekstra", age: 50 * time.Hour,
		summary: "In drie gemeenten begint een onderwerp niet meer met een voorstel, maar met een avond zonder microfoon. Raadsleden vertellen wat dat van hen vraagt.",
		picture: "kring.png", alt: "Tekening van een kring stoelen in een zaal; op elke stoel zit iemand, één stoel is nog vrij.",
		body: []string{
			"Wie vroeger wilde inspreken, kreeg drie minuten aan het eind van de rit. Het voorstel lag er al. In drie Drentse gemeenten is de volgorde nu omgekeerd: de raad nodigt eerst mensen uit die met het onderwerp leven, en praat pas daarna over een voorstel.",
			"## Wat het vraagt",
			"‘Het lastigste is dat ik niets hoef te vinden,’ zegt een raadslid uit Westerveld. ‘Ik zit daar om te begrijpen.’ De griffie maakt een verslag dat de aanwezigen zelf nalezen. Pas dan gaat het naar het college.",
			"## Wat het oplevert",
			"De voorstellen die volgden, waren korter en werden minder vaak teruggestuurd. Dat is nog geen bewijs, maar wel een reden om door te gaan.",
		},
	},
	{
		slug: "buurtbudget-zonder-formulier", title: "Een buurtbudget zonder formulier", category: "Experimenten",
		author: "Roelof Kuipers", age: 46 * time.Hour,
		summary: "Een dorp in het Westerkwartier verdeelt 15.000 euro aan een lange tafel. Geen aanvraag, wel een gesprek. Zo ging het de eerste keer.",
		picture: "tafel.png", alt: "Tekening van een lange tafel met koffiekopjes en kaartjes in verschillende kleuren.",
		body: []string{
			"Dertig mensen, vijf plannen en één avond. Ieder plan kreeg tien minuten, daarna schoven de aanwezigen kaartjes heen en weer tot de verdeling klopte.",
			"Twee plannen werden er samen één: de schaatsers en de biljarters bleken dezelfde ruimte te zoeken. ‘Dat had geen formulier gezien,’ zegt de dorpscoördinator.",
		},
	},
	{
		slug: "ambtenaar-op-de-fiets", title: "De ambtenaar op de fiets", category: "Organisatie",
		author: "Jelmer Drenth", age: 30 * time.Hour,
		summary: "Een gemeente gaf twintig medewerkers een vaste dag in een dorp. Na een halfjaar zijn de lijnen korter, en de agenda's voller.",
		body: []string{
			"Wie elke dinsdag in hetzelfde dorp is, wordt aangesproken bij de bakker. Dat was precies de bedoeling. Vragen die eerst maanden rondgingen, zijn nu vaak binnen een week beantwoord.",
			"Er is ook een keerzijde: het werk op kantoor blijft liggen als niemand het overneemt. De gemeente heeft daarom afgesproken wat er níét meer hoeft.",
		},
	},
	{
		slug: "dorp-maakt-zelf-een-visie", title: "Een dorp schrijft zelf zijn omgevingsvisie", category: "Regie",
		author: "Marije Hoekstra", age: 26 * time.Hour,
		summary: "De bewoners van een streek met vier dorpen wilden niet wachten op de gemeente. Ze schreven hun eigen visie, en de raad nam haar bijna ongewijzigd over.",
		body: []string{
			"Het begon met een kaart op de grond van de gymzaal. Wie wilde, zette er een voet op en vertelde wat daar zou moeten blijven of veranderen. Acht avonden later lag er een visie van negen bladzijden.",
			"De gemeente leverde een tekenaar en een jurist, en verder niets. ‘Dat was moeilijk, maar goed,’ zegt de wethouder.",
		},
	},
	{
		slug: "wie-zit-er-niet-aan-tafel", title: "Wie zit er niet aan tafel?", category: "Bewoners",
		author: "Roelof Kuipers", age: 8 * time.Hour,
		summary: "Loten werkt om andere mensen aan tafel te krijgen, maar niet vanzelf. Vijf dingen die we leerden van drie burgerraden in het Noorden.",
		body: []string{
			"Een brief van de burgemeester helpt. Een telefoontje helpt meer. En wie oppas, vervoer of een tolk nodig heeft, moet dat niet hoeven vragen: bied het aan.",
			"## Vijf lessen",
			"Bel na. Begin met eten. Betaal reiskosten op de avond zelf. Laat mensen in hun eigen taal beginnen. En vertel wat er met hun advies is gedaan, ook als dat weinig is.",
		},
	},
	{
		slug: "netwerk-van-dorpshuizen", title: "Dorpshuizen delen hun huismeester", category: "Overig",
		author: "Jelmer Drenth", age: 5 * time.Hour,
		summary: "Zeven dorpshuizen vonden elkaar in een app-groep en delen nu een huismeester, een beamer en een boekhouder.",
		body: []string{
			"Niemand had het bedacht, het groeide. De ene vrijwilliger zocht iemand voor de cv-ketel, de andere kende er een. Nu is er een rooster, een gedeelde rekening en een jaarlijkse soepavond.",
		},
	},
}

// session is written here by an editor, in Markdown: the agenda of the first digests.
const session = `+++
title = "Werksessie: het samenspel van raad en bewoners"
author = "Marije Hoekstra"
topics = ["raad", "bewoners"]
summary = "Met elkaar aan vier tafels: wat kan de raad loslaten, en wat juist niet? Aanmelden is niet nodig."
starts = %s
ends = %s
place = "Dorpshuis De Deel, Rolde"
language = "nl"
+++

Wat gebeurt er als een raad een besluit echt aan bewoners overlaat? We bekijken vier voorbeelden uit
Groningen en Drenthe, en werken er twee uit met de mensen om wie het gaat.

## Programma

- 13.30 uur: inloop met koffie
- 14.00 uur: vier verhalen van tien minuten
- 15.00 uur: aan tafel
- 16.30 uur: wat nemen we mee?

De zaal is goed bereikbaar met een rolstoel. Er is een ringleiding.
`
