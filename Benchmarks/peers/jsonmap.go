package main

import "encoding/json"

// A map[string]any that encoding/json reads and writes: what the presets of a map stand for. The trace stays the text
// that it is on the wire, as such services keep it, once its digits are checked.
type jsonMap struct {
	arriving, sent []byte
}

func newJSONMap() *jsonMap {
	arriving, err := json.Marshal(map[string]any{
		"trace id": traceID, "span id": arrivingSpanID, "trace flags": flags,
		"request-id": arrivingRequestID, "user": arrivingUser, "tenant": tenant,
	})
	if err != nil {
		panic(err)
	}
	return &jsonMap{arriving: arriving}
}

func (p *jsonMap) name() string { return "encoding/json" }

func (p *jsonMap) written() []string { return []string{string(p.sent)} }

func (p *jsonMap) run(count int) uint64 {
	var last uint64
	for job := 0; job < count; job++ {
		context := extractJSON(p.arriving)
		var sum checksum
		foldEntry(&sum, context, "request-id")
		foldEntry(&sum, context, "tenant")
		foldEntry(&sum, context, "absent")
		context["request-id"] = string(layerRequestID)
		context["user"] = int64(layerUser)
		if trace, flags := context["trace id"], context["trace flags"]; trace != nil {
			context["trace id"], context["trace flags"] = trace, flags
			context["span id"] = string(appendHex(nil, spanID(job)))
		}
		bytes, err := json.Marshal(context)
		if err != nil {
			panic(err)
		}
		p.sent = append(p.sent[:0], bytes...)
		last = sum.value()
	}
	return last
}

func extractJSON(bytes []byte) map[string]any {
	var context map[string]any
	if json.Unmarshal(bytes, &context) != nil {
		return map[string]any{}
	}
	if !isHex(context["trace id"], 32) || !isHex(context["span id"], 16) || !isHex(context["trace flags"], 2) {
		delete(context, "trace id")
		delete(context, "span id")
		delete(context, "trace flags")
	}
	return context
}

func isHex(value any, size int) bool {
	text, ok := value.(string)
	if !ok || len(text) != size {
		return false
	}
	_, ok = parseHex(text)
	return ok
}

func foldEntry(sum *checksum, context map[string]any, name string) {
	if text, ok := context[name].(string); ok {
		sum.foldText(text)
	} else {
		sum.foldAbsent()
	}
}
