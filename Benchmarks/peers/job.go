package main

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// What arrives and what the service sets: as ContextFill and StandardWork of Sources have it, for layer 1.
const (
	traceID           = "4bf92f3577b34da6a3ce929d0e0e4736"
	arrivingSpanID    = "00f067aa0ba902b7"
	flags             = "01"
	arrivingRequestID = "9e3779b97f4a7c15"
	arrivingUser      = 1_000_001
	tenant            = "9e3779b97f4a7c1"
	layerUser         = 1_000_001
)

// Bytes, because that is how they lie in a service that makes a new text of them for each request.
var layerRequestID = []byte("9e3779b97f4a7c15")

func arrivingFields() map[string]string {
	return map[string]string{
		"traceparent": "00-" + traceID + "-" + arrivingSpanID + "-" + flags,
		"baggage":     fmt.Sprintf("request-id=%s,user=%d,tenant=%s", arrivingRequestID, arrivingUser, tenant),
	}
}

func spanID(job int) uint64 { return uint64(job) | 1 }

const hexDigits = "0123456789abcdef"

func appendHex(to []byte, word uint64) []byte {
	for shift := 60; shift >= 0; shift -= 4 {
		to = append(to, hexDigits[word>>shift&15])
	}
	return to
}

// The word in lower hex digits, and nothing else.
func parseHex(digits string) (word uint64, ok bool) {
	for index := 0; index < len(digits); index++ {
		digit := digits[index]
		switch {
		case digit >= '0' && digit <= '9':
			word = word<<4 | uint64(digit-'0')
		case digit >= 'a' && digit <= 'f':
			word = word<<4 | uint64(digit-'a'+10)
		default:
			return 0, false
		}
	}
	return word, true
}

// Whether the fields, or the section, hold all that the service passes on, after one job.
func expectWritten(written []string) error {
	all := strings.Join(written, " ")
	for _, part := range []string{traceID, "0000000000000001", "request-id", string(layerRequestID), "user",
		fmt.Sprint(layerUser), "tenant", tenant} {
		if !strings.Contains(all, part) {
			return fmt.Errorf("%q is not in %q", part, all)
		}
	}
	return nil
}

// ContextChecksum of Sources.
type checksum struct{ sum uint64 }

func (c *checksum) value() uint64 {
	return c.sum ^ 0xcbf2_9ce4_8422_2325
}

// The start is folded in here, so that the zero value is a sum of nothing.
func (c *checksum) fold(word uint64) {
	value := (c.value() ^ word) * 0x9e37_79b9_7f4a_7c15
	value ^= value >> 32
	c.sum = value ^ 0xcbf2_9ce4_8422_2325
}

func (c *checksum) foldAbsent() { c.fold(0xabad_1dea) }

func (c *checksum) foldText(text string) {
	rest := text
	for len(rest) >= 8 {
		c.fold(binary.LittleEndian.Uint64([]byte(rest[:8])))
		rest = rest[8:]
	}
	if len(rest) > 0 {
		var word uint64
		for index := 0; index < len(rest); index++ {
			word |= uint64(rest[index]) << (8 * index)
		}
		c.fold(word)
	}
	c.fold(uint64(len(text)))
}
