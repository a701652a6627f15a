package mailer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The binary form of a Letter: two magic bytes, a version, the parts, and a CRC-32C of all before
// it. A part is a count or a length as an unsigned varint, then its octets. A new version of the
// form gets a new number; the old ones stay readable, because letters lie in databases for as long
// as their editions are being sent.
const (
	letterMagic   = "FL"
	letterVersion = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errLetter is what every damaged letter gives: there is nothing to do about it but compile again.
var errLetter = errors.New("mailer: this isn't a letter in binary form, or it is damaged")

// MarshalBinary writes the letter in a form that later versions of this package read.
func (l *Letter) MarshalBinary() ([]byte, error) {
	w := append([]byte(letterMagic), letterVersion)
	w = appendCount(w, len(l.fields))
	for _, f := range l.fields {
		w = appendBytes(w, f)
	}
	w = appendCount(w, len(l.open))
	for _, f := range l.open {
		w = appendBytes(w, f.before)
		w = appendBytes(w, f.name)
		w = appendCount(w, len(f.fields))
		w = appendBytes(w, f.literals[0])
		for i, field := range f.fields {
			w = appendCount(w, field)
			w = appendBytes(w, f.literals[i+1])
		}
	}
	w = appendBytes(w, l.fixed)
	w = appendCount(w, len(l.slots))
	w = appendBytes(w, l.literals[0].text)
	for i, s := range l.slots {
		w = appendCount(w, s.field)
		w = append(w, byte(s.escape))
		w = appendBytes(w, l.literals[i+1].text)
	}
	return sealed(w), nil
}

func sealed(w []byte) []byte { return binary.BigEndian.AppendUint32(w, crc32.Checksum(w, castagnoli)) }

// UnmarshalBinary reads what MarshalBinary wrote, and copies what it keeps of data. Damaged data
// gives an error, never a letter that is wrong.
func (l *Letter) UnmarshalBinary(data []byte) error {
	if len(data) < len(letterMagic)+1+crc32.Size || string(data[:2]) != letterMagic {
		return errLetter
	}
	if version := data[2]; version != letterVersion {
		return fmt.Errorf("mailer: the letter has version %d of the binary form; this program reads version %d", version, letterVersion)
	}
	body, sum := data[:len(data)-crc32.Size], data[len(data)-crc32.Size:]
	if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(sum) {
		return errLetter
	}
	r := &letterReader{rest: append([]byte(nil), body[len(letterMagic)+1:]...)}
	read := r.letter()
	if r.bad || len(r.rest) > 0 || checkFields(read.fields) != nil {
		return errLetter
	}
	*l = *read
	return nil
}

func appendCount(w []byte, n int) []byte { return binary.AppendUvarint(w, uint64(n)) }

func appendBytes[T string | []byte](w []byte, b T) []byte {
	return append(appendCount(w, len(b)), b...)
}

// letterReader takes parts off rest. Once bad it yields nothing, so loops end.
type letterReader struct {
	rest []byte
	bad  bool
}

func (r *letterReader) letter() *Letter {
	l := &Letter{}
	for range r.count() {
		l.fields = append(l.fields, string(r.bytes()))
	}
	for range r.count() {
		l.open = append(l.open, r.openField(len(l.fields)))
	}
	l.fixed = r.bytes()
	slots := r.count()
	l.literals = append(l.literals, measure(r.bytes()))
	for range slots {
		l.slots = append(l.slots, slot{r.index(len(l.fields)), r.escaping()})
		l.literals = append(l.literals, measure(r.bytes()))
	}
	return l
}

func (r *letterReader) openField(fields int) openField {
	f := openField{before: r.bytes(), name: string(r.bytes())}
	f.structured = isStructured(f.name)
	n := r.count()
	f.literals = append(f.literals, string(r.bytes()))
	for range n {
		f.fields = append(f.fields, r.index(fields))
		f.literals = append(f.literals, string(r.bytes()))
	}
	return f
}

// count reads how many parts follow. A part takes an octet at least, so a count that is greater
// than what is left is a lie, and no loop runs longer than the data.
func (r *letterReader) count() int {
	n, size := binary.Uvarint(r.rest)
	if r.bad || size <= 0 || n > uint64(len(r.rest)-size) {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *letterReader) bytes() []byte {
	n := r.count()
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// index reads the number of one of n fields.
func (r *letterReader) index(n int) int {
	i, size := binary.Uvarint(r.rest)
	if r.bad || size <= 0 || i >= uint64(n) {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return int(i)
}

func (r *letterReader) escaping() escaping {
	if r.bad || len(r.rest) == 0 || r.rest[0] >= byte(escapings) {
		r.bad = true
		return 0
	}
	e := escaping(r.rest[0])
	r.rest = r.rest[1:]
	return e
}
