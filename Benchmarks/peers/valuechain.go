package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

// context.WithValue, with W3C's headers read and written by hand: what the preset `value-chain` stands for.
type valueChain struct {
	arriving, sent map[string]string
}

type key struct{ name string }

var (
	spanKey      = &key{"span"}
	requestIDKey = &key{"request-id"}
	userKey      = &key{"user"}
	tenantKey    = &key{"tenant"}
	absentKey    = &key{"absent"}
	// Entries that the schema does not declare.
	othersKey = &key{"others"}
)

type span struct {
	traceHigh, traceLow, id uint64
	flags                   byte
}

type entry struct{ name, text string }

func newValueChain() *valueChain {
	return &valueChain{arriving: arrivingFields(), sent: map[string]string{}}
}

func (p *valueChain) name() string { return "context.WithValue" }

func (p *valueChain) written() []string { return fieldList(p.sent) }

func fieldList(fields map[string]string) (list []string) {
	for name, value := range fields {
		list = append(list, name, value)
	}
	return list
}

func (p *valueChain) run(count int) uint64 {
	var last uint64
	for job := 0; job < count; job++ {
		ctx := extractBaggage(extractTrace(context.Background(), p.arriving["traceparent"]), p.arriving["baggage"])
		var sum checksum
		foldValue(&sum, ctx, requestIDKey)
		foldValue(&sum, ctx, tenantKey)
		foldValue(&sum, ctx, absentKey)
		ctx = context.WithValue(ctx, requestIDKey, string(layerRequestID))
		ctx = context.WithValue(ctx, userKey, int64(layerUser))
		if parent, ok := ctx.Value(spanKey).(span); ok {
			ctx = context.WithValue(ctx, spanKey, parent)
			parent.id = spanID(job)
			ctx = context.WithValue(ctx, spanKey, parent)
		}
		inject(ctx, p.sent)
		last = sum.value()
	}
	return last
}

func foldValue(sum *checksum, ctx context.Context, key *key) {
	if text, ok := ctx.Value(key).(string); ok {
		sum.foldText(text)
	} else {
		sum.foldAbsent()
	}
}

func extractTrace(ctx context.Context, field string) context.Context {
	if len(field) != 55 || field[:3] != "00-" || field[35] != '-' || field[52] != '-' {
		return ctx
	}
	high, isHigh := parseHex(field[3:19])
	low, isLow := parseHex(field[19:35])
	id, isID := parseHex(field[36:52])
	flags, isFlags := parseHex(field[53:])
	if !isHigh || !isLow || !isID || !isFlags || high|low == 0 || id == 0 {
		return ctx
	}
	return context.WithValue(ctx, spanKey, span{high, low, id, byte(flags)})
}

func extractBaggage(ctx context.Context, field string) context.Context {
	var others []entry
	for len(field) > 0 {
		var member string
		member, field, _ = strings.Cut(field, ",")
		member, _, _ = strings.Cut(member, ";")
		name, text, isPair := strings.Cut(strings.Trim(member, " \t"), "=")
		if !isPair || !isToken(name) {
			continue
		}
		if strings.IndexByte(text, '%') >= 0 {
			decoded, err := url.PathUnescape(text)
			if err != nil {
				continue
			}
			text = decoded
		}
		switch name {
		case "request-id":
			ctx = context.WithValue(ctx, requestIDKey, text)
		case "tenant":
			ctx = context.WithValue(ctx, tenantKey, text)
		case "user":
			if user, err := strconv.ParseInt(text, 10, 64); err == nil {
				ctx = context.WithValue(ctx, userKey, user)
			}
		default:
			others = append(others, entry{name, text})
		}
	}
	if others != nil {
		ctx = context.WithValue(ctx, othersKey, others)
	}
	return ctx
}

func inject(ctx context.Context, fields map[string]string) {
	if span, ok := ctx.Value(spanKey).(span); ok {
		line := append(make([]byte, 0, 55), "00-"...)
		line = append(appendHex(appendHex(line, span.traceHigh), span.traceLow), '-')
		line = append(appendHex(line, span.id), '-', hexDigits[span.flags>>4], hexDigits[span.flags&15])
		fields["traceparent"] = string(line)
	}
	list := make([]byte, 0, 128)
	if text, ok := ctx.Value(requestIDKey).(string); ok {
		list = appendMember(list, "request-id", text)
	}
	if user, ok := ctx.Value(userKey).(int64); ok {
		list = strconv.AppendInt(appendMember(list, "user", ""), user, 10)
	}
	if text, ok := ctx.Value(tenantKey).(string); ok {
		list = appendMember(list, "tenant", text)
	}
	if others, ok := ctx.Value(othersKey).([]entry); ok {
		for _, other := range others {
			list = appendMember(list, other.name, other.text)
		}
	}
	fields["baggage"] = string(list)
}

func appendMember(list []byte, name, text string) []byte {
	if len(list) > 0 {
		list = append(list, ',')
	}
	list = append(append(list, name...), '=')
	for index := 0; index < len(text); index++ {
		if byte := text[index]; isBaggageOctet(byte) {
			list = append(list, byte)
		} else {
			const digits = "0123456789ABCDEF"
			list = append(list, '%', digits[byte>>4], digits[byte&15])
		}
	}
	return list
}

// What W3C Baggage lets stand as it is, but for the percent sign.
func isBaggageOctet(byte byte) bool {
	return byte > 0x20 && byte < 0x7f && byte != '"' && byte != ',' && byte != ';' && byte != '\\' && byte != '%'
}

func isToken(name string) bool {
	for index := 0; index < len(name); index++ {
		if byte := name[index]; byte <= 0x20 || byte >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, byte) >= 0 {
			return false
		}
	}
	return name != ""
}
