// Services that are not ours, ports of one's own, and bodies.

import Foundation
import Testing
import Topology

@Suite("A service that is not ours")
struct ExternalTests {
  private static let chain = """
    version: 1
    entry: a
    services:
      - {name: a, script: [call: proxy, call: {service: b, body: forward}]}
      - {name: proxy, external: "127.0.0.1:8080", path: "/x?y=1", script: [call: b]}
      - {name: b, port: 7072}
    """

  @Test("is called over HTTP/1.1 whatever the defaults say, and calls so; other edges stay")
  func transports() throws {
    let topology = try parse(Self.chain)
    #expect(topology.services[1].external == ExternalService(host: "127.0.0.1", port: 8080, path: "/x?y=1"))
    #expect(topology.services[2].port == 7072 && topology.hasFixedPorts && topology.hasExternals)
    #expect(topology.transports == ["frame", "http1", "frame", "http1"])
    for transport in ["frame", "grpc"] {
      let other = try topology.applying(TopologyOverrides(transport: transport), vocabulary: vocabulary)
      #expect(other.transports == [transport, "http1", transport, "http1"])
    }
  }

  /// A topology of a front, an external and what that calls.
  private static func between(_ external: String, call: String = "theirs", defaults: String = "{}") -> String {
    """
    version: 1
    entry: a
    defaults: \(defaults)
    services:
      - {name: a, script: [call: \(call)]}
      - {name: theirs, external: "127.0.0.1:8080", script: [call: b]\(external)}
      - {name: b, port: 7072}
    """
  }

  @Test(
    "is called over gRPC where its edge or the defaults say so, or where it has a method; calls of a path stay HTTP/1.1"
  )
  func gRPC() throws {
    let cases = [
      (Self.between("", call: "{service: theirs, transport: grpc}"), ["frame", "grpc", "http1"]),
      (Self.between("", defaults: "{transport: grpc}"), ["grpc", "grpc", "grpc"]),
      (Self.between(", method: /shop.v1.Cart/Get"), ["frame", "grpc", "grpc"]),
      (Self.between(", path: /x", defaults: "{transport: grpc}"), ["grpc", "http1", "http1"]),
      (
        Self.between("", call: "{service: theirs, transport: http1}", defaults: "{transport: grpc}"),
        ["grpc", "http1", "grpc"]
      ),
    ]
    for (text, transports) in cases {
      let topology = try parse(text)
      #expect(topology.transports == transports, "\(text)")
      #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
    }
  }

