// Where spans go, as `--otlp` has it.

import Control
import Testing

@Suite("A receiver of OTLP")
struct OTLPEndpointTests {
  @Test(
    "is a URL of HTTP, with a path of its own or OTLP's, or of gRPC",
    arguments: [
      ("http://127.0.0.1:4318", "http1", "127.0.0.1", 4318, "http://127.0.0.1:4318/v1/traces"),
      ("http://collector:80/", "http1", "collector", 80, "http://collector:80/v1/traces"),
      ("http://collector:80/in/v1/traces?x=1", "http1", "collector", 80, "http://collector:80/in/v1/traces?x=1"),
      ("grpc://collector.ns.svc:4317", "grpc", "collector.ns.svc", 4317, "grpc://collector.ns.svc:4317"),
      ("grpc://c:1/", "grpc", "c", 1, "grpc://c:1"),
    ])
  func known(text: String, transport: String, host: String, port: UInt16, whole: String) throws {
    let endpoint = try #require(OTLPEndpoint(text))
    #expect(endpoint.transport == transport && endpoint.host == host && endpoint.port == port)
    #expect(endpoint.text == whole)
  }

  @Test(
    "and nothing else",
    arguments: [
      "", "http", "http://", "http:///", "http://:4318", "http://a", "http://a:", "http://a:0", "http://a:65536",
      "http://a:x", "http://a:1:2", "https://a:4318", "grpcs://a:4317", "grpc://a:4317/x", "a:4318", "ftp://a:1",
      "http:/a:1", "http://a:1/ x", "http://[::1]:4318", "HTTP://a:1",
    ])
  func unknown(text: String) { #expect(OTLPEndpoint(text) == nil) }
}
