package editor

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"bode.example/internal/newsletter"
)

// One person can't take the streams of all.
func TestStreams_AreShared(t *testing.T) {
	s := streams{each: map[newsletter.PublicID]int{}}
	anna := newsletter.NewPublicID()
	var leave []func()
	for range mostOwnStreams {
		out, ok := s.enter(anna)
		if !ok {
			t.Fatal("refused within the limit")
		}
		leave = append(leave, out)
	}
	if _, ok := s.enter(anna); ok {
		t.Error("one too many")
	}
	for range mostStreams - mostOwnStreams {
		if _, ok := s.enter(newsletter.NewPublicID()); !ok {
			t.Fatal("others have no room")
		}
	}
	if _, ok := s.enter(newsletter.NewPublicID()); ok {
		t.Error("more than there may be in all")
	}
	for _, out := range leave {
		out()
	}
	if _, ok := s.enter(anna); !ok || s.each[anna] != 1 {
		t.Error("a stream that has ended still counts")
	}
}

// One picture is made anew at a time: who comes second waits, and gives up when their browser does.
func TestPictures_OneAtATime(t *testing.T) {
	d := &door{easel: make(chan struct{}, 1)}
	upload := func(ctx context.Context) error {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("picture", "a.png")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte("no picture"))
		_ = form.Close()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Fatal(err)
		}
		_, err = d.uploaded(r, "picture", &newsletter.List{ID: 1}, 100)
		return err
	}
	synctest.Test(t, func(t *testing.T) {
		d.easel = make(chan struct{}, 1)
		d.easel <- struct{}{} // somebody's is being made
		var done error
		go func() { done = upload(t.Context()) }()
		synctest.Wait()
		if done != nil {
			t.Errorf("it was made beside another one: %v", done)
		}
		<-d.easel
		synctest.Wait()
		if !newsletter.Is(done, newsletter.Invalid) {
			t.Errorf("when its turn has come: %v", done)
		}
		d.easel <- struct{}{}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := upload(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("its browser has gone: %v", err)
		}
		<-d.easel
	})
	if len(d.easel) != 0 {
		t.Error("who is ready keeps the others waiting")
	}
}
