package public_test

import (
	"context"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type tmpStore struct{ *store.Store }

func (tmpStore) VariantByPublicID(context.Context, newsletter.PublicID) (*newsletter.Variant, *newsletter.Edition, error) {
	return nil, nil, newsletter.Errorf(newsletter.NotFound, "x", "x")
}
