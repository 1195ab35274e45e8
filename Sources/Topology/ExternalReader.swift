// A service that is not ours, as the file has it: where it is, and which calls it is known to make.

struct ExternalReader {
  /// What may be said of one. The others are about processes, and none is started.
  static let keys = ["name", "external"] + ownKeys + ["script"] + CarrierChoice.keys

  /// What may be said of no other.
  private static let ownKeys = ["path", "method", "message"]

  /// Bytes of a path.
  private static let pathSizeMax = 8000

  /// Nil for a service that is started.
  static func external(_ fields: Fields) throws(TopologyError) -> ExternalService? {
    guard let field = fields["external"] else {
      for key in ownKeys {
        if let field = fields[key] { throw field.error("only a service with \"external\" has a \(key)") }
      }
      return nil
    }
    for entry in fields.entries where !keys.contains(entry.key) {
      throw entry.field.error(
        "an external service is not started, so \(quoted(entry.key)) says nothing", at: entry.mark)
    }
    var external = try address(field)
    if let field = fields["path"] { external.path = try path(field) }
    if let field = fields["method"] {
      external.method = try method(field)
      guard fields["path"] == nil else {
        throw field.error("a path is asked for over http1, a method called over grpc")
      }
    }
    if let field = fields["message"] {
      external.message = try message(field)
      guard external.method != nil else { throw field.error("a message is a method's; say \"method\" as well") }
      guard external.hasOwnMessages else { throw field.error("the chain's own call has a message of its own") }
    }
    return external
  }

  /// Its calls alone can be said.
  static func check(_ script: [Step], at field: Field?) throws(TopologyError) {
    for step in script where step.calls.isEmpty {
      throw field!.error("an external service does what it does: only its calls can be said here")
    }
  }

  private static func address(_ field: Field) throws(TopologyError) -> ExternalService {
    let what = "HOST:PORT such as 127.0.0.1:8080"
    guard let (host, port) = HostAndPort.split(try field.text(what)), host.utf8.allSatisfy({ isHostByte($0) }) else {
      throw field.expected(what)
    }
    return ExternalService(host: host, port: port)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// RFC 9112, 3.2.1.
  private static func path(_ field: Field) throws(TopologyError) -> String {
    let what = "a path such as /api?x=1, of at most \(pathSizeMax) bytes, without spaces and #"
    let text = try field.text(what)
    guard text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= pathSizeMax,
      text.utf8.allSatisfy({ 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "#") })
    else { throw field.expected(what) }
    return text
  }

  /// As gRPC's protocol document has it.
  private static func method(_ field: Field) throws(TopologyError) -> String {
    let what = "a method such as /package.Service/Method"
    let text = try field.text(what)
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty, !parts[1].isEmpty, !parts[2].isEmpty, text.utf8.count <= pathSizeMax,
      text.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
    else { throw field.expected(what) }
    return text
  }

  /// In hexadecimal digits, whether they stand in the topology or their bytes in a file beside it.
  private static func message(_ field: Field) throws(TopologyError) -> String {
    let sizeMax = TopologyLimits.messageSizeMax
    if field.isMapping {
      let file = try field.mapping("a message, or the file that holds it", keys: ["file"]).required("file")
      return HexText.text(try file.bytesOfFile(sizeMax: sizeMax))
    }
    let what =
      "a message in hexadecimal digits such as 0a03616263, or the file that holds its bytes, such as "
      + "{file: request.bin}, of at most \(sizeMax) bytes"
    let text = try field.text(what)
    guard let bytes = HexText.bytes(text), bytes.count <= sizeMax else { throw field.expected(what) }
    return text.lowercased()
  }
}

extension Topology {
  /// What an external takes part in goes over HTTP/1.1 or gRPC, whatever the defaults say. Throws where the file asks for
  /// another transport there, or for what an external cannot do.
  ///
  /// - Parameters:
  ///   - edges: every call of the file, in its order.
  ///   - client: the file's `client`.
  mutating func putExternals(_ edges: [EdgeInFile], client: Field?) throws(TopologyError) {
    guard hasExternals else { return }
    for edge in edges where services[edge.caller].external != nil || services[edge.callee].external != nil {
      try checkTransport(edge)
      // An external finds nothing of ours by itself.
      if services[edge.caller].external != nil, services[edge.callee].external == nil, services[edge.callee].port == nil
      {
        throw edge.field.error(
          "\(quoted(services[edge.callee].name)) is called by an external service: give it a \"port\"")
      }
      if services[edge.callee].external?.usualMessage != nil, let size = edge.size {
        throw size.error("the message of \(quoted(services[edge.callee].name)) has its own size; leave \"size\" out")
      }
      if services[edge.callee].external?.message != nil, let body = edge.body {
        throw body.error("\(quoted(services[edge.callee].name)) has a message of its own; leave \"body\" out")
      }
    }
    try putExternalEntry(client)
    let externals = services.map(\.external)
    var position = 0
    for index in services.indices {
      for step in services[index].script.indices {
        services[index].script[step].changeCalls { call in
          let edge = edges[position]
          position += 1
          guard let other = externals[edge.callee] ?? externals[edge.caller] else { return }
          if edge.transport == nil { call.transport = Self.transport(of: other, otherwise: call.transport) }
          if let message = externals[edge.callee]?.usualMessage, call.forwardsBody != true {
            call.payloadSize = message.count
          }
        }
      }
    }
  }

  /// Without a word on an edge it is what the external's keys speak of, or what the defaults say where that can be.
  private static func transport(of external: ExternalService, otherwise usual: String) -> String {
    external.ownTransport ?? (transportsOfExternals.contains(usual) ? usual : transportsOfExternals[0])
  }

  private func checkTransport(_ edge: EdgeInFile) throws(TopologyError) {
    guard let field = edge.transport else { return }
    let asked = try field.text("a transport")
    let known = Topology.transportsOfExternals
    guard known.contains(asked) else {
      throw field.error("an external service is called, and calls, over \(known.joined(separator: " or "))")
    }
    if let own = services[edge.callee].external?.ownTransport, own != asked {
      throw field.error(
        "\(quoted(services[edge.callee].name)) has a \(own == "grpc" ? "method" : "path"): it is called over \(own)")
    }
  }

  private mutating func putExternalEntry(_ client: Field?) throws(TopologyError) {
    guard let external = services[entry].external else { return }
    let known = Topology.transportsOfExternals
    let asked = client?.peek("transport")
    if let client, let asked, !known.contains(asked) {
      throw client.error("an external entry is called over \(known.joined(separator: " or "))")
    }
    if let client, let asked, let own = external.ownTransport, own != asked {
      throw client.error("the entry has a \(own == "grpc" ? "method" : "path"): it is called over \(own)")
    }
    if asked == nil { self.client.transport = Self.transport(of: external, otherwise: self.client.transportName) }
    if let message = external.usualMessage { self.client.payloadSize = message.count }
  }
}
