// A service that is not ours, as the file has it: where it is, and which calls it is known to make.

struct ExternalReader {
  /// What may be said of one. The others are about processes, and none is started.
  static let keys = ["name", "external", "path", "script"] + CarrierChoice.keys

  /// Bytes of a path.
  private static let pathSizeMax = 8000

  /// Nil for a service that is started.
  static func external(_ fields: Fields) throws(TopologyError) -> ExternalService? {
    guard let field = fields["external"] else {
      if let field = fields["path"] { throw field.error("only a service with \"external\" has a path") }
      return nil
    }
    for entry in fields.entries where !keys.contains(entry.key) {
      throw entry.field.error(
        "an external service is not started, so \(quoted(entry.key)) says nothing", at: entry.mark)
    }
    var external = try address(field)
    if let field = fields["path"] { external.path = try path(field) }
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
}

extension Topology {
  /// What an external takes part in goes over HTTP/1.1, whatever the defaults say. Throws where the file asks for another
  /// transport there, or for what an external cannot do.
  ///
  /// - Parameters:
  ///   - edges: every call of the file.
  ///   - client: the file's `client`.
  mutating func putExternals(_ edges: [EdgeInFile], client: Field?) throws(TopologyError) {
    guard hasExternals else { return }
    for edge in edges where services[edge.caller].external != nil || services[edge.callee].external != nil {
      if let asked = edge.transport, try asked.text("a transport") != Topology.transportOfExternals {
        throw asked.error("an external service is called, and calls, over \(Topology.transportOfExternals)")
      }
      // An external finds nothing of ours by itself.
      if services[edge.caller].external != nil, services[edge.callee].external == nil, services[edge.callee].port == nil
      {
        throw edge.field.error(
          "\(quoted(services[edge.callee].name)) is called by an external service: give it a \"port\"")
      }
    }
    if services[entry].external != nil, let client, let asked = client.peek("transport"),
      asked != Topology.transportOfExternals
    {
      throw client.error("an external entry is called over \(Topology.transportOfExternals)")
    }
    replaceTransportOfExternals()
  }

  mutating func replaceTransportOfExternals() {
    let isExternal = services.map { $0.external != nil }
    if isExternal[entry] { client.transport = Topology.transportOfExternals }
    for index in services.indices {
      for step in services[index].script.indices {
        services[index].script[step].changeCalls { call in
          if isExternal[index] || isExternal[call.service] { call.transport = Topology.transportOfExternals }
        }
      }
    }
  }
}
