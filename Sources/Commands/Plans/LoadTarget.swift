// What `load` is to load: an entry of this program, or any server of HTTP/1.1 or gRPC by its URL.

internal import ArgumentParser
internal import Control
internal import Statistics
internal import Topology
internal import TransportCore

struct LoadTarget {
  enum Kind {
    /// Of this program.
    case entry
    /// Any server of HTTP/1.1.
    case http
    /// Any server of gRPC.
    case grpc
  }

  let kind: Kind
  let host: String
  let port: UInt16
  /// Of a URL: what follows the authority; over gRPC a method, and `/` where none is named.
  let path: String

  /// What carries its requests, where nothing else is said.
  var transport: String {
    switch kind {
    case .entry: Topology.transportByDefault
    case .http: Transport.http1.name
    case .grpc: Transport.grpc.name
    }
  }

  /// `HOST:PORT`, `http://HOST[:PORT][/PATH][?QUERY]`, or `grpc://HOST:PORT[/package.Service/Method]`.
  init(_ text: String) throws {
    func problem(_ expected: String) -> ValidationError { ValidationError("expected \(expected), got \"\(text)\"") }
    let scheme = text.lowercased().split(separator: ":", maxSplits: 1).first.map(String.init)
    if ["https", "grpcs"].contains(scheme), text.contains("://") {
      throw problem("http:// or grpc:// (TLS is not spoken here)")
    }
    guard text.contains("://") else {
      guard let address = HostAndPort.split(text) else {
        throw problem("HOST:PORT, http://HOST:PORT/PATH or grpc://HOST:PORT/package.Service/Method")
      }
      (kind, host, port, path) = (.entry, address.host, address.port, "/")
      return
    }
    guard let scheme, ["http", "grpc"].contains(scheme) else { throw problem("http:// or grpc://") }
    kind = scheme == "grpc" ? .grpc : .http
    let rest = text.dropFirst(scheme.count + "://".count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let hasPort = authority.contains(":") || kind == .grpc
    guard let address = HostAndPort.split(hasPort ? String(authority) : "\(authority):80"),
      !authority.contains("@"), !authority.contains("[")
    else {
      throw problem(
        (kind == .grpc ? "grpc://HOST:PORT/package.Service/Method" : "http://HOST:PORT/PATH")
          + " with a name or an IPv4 address")
    }
    let path = rest.dropFirst(authority.count)
    (host, port) = address
    self.path = path.isEmpty || path.first == "?" ? "/" + path : String(path)
  }
}

extension LoadCommand {
  /// Nil for an entry of ours. Throws where an option does not go with what is loaded.
  func request(_ target: LoadTarget, headers: inout [ClientField]) throws -> ServerRequest? {
    let ofHTTP = [("--method", method != nil), ("--body", body != nil), ("--pipeline", pipeline != nil)]
    let ofGRPC = [("--message", message != nil), ("--message-hex", messageHex != nil)]
    func refuse(_ options: [(String, Bool)], where place: String) throws {
      if let option = options.first(where: \.1)?.0 { throw ValidationError("\(option): only with \(place)") }
    }
    switch target.kind {
    case .entry:
      try refuse(ofHTTP, where: "http://HOST:PORT/PATH")
      try refuse(ofGRPC, where: "grpc://HOST:PORT/package.Service/Method")
      try refuse([("--expect", expect != nil)], where: "http:// or grpc://")
      return nil
    case .http:
      try refuse(ofGRPC, where: "grpc://HOST:PORT/package.Service/Method")
      try checkTransport(is: .http1)
      return try httpRequest(target, headers: &headers)
    case .grpc:
      try refuse(ofHTTP, where: "http://HOST:PORT/PATH")
      try checkTransport(is: .grpc)
      return try grpcRequest(target, headers: &headers)
    }
  }

  private func checkTransport(is known: Transport) throws {
    guard transport == nil || transport == known.name else {
      throw ValidationError("--transport: that URL is loaded over \(known.name)")
    }
  }