  @Test("is sent the message that it names, an empty one without it, or the body that came")
  func message() throws {
    let named = try parse(Self.between(", method: /shop.v1.Cart/Get, message: 0A03616263"))
    #expect(named.services[1].external?.message == "0a03616263")
    #expect(named.services[1].external?.usualMessage == [10, 3, 97, 98, 99])
    #expect(named.services[1].external?.path(over: "grpc") == "/shop.v1.Cart/Get")
    #expect(named.services[0].script.first?.calls.first?.payloadSize == 5)
    let empty = try parse(Self.between(", method: /shop.v1.Cart/Get"))
    #expect(empty.services[1].external?.usualMessage == [] && empty.services[1].external?.ownMessage == nil)
    #expect(empty.services[0].script.first?.calls.first?.payloadSize == 0)
    let handedOn = try parse(Self.between(", method: /shop.v1.Cart/Get", call: "{service: theirs, body: forward}"))
    #expect(handedOn.services[0].script.first?.calls.first?.forwardsBody == true)
    let own = try parse(Self.between(", method: \(ExternalService.chainMethod)"))
    #expect(own.services[1].external?.usualMessage == nil)
    #expect(own.services[0].script.first?.calls.first?.payloadSize == 128)
    for topology in [named, empty, handedOn, own] { #expect(try parse(TopologyPrinter.yaml(topology)) == topology) }
  }

  @Test("is sent the bytes of a file beside the topology, which its print holds by itself")
  func messageOfFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "message-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func message(_ size: Int, as file: String) throws -> ExternalService? {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
      try Data(bytes).write(to: folder.appending(path: "request.bin"))
      let name = folder.appending(path: "x.yaml").path
      try Self.between(", method: /a.B/C, message: {file: \(file)}").write(
        toFile: name, atomically: true, encoding: .utf8)
      let topology = try TopologyFile.load(path: name, vocabulary: vocabulary)
      #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
      return topology.services[1].external
    }
    #expect(try message(3, as: "request.bin")?.message == "000102")
    #expect(try message(256, as: folder.appending(path: "request.bin").path)?.ownMessage == (0...255).map { $0 })
    #expect(try message(0, as: "request.bin")?.usualMessage == [])
    #expect(try message(65_536, as: "request.bin")?.ownMessage?.count == 65_536)
    func problem(_ size: Int, _ file: String) -> String {
      do { return "\(String(describing: try message(size, as: file)))" } catch { return "\(error)" }
    }
    let place = "\(folder.path)/x.yaml:6:"
    for (size, file) in [(3, "none.bin"), (65_537, "request.bin"), (3, "."), (3, "[]")] {
      let line = problem(size, file)
      #expect(line.hasPrefix(place) && !line.contains("\n"), "\(line)")
    }
    #expect(problem(3, "none.bin").hasSuffix("message.file: \"none.bin\": cannot be read: No such file or directory"))
    #expect(problem(65_537, "request.bin").hasSuffix("expected at most 65536 bytes (64KiB), got 65537 bytes"))
    #expect(problem(3, ".").hasSuffix("expected a file, got a directory"))
    #expect(problem(3, "[]").hasSuffix("message.file: expected the path of a file, got a list"))
  }

  @Test(
    "says in one line, with its place, what is wrong with a method and a message",
    arguments: [
      (
        between(", method: Get"),
        "6:75: services.theirs.method: expected a method such as /package.Service/Method, got \"Get\""
      ),
      (
        between(", method: /a.B/C, message: abc"),
        "services.theirs.message: expected a message in hexadecimal digits such as 0a03616263, or the file that holds its bytes, such as {file: request.bin}, of at most 65536 bytes, got \"abc\""
      ),
      (
        between(", method: /a.B/C, path: /x"),
        "services.theirs.method: a path is asked for over http1, a method called over grpc"
      ),
      (between(", message: abcd"), "services.theirs.message: a message is a method's; say \"method\" as well"),
      (
        between(", method: /ctxchain.v1.Chain/Call, message: abcd"),
        "services.theirs.message: the chain's own call has a message of its own"
      ),
      (oneService("method: /a.B/C"), "5:13: services.a.method: only a service with \"external\" has a method"),
      (oneService("message: abcd"), "services.a.message: only a service with \"external\" has a message"),
      (
        between(", method: /a.B/C", call: "{service: theirs, transport: http1}"),
        "services.a.script[0].call.transport: \"theirs\" has a method: it is called over grpc"
      ),
      (
        between(", path: /x", call: "{service: theirs, transport: grpc}"),
        "services.a.script[0].call.transport: \"theirs\" has a path: it is called over http1"
      ),
      (
        between(", method: /a.B/C", call: "{service: theirs, size: 3}"),
        "services.a.script[0].call.size: the message of \"theirs\" has its own size; leave \"size\" out"
      ),
      (
        between(", method: /a.B/C, message: abcd", call: "{service: theirs, body: forward}"),
        "services.a.script[0].call.body: \"theirs\" has a message of its own; leave \"body\" out"
      ),
      (
        "version: 1\nentry: a\nclient: {transport: http1}\nservices: [{name: a, external: \"x:1\", method: /a.B/C}]",
        "client: the entry has a method: it is called over grpc"
      ),
      (
        "version: 1\nentry: a\nclient: {transport: frame}\nservices: [{name: a, external: \"x:1\"}]",
        "client: an external entry is called over http1 or grpc"
      ),
    ])
  func wrongMethod(text: String, message: String) {
    let found = problem(text)
    #expect(found.hasSuffix(message), "\(found)")
  }

  @Test("and bodies, scripted calls and ports survive their print")
  func printed() throws {
    for text in [Self.chain, oneService("scripted-calls: true", "propagator: b3", "port: 1")] {
      let topology = try parse(text)
      #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
    }
  }

  @Test("may be the entry")
  func entry() throws {
    let text = """
      version: 1
      entry: proxy
      services:
        - {name: proxy, external: "localhost:80", script: [call: a]}
        - {name: a, port: 81}
      """
    #expect(try parse(text).transports == ["http1", "http1"])
  }

  @Test("scripted calls are written as another strategy writes")
  func strategy() throws {
    let topology = try parse(oneService("scripted-calls: true"))
    #expect(topology.services[0].scriptedCalls?.propagator == "tracecontext,baggage")
    let other = try topology.applying(TopologyOverrides(strategy: "map"), vocabulary: vocabulary)
    #expect(other.services[0].scriptedCalls?.propagator == "json-map")
  }

  @Test(
    "says in one line what is wrong with it",
    arguments: [
      (
        oneService("external: nowhere"),
        "services.a.external: expected HOST:PORT such as 127.0.0.1:8080, got \"nowhere\""
      ),
      (oneService("external: \"a:0\""), "services.a.external: expected HOST:PORT such as 127.0.0.1:8080, got \"a:0\""),
      (
        oneService("external: \"a b:1\""),
        "services.a.external: expected HOST:PORT such as 127.0.0.1:8080, got \"a b:1\""
      ),
      (
        oneService("external: \"a:1\"", "path: x"),
        "services.a.path: expected a path such as /api?x=1, of at most 8000 bytes, without spaces and #, got \"x\""
      ),
      (
        oneService("external: \"a:1\"", "path: \"/a b\""),
        "services.a.path: expected a path such as /api?x=1, of at most 8000 bytes, without spaces and #, got \"/a b\""
      ),
      (
        oneService("external: \"a:1\"", "workers: 2"),
        "services.a.workers: an external service is not started, so \"workers\" says nothing"
      ),
      (
        oneService("external: \"a:1\"", "script: [sleep: 1ms]"),
        "services.a.script: an external service does what it does: only its calls can be said here"
      ),
      (oneService("path: /x"), "services.a.path: only a service with \"external\" has a path"),
      (oneService("port: 0"), "services.a.port: expected a whole number 1 to 65535, got \"0\""),
      (
        oneService("port: 80", "replicas: 2"),
        "services.a.port: only one replica can listen at a port of its own"
      ),
      (
        "version: 1\nentry: a\nservices:\n  - {name: a, external: \"x:1\", script: [call: b]}\n  - {name: b}\n",
        "services.a.script[0].call: \"b\" is called by an external service: give it a \"port\""
      ),
      (
        "version: 1\nentry: a\nservices:\n  - {name: a, script: [call: {service: b, transport: frame}]}\n"
          + "  - {name: b, external: \"x:1\"}\n",
        "services.a.script[0].call.transport: an external service is called, and calls, over http1 or grpc"
      ),
      (
        script("call: {service: b, body: forward, size: 3}"),
        "services.a.script[0].call.body: the body that came has its own size; leave \"size\" out"
      ),
      (
        script("call: {service: b, body: back}"),
        "services.a.script[0].call.body: unknown body \"back\"; known: forward"
      ),
    ])
  func wrong(text: String, message: String) {
    let found = problem(text)
    #expect(found.hasSuffix(message), "\(found)")
  }

  @Test("client fields that would make two messages of one are refused")
  func fields() {
    for name in ["content-length", "transfer-encoding", "host", "connection", "ctxchain", "ctxchain-context-bin"] {
      let text = "version: 1\nentry: a\nclient: {fields: {\(name): \"1\"}}\nservices: [{name: a}]"
      #expect(problem(text).hasSuffix("\"\(name)\" is the transport's own"))
    }
  }
}
