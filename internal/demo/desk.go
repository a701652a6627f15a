package demo

import (
	"context"
	"fmt"
)

// waiting is written by an editor after the first digests: what the edition holds that waits for approval.
var waiting = []string{`+++
title = "Wie praat er mee over de begroting?"
author = "Marije Hoekstra"
topics = ["regie", "raad"]
summary = "Drie dorpen kregen elk een ton om zelf te verdelen. Het geld raakte op; het gesprek nog niet."
language = "nl"
+++

In het eerste dorp ging het naar een steiger, in het tweede naar de school. Het derde bewaart het nog: daar kwam men er niet uit, en dat vindt niemand erg.

## Wat werkte

- een zaal waar iedereen al eens was geweest
- een bedrag dat vooraf vaststond
- een avond zonder wethouder
`, `+++
title = "Een loting die misging, en waarom dat goed was"
author = "Roelof Kuipers"
topics = ["experimenten"]
summary = "Van de tweehonderd gelote inwoners kwamen er twaalf. Die twaalf schreven op wat er aan de uitnodiging schortte."
language = "nl"
+++

De brief was vier kanten lang en begon met een wetsartikel. De nieuwe past op een kaart. Nu komt een op de vijf.
`}

// openDesk puts an edition on the editors' desk that waits for approval, and returns a link that signs the
// visitor in.
func (d *demo) openDesk(ctx context.Context) (link string, err error) {
	for _, text := range waiting {
		if err := d.service.AddPost(ctx, text); err != nil {
			return "", fmt.Errorf("a post of the desk: %w", err)
		}
	}
	return d.service.Desk(ctx)
}
