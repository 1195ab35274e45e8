// hop PORT [NEXT]: a service of grpc-swift 2 that answers ctxchain.v1.Chain/Call. It takes a call, sends its message and its
// context on to the next (`host:port`), and answers 128 bytes. One event loop, as the others have one thread; messages are
// bytes, so nothing is spent on Protobuf.

import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOPosix

struct Message: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes { Bytes(message) }
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }
}

let words = CommandLine.arguments
let port = Int(words[1])!
let next = words.count > 2 ? words[2].split(separator: ":") : nil
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
let method = MethodDescriptor(fullyQualifiedService: "ctxchain.v1.Chain", method: "Call")
let context = ["traceparent", "tracestate", "baggage"]
/// A CallReply of chain.proto: its field 1, of 128 bytes.
let answer = [0x0a, 0x80, 0x01] + [UInt8](String(repeating: "ctxchain", count: 16).utf8)

let client = try next.map {
  GRPCClient(
    transport: try HTTP2ClientTransport.Posix(
      target: .ipv4(address: String($0[0]), port: Int($0[1])!), transportSecurity: .plaintext, eventLoopGroup: group))
}

var router = RPCRouter<HTTP2ServerTransport.Posix>()
router.registerHandler(forMethod: method, deserializer: Message(), serializer: Message()) { request, _ in
  guard let client else { return StreamingServerResponse(single: ServerResponse(message: answer)) }
  let call = try await ServerRequest(stream: request)
  var metadata = Metadata()
  for name in context {
    for value in call.metadata[stringValues: name] { metadata.addString(value, forKey: name) }
  }
  _ = try await client.unary(
    request: ClientRequest(message: call.message, metadata: metadata), descriptor: method, serializer: Message(),
    deserializer: Message(), options: .defaults
  ) { try $0.message }
  return StreamingServerResponse(single: ServerResponse(message: answer))
}

let server = GRPCServer(
  transport: .init(
    address: .ipv4(host: "127.0.0.1", port: port), transportSecurity: .plaintext,
    config: .defaults { $0.connection.maxIdleTime = nil }, eventLoopGroup: group),
  router: router)
try await withThrowingTaskGroup(of: Void.self) { tasks in
  if let client { tasks.addTask { try await client.runConnections() } }
  tasks.addTask { try await server.serve() }
  try await tasks.waitForAll()
}
