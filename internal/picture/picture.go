package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // decoders
	"image/jpeg"
	"image/png"

	"bode.example/internal/newsletter"
)

// The limits of what is taken.
const (
	MaxUpload = 12 << 20   // octets of a file
	maxPixels = 25_000_000 // of a picture before it is made smaller; one that came progressively takes 15 octets each
	MaxSide   = 1600       // pixels of what is stored
)

// quality of JPEG, of 100: no difference is seen at the size at which digests show pictures.
const quality = 82

// Picture is one that was made anew.
type Picture struct {
	Media         string // image/jpeg or image/png
	Width, Height int    // pixels
	Content       []byte
}

// Make makes a picture of an uploaded file anew, at most side pixels wide and high. The errors say what to
// do with the file instead.
func Make(file []byte, side int) (*Picture, error) {
	if len(file) > MaxUpload {
		return nil, invalid("picture_too_large", "the file is larger than 12 MB: make it smaller first")
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case errors.Is(err, image.ErrFormat):
		return nil, invalid("picture_format", "this is no picture that can be shown: choose a JPEG, PNG or GIF file")
	case err != nil:
		return nil, invalid("picture_broken", "the picture can't be read: it is damaged")
	case config.Width < 1 || config.Height < 1 || config.Width*config.Height > maxPixels || config.Width > maxPixels:
		return nil, invalid("picture_too_many_pixels", "the picture has more than 25 million pixels: make it smaller first")
	}
	decoded, err := decode(file)
	if err != nil {
		return nil, invalid("picture_broken", "the picture can't be read: it is damaged")
	}
	turn := upright
	if format == "jpeg" {
		turn = orientation(file)
	}
	pixels := turned(shrink(decoded, side), turn)
	return encode(pixels, format)
}

// decode reads the pixels. A decoder that panics met a damaged file.
func decode(file []byte) (decoded image.Image, err error) {
	err = newsletter.Unharmed(func() (err error) {
		decoded, _, err = image.Decode(bytes.NewReader(file))
		return err
	})
	return decoded, err
}

// encode writes photos as JPEG, and what has see-through parts or came without loss and stays small as PNG.
func encode(pixels *image.NRGBA, format string) (*Picture, error) {
	p := &Picture{Media: "image/jpeg", Width: pixels.Rect.Dx(), Height: pixels.Rect.Dy()}
	if format != "jpeg" {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, pixels); err != nil {
			return nil, err
		}
		if !pixels.Opaque() || b.Len() < pngRoom {
			p.Media, p.Content = "image/png", b.Bytes()
			return p, nil
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, pixels, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	p.Content = b.Bytes()
	return p, nil
}

// pngRoom is how large a picture without see-through parts may be as PNG: logos and drawings are smaller.
const pngRoom = 200 << 10

// shrink makes a picture fit into a square, each pixel the average of those that it stands for.
func shrink(from image.Image, side int) *image.NRGBA {
	b := from.Bounds()
	width, height := fit(b.Dx(), b.Dy(), side)
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	if width == b.Dx() && height == b.Dy() {
		draw.Draw(to, to.Rect, from, b.Min, draw.Src)
		return to
	}
	for y := range height {
		y0, y1 := b.Min.Y+y*b.Dy()/height, b.Min.Y+max((y+1)*b.Dy()/height, y*b.Dy()/height+1)
		for x := range width {
			x0, x1 := b.Min.X+x*b.Dx()/width, b.Min.X+max((x+1)*b.Dx()/width, x*b.Dx()/width+1)
			to.SetNRGBA(x, y, average(from, image.Rect(x0, y0, x1, y1)))
		}
	}
	return to
}

// average is the colour of an area. Colours are added up as they shine through, so that what can't be seen
// colours no edge.
func average(from image.Image, area image.Rectangle) color.NRGBA {
	var red, green, blue, alpha, n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			r, g, b, a := from.At(x, y).RGBA()
			red, green, blue, alpha, n = red+uint64(r), green+uint64(g), blue+uint64(b), alpha+uint64(a), n+1
		}
	}
	if alpha == 0 {
		return color.NRGBA{}
	}
	part := func(sum uint64) uint8 { return uint8(min(255, (sum*255+alpha/2)/alpha)) }   //nolint:gosec // at most 255
	return color.NRGBA{part(red), part(green), part(blue), uint8((alpha/n + 128) / 257)} //nolint:gosec // at most 255
}

// fit is the size of a picture within a square, never larger than it is.
func fit(width, height, side int) (int, int) {
	longest := max(width, height)
	if longest <= side {
		return width, height
	}
	return max(1, width*side/longest), max(1, height*side/longest)
}

func invalid(reason, message string) error {
	e := newsletter.Errorf(newsletter.Invalid, reason, "%s", message)
	e.Field = "picture"
	return e
}
