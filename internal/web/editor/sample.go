package editor

import (
	"slices"

	"bode.example/internal/newsletter"
	"bode.example/internal/web/desk"
)

// Samples are pages in every state that an editor may meet, a line for each noun. Add renders them all, so
// that a template that doesn't work with its data stops the start. Their templates begin with a slash.
func Samples() []desk.Sample {
	return slices.Concat(
		todaySamples(),
		progressSamples(),
		recipientSamples(),
		correctionSamples(),
		postSamples(),
		editionSamples(),
		scheduleSamples(),
		feedSamples(),
		topicSamples(),
		subscriberSamples(),
		importSamples(),
		suppressionSamples(),
		listSamples(),
	)
}

var sampleTime = newsletter.At(desk.SampleTime)
