package storetest

import (
	"reflect"
	"slices"
	"testing"

	"bode.example/internal/store"
)

// Case shows what some methods of the store do. It gets a fresh store.
type Case struct {
	Name    string
	Methods []string // the exported methods of *store.Store that it covers
	Test    func(t *testing.T, s *store.Store)
}

// Cases returns every case there is.
func Cases() []Case {
	return slices.Concat(
		coreCases(),
		listCases(),
		feedCases(),
		postCases(),
		deskPostCases(),
		pictureCases(),
		deskFeedCases(),
		scheduleCases(),
		deskListCases(),
		reminderCases(),
		holdCases(),
		auditCases(),
		deliveryCases(),
		leaseCases(),
		uncertainCases(),
		wordingCases(),
		signupCases(),
		confirmationCases(),
		settingsCases(),
		upcomingCases(),
		leavingCases(),
		suppressionCases(),
		bounceCases(),
		proposalCases(),
		restrictionCases(),
		accessCases(),
		staffCases(),
		signInCases(),
		sessionCases(),
		addressChangeCases(),
		erasureCases(), comebackCases(),
		requestCases(),
		importCases(),
		admissionCases(),
		peopleCases(),
		carryCases(),
		paperCases(),
		replayCases(),
		rehashCases(),
		retentionCases(),
		applyCases(),
		dueCases(),
		dutyCases(),
		editionCases(),
		editionDeskCases(),
		alarmCases(),
		releaseCases(),
		reviewedCases(),
		progressCases(),
		recipientCases(),
		correctionCases(),
		resendCases(),
		consentProofCases(),
		anchorCases(),
		breachCases(),
	)
}

// Run runs every case on both engines, and fails for an exported method that none covers.
func Run(t *testing.T) {
	t.Run("every method has a case", func(t *testing.T) { covered(t, Cases()) })
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			Each(t, c.Test)
		})
	}
}

func covered(t *testing.T, cases []Case) {
	methods := map[string]bool{}
	for m := range reflect.TypeFor[*store.Store]().Methods() {
		methods[m.Name] = false
	}
	for _, c := range cases {
		for _, name := range c.Methods {
			if _, ok := methods[name]; !ok {
				t.Errorf("case %q covers %s, which the store doesn't have", c.Name, name)
			}
			methods[name] = true
		}
	}
	for name, has := range methods {
		if !has {
			t.Errorf("no case covers store.%s", name)
		}
	}
}