  private func httpRequest(_ target: LoadTarget, headers: inout [ClientField]) throws -> ServerRequest {
    guard body == nil || size == nil else { throw ValidationError("--size: the body of --body has its own") }
    try OptionRange.check("--pipeline", pipeline, 1...TopologyLimits.pipelineMax)
    let authority = authority(target, headers: &headers, usualPort: 80)
    let hasBody = body != nil || (size ?? 0) > 0
    let request = ServerRequest(
      authority: authority, method: method ?? (hasBody ? "POST" : "GET"), path: target.path,
      body: try body.map { try PayloadArgument.bytes($0, option: "--body") },
      expected: try ExpectedStatuses.http(expect),
      pipeline: pipeline ?? 1)
    let problem = RequestTarget(host: authority, path: target.path, method: request.method).problem(over: .http1)
    if let problem { throw ValidationError(problem) }
    return request
  }

  private func grpcRequest(_ target: LoadTarget, headers: inout [ClientField]) throws -> ServerRequest {
    let authority = authority(target, headers: &headers, usualPort: nil)
    let isOwn = target.path != "/" && target.path != ExternalService.chainMethod
    guard message == nil || messageHex == nil else { throw ValidationError("--message-hex: there is a --message") }
    var bytes = try message.map { try PayloadArgument.bytes($0, option: "--message") }
    if let messageHex { bytes = try PayloadArgument.bytes(hex: messageHex) }
    if isOwn {
      guard size == nil else { throw ValidationError("--size: the message of a method has its own") }
      bytes = bytes ?? []
    } else if bytes != nil {
      throw ValidationError("--message: the chain's own call has a message of its own; name a method in the URL")
    }
    let request = ServerRequest(
      authority: authority, method: "POST", path: target.path, body: bytes, expected: try ExpectedStatuses.grpc(expect),
      pipeline: 1)
    let fields = headers.map { RequestTarget.Field(name: $0.name, value: $0.value ?? "") }
    let problem = RequestTarget(host: authority, path: target.path, fields: fields).problem(over: .grpc)
    if let problem { throw ValidationError(problem) }
    var asked = request
    asked.isGRPC = true
    return asked
  }

  /// As Host has it, which `-H 'host: …'` can say.
  private func authority(_ target: LoadTarget, headers: inout [ClientField], usualPort: UInt16?) -> String {
    let host = headers.first { $0.name == "host" }?.value
    headers.removeAll { $0.name == "host" }
    return host ?? (target.port == usualPort ? target.host : "\(target.host):\(target.port)")
  }

  /// `-H 'Name: value'`, as curl has it.
  func headerFields() throws -> [ClientField] {
    try header.map { text in
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw ValidationError("--header: expected NAME: VALUE, got \"\(text)\"") }
      let value = parts[1].drop { $0 == " " || $0 == "\t" }
      let field = ClientField(name: parts[0].lowercased(), value: String(value))
      if field.name != "host", let problem = field.problem { throw ValidationError("--header: \(problem)") }
      return field
    }
  }
}

/// What `--expect` says.
private enum ExpectedStatuses {
  static func http(_ text: String?) throws -> StatusExpectation {
    guard let expected = text.map({ StatusExpectation($0) }) ?? .success else {
      throw ValidationError("--expect: expected statuses such as 2xx,304, got \"\(text ?? "")\"")
    }
    return expected
  }

  /// Names or numbers.
  static func grpc(_ text: String?) throws -> StatusExpectation {
    guard let text else { return StatusExpectation([StatusCode.ok.rawValue]) }
    return StatusExpectation(
      try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let known = StatusCode.allCases.first { "\($0.rawValue)" == part || $0.name == part.uppercased() }
        guard let known else {
          throw ValidationError("--expect: expected statuses such as OK,NOT_FOUND, got \"\(text)\"")
        }
        return known.rawValue
      })
  }
}
