package main

import (
	"context"
	"encoding/binary"
	"strconv"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// A carrier of OpenTelemetry.
type fields map[string]string

func (f fields) Get(name string) string { return f[name] }
func (f fields) Set(name, value string) { f[name] = value }
func (f fields) Keys() (names []string) {
	for name := range f {
		names = append(names, name)
	}
	return names
}

// OpenTelemetry's propagators for W3C's headers, and its baggage.
type openTelemetry struct {
	arriving, sent fields
	propagator     propagation.TextMapPropagator
}

func newOpenTelemetry() *openTelemetry {
	return &openTelemetry{
		arriving:   arrivingFields(),
		sent:       fields{},
		propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
}

func (p *openTelemetry) name() string { return "OpenTelemetry-Go" }

func (p *openTelemetry) written() []string { return fieldList(p.sent) }

func (p *openTelemetry) run(count int) uint64 {
	var last uint64
	for job := 0; job < count; job++ {
		ctx := p.propagator.Extract(context.Background(), p.arriving)
		bag := baggage.FromContext(ctx)
		var sum checksum
		foldMember(&sum, bag, "request-id")
		foldMember(&sum, bag, "tenant")
		foldMember(&sum, bag, "absent")
		bag = setMember(bag, "request-id", string(layerRequestID))
		bag = setMember(bag, "user", strconv.FormatInt(layerUser, 10))
		ctx = baggage.ContextWithBaggage(ctx, bag)
		if parent := trace.SpanContextFromContext(ctx); parent.IsValid() {
			ctx = trace.ContextWithSpanContext(ctx, parent)
			var id trace.SpanID
			binary.BigEndian.PutUint64(id[:], spanID(job))
			ctx = trace.ContextWithSpanContext(ctx, parent.WithSpanID(id))
		}
		p.propagator.Inject(ctx, p.sent)
		last = sum.value()
	}
	return last
}

func foldMember(sum *checksum, bag baggage.Baggage, name string) {
	if text := bag.Member(name).Value(); text != "" {
		sum.foldText(text)
	} else {
		sum.foldAbsent()
	}
}

func setMember(bag baggage.Baggage, name, text string) baggage.Baggage {
	member, err := baggage.NewMember(name, text)
	if err != nil {
		panic(err)
	}
	changed, err := bag.SetMember(member)
	if err != nil {
		panic(err)
	}
	return changed
}
