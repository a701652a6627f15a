package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// turn is a value of EXIF's orientation: where the first row and column of the stored pixels belong.
type turn int

// upright is a picture that needs no turning.
const upright turn = 1

// orientation reads how a JPEG file wants to be turned. What can't be understood is upright.
func orientation(file []byte) turn {
	if len(file) < 4 || file[0] != 0xff || file[1] != 0xd8 {
		return upright
	}
	for rest := file[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if marker == 0xda || size < 2 || len(rest) < 2+size { // the pixels begin: no metadata from here on
			return upright
		}
		if segment, ok := bytes.CutPrefix(rest[4:2+size], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return fromTIFF(segment)
		}
		rest = rest[2+size:]
	}
	return upright
}

// fromTIFF finds tag 274 in the first directory of a TIFF structure (TIFF 6.0, section 2).
func fromTIFF(b []byte) turn {
	if len(b) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(b, []byte("II")) {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return upright
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return upright
		}
		if order.Uint16(entries) == 274 {
			if value := turn(order.Uint16(entries[8:])); value >= 1 && value <= 8 {
				return value
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

// turned puts a picture upright.
func turned(from *image.NRGBA, how turn) *image.NRGBA {
	if how == upright {
		return from
	}
	width, height := from.Rect.Dx(), from.Rect.Dy()
	size := image.Rect(0, 0, width, height)
	if how >= 5 {
		size = image.Rect(0, 0, height, width)
	}
	to := image.NewNRGBA(size)
	for y := range height {
		for x := range width {
			// Where the pixel of this stored column and row belongs.
			tx, ty := x, y
			switch how {
			case 2:
				tx = width - 1 - x
			case 3:
				tx, ty = width-1-x, height-1-y
			case 4:
				ty = height - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = height-1-y, x
			case 7:
				tx, ty = height-1-y, width-1-x
			case 8:
				tx, ty = y, width-1-x
			}
			to.SetNRGBA(tx, ty, from.NRGBAAt(x, y))
		}
	}
	return to
}
