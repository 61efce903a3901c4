package modzip

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// A rawMember is a member with each field that a hostile writer could choose. Those of the header
// and of the descriptor are as in the directory unless they are set.
type rawMember struct {
	name      string
	method    uint16
	flags     uint16
	crc       uint32
	packed    []byte // as it lies in the zip
	claimed   uint32 // size of the content
	claimedIn uint32 // size of packed
	mode      uint32 // st_mode
	disk      uint16
	extra     []byte
	comment   string

	inHeader     *headerFields
	inDescriptor *headerFields
	descriptor   []byte // instead of the one with signature and 32-bit sizes
	before       []byte // junk before the header
	localExtra   []byte
	offsetOf     *int // take the header of that member
}

type headerFields struct {
	name               string
	flags, method      uint16
	crc, packed, sized uint32
}

// A rawZip is a file of such members.
type rawZip struct {
	members       []rawMember
	order         []int // of the directory, when it is another one
	shift         []int // added to the offsets of the members
	damage        map[int]byte
	beforeDir     []byte // junk
	inDir         []byte // junk behind the last entry, inside the directory
	beforeEnd     []byte // junk between directory and end record
	comment       string
	after         []byte // junk behind everything
	offsetDelta   int    // of the directory, from the truth
	countDelta    int
	commentDelta  int
	disk, dirDisk uint16
	zip64         bool // with the zip64 records
	zip64Change   func(record, locator []byte)
	endChange     func(record []byte)
}

const descriptorFlag = 8

func deflate(content []byte) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, 6)
	w.Write(content)
	w.Close()
	return out.Bytes()
}

func deflated(name, content string) rawMember {
	return rawMember{name: name, method: 8, packed: deflate([]byte(content))}.claims(content)
}

func stored(name, content string) rawMember {
	return rawMember{name: name, packed: []byte(content)}.claims(content)
}

func folder(name string) rawMember { return stored(name, "") }

// claims sets what the directory says to what is true for this content.
func (m rawMember) claims(content string) rawMember {
	m.crc = crc32.ChecksumIEEE([]byte(content))
	m.claimed, m.claimedIn = uint32(len(content)), uint32(len(m.packed))
	return m
}

// with changes a copy.
func (m rawMember) with(change func(*rawMember)) rawMember {
	change(&m)
	return m
}

func (m rawMember) header() headerFields {
	return headerFields{m.name, m.flags, m.method, m.crc, m.claimedIn, m.claimed}
}

var le = binary.LittleEndian

func (m rawMember) appendLocal(out []byte) []byte {
	h := m.header()
	if m.flags&descriptorFlag != 0 {
		h.crc, h.packed, h.sized = 0, 0, 0
	}
	if m.inHeader != nil {
		h = *m.inHeader
	}
	out = append(out, "PK\x03\x04\x14\x00"...)
	out = le.AppendUint16(out, h.flags)
	out = le.AppendUint16(out, h.method)
	out = append(out, 0, 0, 0x21, 0)
	out = appendSizes(out, h)
	out = le.AppendUint16(out, uint16(len(h.name)))
	out = le.AppendUint16(out, uint16(len(m.localExtra)))
	out = append(append(append(out, h.name...), m.localExtra...), m.packed...)
	switch {
	case m.descriptor != nil:
		out = append(out, m.descriptor...)
	case m.flags&descriptorFlag != 0:
		d := m.header()
		if m.inDescriptor != nil {
			d = *m.inDescriptor
		}
		out = appendSizes(append(out, "PK\x07\x08"...), d)
	}
	return out
}

func appendSizes(out []byte, h headerFields) []byte {
	out = le.AppendUint32(out, h.crc)
	out = le.AppendUint32(out, h.packed)
	return le.AppendUint32(out, h.sized)
}

func (m rawMember) appendEntry(out []byte, offset int) []byte {
	out = append(out, "PK\x01\x02\x14\x03\x14\x00"...)
	out = le.AppendUint16(out, m.flags)
	out = le.AppendUint16(out, m.method)
	out = append(out, 0, 0, 0x21, 0)
	out = appendSizes(out, m.header())
	out = le.AppendUint16(out, uint16(len(m.name)))
	out = le.AppendUint16(out, uint16(len(m.extra)))
	out = le.AppendUint16(out, uint16(len(m.comment)))
	out = le.AppendUint16(out, m.disk)
	out = append(out, 0, 0)
	out = le.AppendUint32(out, m.mode<<16)
	out = le.AppendUint32(out, uint32(offset))
	return append(append(append(out, m.name...), m.extra...), m.comment...)
}

func (z rawZip) bytes() []byte {
	var out []byte
	offsets := make([]int, len(z.members))
	for i, m := range z.members {
		out = append(out, m.before...)
		offsets[i] = len(out)
		if m.offsetOf != nil {
			offsets[i] = offsets[*m.offsetOf]
			continue
		}
		out = m.appendLocal(out)
	}
	for i, delta := range z.shift {
		offsets[i] += delta
	}
	out = append(out, z.beforeDir...)
	dir := len(out)
	for i := range z.members {
		if z.order != nil {
			i = z.order[i]
		}
		out = z.members[i].appendEntry(out, offsets[i])
	}
	out = append(out, z.inDir...)
	size := len(out) - dir
	out = append(out, z.beforeEnd...)
	out = append(z.appendEnd(out, dir+z.offsetDelta, size), z.after...)
	for at, b := range z.damage {
		out[at] = b
	}
	return out
}

// damaged puts another byte at an offset.
func (z rawZip) damaged(at int, b byte) rawZip {
	z.damage = map[int]byte{at: b}
	return z
}

func (z rawZip) appendEnd(out []byte, dir, size int) []byte {
	count := len(z.members) + z.countDelta
	count16, size32, dir32 := uint16(count), uint32(size), uint32(dir)
	if z.zip64 {
		at := len(out)
		record := append([]byte("PK\x06\x06\x2c\x00\x00\x00\x00\x00\x00\x00\x2d\x00\x2d\x00"), make([]byte, 8)...)
		for _, value := range []int{count, count, size, dir} {
			record = le.AppendUint64(record, uint64(value))
		}
		locator := append(le.AppendUint64([]byte("PK\x06\x07\x00\x00\x00\x00"), uint64(at)), 1, 0, 0, 0)
		if z.zip64Change != nil {
			z.zip64Change(record, locator)
		}
		out = append(append(out, record...), locator...)
		count16, size32, dir32 = 0xffff, 0xffffffff, 0xffffffff
	}
	end := le.AppendUint16([]byte("PK\x05\x06"), z.disk)
	end = le.AppendUint16(end, z.dirDisk)
	end = le.AppendUint16(le.AppendUint16(end, count16), count16)
	end = le.AppendUint32(le.AppendUint32(end, size32), dir32)
	end = le.AppendUint16(end, uint16(len(z.comment)+z.commentDelta))
	if z.endChange != nil {
		z.endChange(end)
	}
	return append(append(out, end...), z.comment...)
}
