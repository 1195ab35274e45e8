// A service of net/http: takes a request, sends its body and its context on to the next, and answers 128 bytes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
)

func main() {
	listen := flag.Int("listen", 0, "port on 127.0.0.1; 0 takes a free one")
	next := flag.String("next", "", "host:port of the next service")
	flag.Parse()
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024}}
	answer := bytes.Repeat([]byte("ctxchain"), 16)
	handler := func(writer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err == nil && *next != "" {
			var call *http.Request
			call, err = http.NewRequestWithContext(request.Context(), "POST", "http://"+*next+"/", bytes.NewReader(body))
			if err == nil {
				for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
					if value := request.Header.Get(name); value != "" {
						call.Header.Set(name, value)
					}
				}
				var reply *http.Response
				if reply, err = client.Do(call); err == nil {
					_, err = io.Copy(io.Discard, reply.Body)
					reply.Body.Close()
				}
			}
		}
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadGateway)
			return
		}
		writer.Write(answer)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *listen))
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	panic(http.Serve(listener, http.HandlerFunc(handler)))
}
