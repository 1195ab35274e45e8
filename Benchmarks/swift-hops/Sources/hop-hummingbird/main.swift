// hop PORT [NEXT]: a service of Hummingbird. It takes a request, sends its body and its context on to the next (`host:port`),
// and answers 128 bytes. One event loop, as the others have one thread.

import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

let words = CommandLine.arguments
let port = Int(words[1])!
let next = words.count > 2 ? words[2] : nil
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
var settings = HTTPClient.Configuration()
settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: settings)
let answer = ByteBuffer(string: String(repeating: "ctxchain", count: 16))
let context = ["traceparent", "tracestate", "baggage"]

let router = Router()
router.post("/") { request, _ in
  let body = try await request.body.collect(upTo: 1 << 20)
  if let next {
    var call = HTTPClientRequest(url: "http://\(next)/")
    call.method = .POST
    call.body = .bytes(body)
    for name in context {
      if let value = request.headers[HTTPField.Name(name)!] { call.headers.add(name: name, value: value) }
    }
    let reply = try await client.execute(call, timeout: .seconds(10))
    _ = try await reply.body.collect(upTo: 1 << 20)
  }
  return Response(status: .ok, body: .init(byteBuffer: answer))
}
let application = Application(
  router: router, configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
  eventLoopGroupProvider: .shared(group))
try await application.runService()
