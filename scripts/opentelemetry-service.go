// A service of net/http with OpenTelemetry-Go: what may stand between two of ours.
//
// usage: opentelemetry-service PORT NEXT
//
// A POST is sent on to http://NEXT/, body and all; what comes back is the answer. The context travels by OpenTelemetry's
// hands alone, its propagators for traceparent, tracestate and baggage, and a span of its own begins under what came. Beside
// it go the header ctxchain and the answer's ctxchain-status and ctxchain-views, by which the services of a chain tell what
// they saw; a service of one's own need not know them.
package main

import (
	"io"
	"log"
	"net/http"
	"os"

	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// copyFields takes over those that are there.
func copyFields(from, to http.Header, names ...string) {
	for _, name := range names {
		if value := from.Get(name); value != "" {
			to.Set(name, value)
		}
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: opentelemetry-service PORT NEXT")
	}
	next := "http://" + os.Args[2] + "/"
	propagator := propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
	tracer := sdk.NewTracerProvider().Tracer("opentelemetry-service")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

	serve := func(writer http.ResponseWriter, request *http.Request) {
		ctx := propagator.Extract(request.Context(), propagation.HeaderCarrier(request.Header))
		ctx, span := tracer.Start(ctx, "serve")
		defer span.End()
		call, err := http.NewRequestWithContext(ctx, http.MethodPost, next, request.Body)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusInternalServerError)
			return
		}
		call.ContentLength = request.ContentLength
		propagator.Inject(ctx, propagation.HeaderCarrier(call.Header))
		copyFields(request.Header, call.Header, "ctxchain")
		reply, err := client.Do(call)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadGateway)
			return
		}
		defer reply.Body.Close()
		copyFields(reply.Header, writer.Header(), "ctxchain-status", "ctxchain-views")
		writer.WriteHeader(reply.StatusCode)
		io.Copy(writer, reply.Body)
	}
	http.HandleFunc("/", serve)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
