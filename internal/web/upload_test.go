package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"bode.example/internal/web"
)

// A file that was sent is gone when its request is answered: nothing of people stays in a folder for
// temporary files.
func TestUploadsLeaveNothingBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	files := func() int {
		entries, err := os.ReadDir(os.Getenv("TMPDIR"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	door, _ := testDoor(t, nil)
	during := 0
	door.Handle("POST /upload", func(w http.ResponseWriter, r *http.Request) error {
		_, err := web.Form(r)
		during = files()
		return err
	})
	door.Limit("POST /upload", web.Limits{Body: 20 << 20})

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "readers.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(bytes.Repeat([]byte("lezer@voorbeeld.nl\n"), 1<<20))
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "https://nieuws.example/upload", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	if w.Code != http.StatusOK || during == 0 {
		t.Fatalf("status %d, and %d files while it was read", w.Code, during)
	}
	if n := files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}
