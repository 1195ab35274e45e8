// What `load` is to load: an entry of this program, or any server of HTTP/1.1 by its URL.

internal import ArgumentParser
internal import Control
internal import Glibc
internal import Statistics
internal import Topology
internal import TransportCore

struct LoadTarget {
  let host: String
  let port: UInt16
  /// Of a URL: what follows the authority. Nil of an entry of ours.
  let path: String?

  /// `HOST:PORT`, or `http://HOST[:PORT][/PATH][?QUERY]`.
  init(_ text: String) throws {
    func problem(_ expected: String) -> ValidationError { ValidationError("expected \(expected), got \"\(text)\"") }
    if text.lowercased().hasPrefix("https://") { throw problem("http:// (TLS is not spoken here)") }
    guard text.lowercased().hasPrefix("http://") else {
      guard let address = HostAndPort.split(text) else { throw problem("HOST:PORT or http://HOST:PORT/PATH") }
      (host, port, path) = (address.host, address.port, nil)
      return
    }
    let rest = text.dropFirst("http://".count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard let address = HostAndPort.split(authority.contains(":") ? String(authority) : "\(authority):80"),
      !authority.contains("@"), !authority.contains("[")
    else { throw problem("http://HOST:PORT/PATH with a name or an IPv4 address") }
    let path = rest.dropFirst(authority.count)
    (host, port) = address
    self.path = path.isEmpty || path.first == "?" ? "/" + path : String(path)
  }
}

extension LoadCommand {
  /// Bytes of `--body`.
  private static let bodySizeMax = 1 << 20

  /// Nil for an entry of ours. Throws where an option does not go with what is loaded.
  func request(_ target: LoadTarget, headers: inout [ClientField]) throws -> ServerRequest? {
    guard let path = target.path else {
      let given = [
        ("--method", method != nil), ("--body", body != nil), ("--expect", expect != nil),
        ("--pipeline", pipeline != nil),
      ]
      if let option = given.first(where: \.1)?.0 { throw ValidationError("\(option): only with http://HOST:PORT/PATH") }
      return nil
    }
    guard transport == nil || transport == Topology.transportOfExternals else {
      throw ValidationError("--transport: a URL is loaded over \(Topology.transportOfExternals)")
    }
    guard body == nil || size == nil else { throw ValidationError("--size: the body of --body has its own") }
    try OptionRange.check("--pipeline", pipeline, 1...TopologyLimits.pipelineMax)
    guard let expected = expect.map({ StatusExpectation($0) }) ?? .success else {
      throw ValidationError("--expect: expected statuses such as 2xx,304, got \"\(expect ?? "")\"")
    }
    var authority = target.port == 80 ? target.host : "\(target.host):\(target.port)"
    if let host = headers.first(where: { $0.name == "host" })?.value {
      authority = host
      headers.removeAll { $0.name == "host" }
    }
    let hasBody = body != nil || (size ?? 0) > 0
    let request = ServerRequest(
      authority: authority, method: method ?? (hasBody ? "POST" : "GET"), path: path, body: try body.map(Self.bytes),
      expected: expected, pipeline: pipeline ?? 1)
    let target = RequestTarget(host: authority, path: path, method: request.method)
    if let problem = target.problem(over: .http1) { throw ValidationError(problem) }
    return request
  }

  /// A text, or the bytes of `@FILE`.
  private static func bytes(_ body: String) throws -> [UInt8] {
    guard body.hasPrefix("@") else { return Array(body.utf8) }
    let path = String(body.dropFirst())
    guard let file = fopen(path, "r") else {
      throw ValidationError("--body: \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: bodySizeMax + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw ValidationError("--body: \(path): cannot be read") }
    guard count <= bodySizeMax else { throw ValidationError("--body: \(path): expected at most \(bodySizeMax) bytes") }
    return Array(bytes[..<count])
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
