package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/picture"
)

var (
	red  = color.NRGBA{200, 20, 20, 255}
	blue = color.NRGBA{20, 20, 200, 255}
)

// halves is red above and blue below.
func halves(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, red)
			if y >= height/2 {
				m.SetNRGBA(x, y, blue)
			}
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts metadata into a JPEG file: how it is turned, and where it was taken.
func withEXIF(file []byte, orientation uint16) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	exif = binary.BigEndian.AppendUint16(exif, orientation)
	exif = append(exif, "\x00\x00\x00\x00\x00\x00 Dorpsstraat 12"...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2)) //nolint:gosec // a few octets
	return bytes.Join([][]byte{file[:2], segment, exif, file[2:]}, nil)
}

// isRed reports whether a pixel is more red than blue.
func isRed(m image.Image, x, y int) bool {
	r, _, b, _ := m.At(x, y).RGBA()
	return r > b
}

func TestMetadataIsGone(t *testing.T) {
	p, err := picture.Make(append(withEXIF(jpegOf(t, halves(60, 40)), 1), "behind the end"...), picture.MaxSide)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"Exif", "Dorpsstraat", "behind"} {
		if bytes.Contains(p.Content, []byte(hidden)) {
			t.Errorf("%q is still there", hidden)
		}
	}
	if p.Media != "image/jpeg" || p.Width != 60 || p.Height != 40 {
		t.Errorf("%s %d×%d", p.Media, p.Width, p.Height)
	}
}

func TestTurnedUpright(t *testing.T) {
	// Where the red half of the stored pixels ends up.
	for orientation, want := range map[uint16]string{1: "top", 2: "top", 3: "bottom", 4: "bottom", 5: "left", 6: "right", 7: "right", 8: "left", 9: "top"} {
		p, err := picture.Make(withEXIF(jpegOf(t, halves(64, 32)), orientation), picture.MaxSide)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(p.Content))
		if err != nil {
			t.Fatal(err)
		}
		if sideways := orientation >= 5 && orientation <= 8; sideways != (p.Height > p.Width) {
			t.Errorf("orientation %d: %d×%d", orientation, p.Width, p.Height)
		}
		w, h := p.Width, p.Height
		got := map[string]bool{"top": isRed(m, w/2, 2) && !isRed(m, w/2, h-3), "bottom": isRed(m, w/2, h-3) && !isRed(m, w/2, 2),
			"left": isRed(m, 2, h/2) && !isRed(m, w-3, h/2), "right": isRed(m, w-3, h/2) && !isRed(m, 2, h/2)}
		if !got[want] {
			t.Errorf("orientation %d: red is not at the %s: %v", orientation, want, got)
		}
	}
}

func TestMadeSmaller(t *testing.T) {
	p, err := picture.Make(jpegOf(t, halves(3000, 1000)), 600)
	if err != nil || p.Width != 600 || p.Height != 200 {
		t.Fatalf("%+v, %v", p, err)
	}
	m, err := jpeg.Decode(bytes.NewReader(p.Content))
	if err != nil || !isRed(m, 300, 50) || isRed(m, 300, 150) {
		t.Error("not the same picture", err)
	}
}

// What can be seen through stays so, and colours no edge.
func TestSeeThrough(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	for y := range 100 {
		for x := range 51 {
			m.SetNRGBA(x, y, blue)
		}
	}
	p, err := picture.Make(pngOf(t, m), 50)
	if err != nil || p.Media != "image/png" {
		t.Fatal(p, err)
	}
	made, err := png.Decode(bytes.NewReader(p.Content))
	if err != nil {
		t.Fatal(err)
	}
	edge, ok := made.(*image.NRGBA)
	if !ok {
		t.Fatalf("%T", made)
	}
	if c := edge.NRGBAAt(25, 10); c.B != blue.B || c.A < 127 || c.A > 128 {
		t.Errorf("the edge is %v", c)
	}
	if c := edge.NRGBAAt(40, 10); c.A != 0 {
		t.Errorf("beyond the edge: %v", c)
	}
}

func TestPictureRefused(t *testing.T) {
	var animated bytes.Buffer
	if err := gif.Encode(&animated, halves(10, 10), nil); err != nil {
		t.Fatal(err)
	}
	if p, err := picture.Make(animated.Bytes(), 100); err != nil || p.Media != "image/png" {
		t.Error(p, err)
	}
	whole := jpegOf(t, halves(300, 300))
	huge := pngOf(t, image.NewNRGBA(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(huge[16:], 1<<30) // says of itself that it is a million times wider
	for name, tt := range map[string]struct {
		file   []byte
		reason string
	}{
		"nothing": {nil, "picture_format"},
		"text":    {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "picture_format"},
		"cut off": {whole[:len(whole)/2], "picture_broken"},
		"large":   {[]byte(strings.Repeat("x", picture.MaxUpload+1)), "picture_too_large"},
		"bomb":    {huge, "picture_broken"},
	} {
		_, err := picture.Make(tt.file, picture.MaxSide)
		var e *newsletter.Error
		if !newsletter.Is(err, newsletter.Invalid) || !as(err, &e) || e.Field != "picture" || e.Reason != tt.reason && name != "bomb" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func as(err error, e **newsletter.Error) bool {
	coded, ok := err.(*newsletter.Error) //nolint:errorlint // Make returns it bare
	*e = coded
	return ok
}

// Whatever a file holds, it is a picture within the limits or an error of the person who sent it.
func FuzzMake(f *testing.F) {
	f.Add(withEXIF(jpegOf(f, halves(20, 10)), 6))
	f.Add(pngOf(f, halves(5, 5)))
	f.Add([]byte("GIF89a\x01\x00\x01\x00"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II\x2a\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := picture.Make(file, 64)
		if err != nil {
			if !newsletter.Is(err, newsletter.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width > 64 || p.Height > 64 || len(p.Content) == 0 {
			t.Fatalf("%d×%d, %d octets", p.Width, p.Height, len(p.Content))
		}
	})
}
