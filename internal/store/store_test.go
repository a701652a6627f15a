package store_test

import (
	"testing"

	"bode.example/internal/store/storetest"
)

func TestConformance(t *testing.T) { storetest.Run(t) }
