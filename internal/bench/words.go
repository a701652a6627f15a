package bench

// words are the posts of the edition that is sent: twelve, each on a topic of its own.
var words = []struct{ topic, title, text string }{
	{"De nieuwe rol van de raad", "De raad begint met een vraag in plaats van een voorstel",
		"In vier gemeenten opent de raadsavond sinds het voorjaar zonder stuk op tafel. Inwoners vertellen eerst wat er speelt, raadsleden luisteren en vragen door. Pas een week later schrijft de griffie op waarover besloten moet worden. De vergaderingen zijn er niet korter door geworden, maar er komt minder terug: van de negen besluiten die zo tot stand kwamen, is er niet één aangevochten."},
	{"De verbinding met bewoners", "Wie er niet was, heeft ook een stem",
		"Bij een inspraakavond komen vaak dezelfde twintig mensen. Een dorp in Westerwolde draaide het om en ging langs bij iedereen die nog nooit was geweest. Het werden zestig gesprekken aan keukentafels, in een sportkantine en bij de kassa van de supermarkt. Wat daar werd gezegd, stond in geen enkele zienswijze: dat de bus van half zeven belangrijker is dan een nieuw plein."},
	{"Experimenten met nieuwe democratie", "Loten voor de begroting: wat het derde jaar leerde",
		"Voor de derde keer beslisten honderd gelote inwoners over een deel van de begroting. De opkomst steeg van een op de acht naar een op de vijf. Het verschil zat niet in de brief, maar in het telefoontje erna. Wie gebeld werd door iemand die al eens had meegedaan, zei twee keer zo vaak ja. De gemeente heeft dat bellen nu aan oud-deelnemers overgelaten."},
	{"Interne organisatie van gemeenten", "Een ambtenaar met een opdracht van het dorp",
		"Drie ambtenaren werken sinds januari niet voor een afdeling, maar voor een dorp. Hun opdracht komt van een vergadering van bewoners, hun salaris van de gemeente. Dat wringt, vertellen ze, vooral wanneer het dorp iets anders wil dan het beleid. Toch willen ze niet terug: voor het eerst hoeven ze niet uit te leggen waarom iets niet kan voordat ze weten wat er gevraagd wordt."},
	{"Van buiten naar binnen werken", "Het stadhuis een maand lang op slot",
		"Niet vanwege een verbouwing, maar om te zien wat er dan gebeurt: een maand lang hield een kleine gemeente spreekuur in buurthuizen, scholen en bij de huisarts. De rij aan het loket verdween en de vragen veranderden. Mensen kwamen niet meer met een formulier, maar met een situatie. Over drie weken besluit het college of het loket nog open moet."},
	{"Het samenspel van raad en college", "Een akkoord op één bladzijde, en wat er niet in staat",
		"Het nieuwe raadsakkoord past op één kant van een vel. Wat er niet in staat, mag de raad gaandeweg met wisselende meerderheden beslissen. Het college moest eraan wennen: twee keer ging een wethouder naar huis zonder besluit. Na een half jaar noemt geen enkele fractie zich nog oppositie. De griffier telde de moties: het zijn er een derde minder dan vorig jaar."},
	{"De nieuwe netwerken", "Zeven energiecoöperaties en één telefoonnummer",
		"Zeven dorpen wekken hun eigen stroom op, elk met een eigen bestuur van vrijwilligers. Sinds de zomer delen ze een telefoonnummer, een boekhouder en een aanhanger met gereedschap. Meer wilden ze niet delen, en dat is volgens de oprichters precies waarom het werkt. De provincie bood een koepel met subsidie aan. Daar is vriendelijk voor bedankt."},
	{"Regie door burgers", "Bewoners schrijven het bestek van hun eigen straat",
		"De riolering moest open, en dus lag de hele straat op de schop. In plaats van een ontwerp kreeg de buurt het budget en een tekenaar, voor twintig avonden. Er kwamen minder parkeerplaatsen dan de norm voorschrijft en meer bomen dan het beheerplan aankan. De aannemer zegt dat hij nog nooit zo weinig is gebeld tijdens het werk."},
	{"Maatschappelijke democratie", "Het zwembad is van ons, en nu?",
		"Vijf jaar geleden nam een vereniging het zwembad over. Het water is warm, de kas is gezond, maar het bestuur wordt ouder. Wie mag beslissen als de leden niet meer komen en de gebruikers geen lid zijn? Op een drukke avond werd een nieuw reglement gemaakt: wie er zwemt, stemt mee. Ook de kinderen, over alles behalve de prijs van het kaartje."},
	{"Democratie en jongeren", "Zestien jaar en een eigen agendapunt",
		"Elke maand heeft een groep leerlingen een vast punt op de agenda van de raad. Ze vullen het zelf in en stemmen vooraf onderling. De eerste keer ging het over verlichting op het fietspad, de tweede keer over de wachttijd bij de jeugdzorg. Dat laatste leidde tot een debat van anderhalf uur, en tot een wethouder die zei dat hij zich had vergist."},
	{"Rekenkamer en verantwoording", "Meekijken met de rekenkamer, aan een lange tafel",
		"De rekenkamer legde haar onderzoek naar de jeugdhulp niet eerst voor aan de raad, maar aan veertig ouders. Zij lazen het concept aan een lange tafel en schreven in de kantlijn. Vier conclusies werden scherper en één verdween: die bleek te rusten op cijfers van voor de verhuizing. Het rapport kreeg twee kolommen, links de onderzoekers en rechts de tafel."},
	{"Taal van de overheid", "De brief die iedereen begreep",
		"Een gemeente liet duizend brieven herschrijven door mensen die ze moeten lezen. Dat leverde kortere zinnen op, maar vooral andere volgorde: eerst wat er van u wordt verwacht, dan waarom, en pas onderaan de wet. Het aantal telefoontjes halveerde binnen een maand. De juristen waren bang voor bezwaren. Die kwamen er niet meer dan anders; ze gingen wel vaker ergens over."},
}

// names are given to readers in turn; their letters need encoding, as real names do.
var names = []string{"Fenna de Vries", "Zoë Müller", "Jan-Willem van ’t Hoff", "Aïsha el Idrissi", "", "Roelof Kuipers", "Håkon Nijboer", "Trijntje Bloemsma"}
