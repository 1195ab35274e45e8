// The calls that a request asks for: `[{"url": "http://127.0.0.1:7777/x", "arguments": [...]}]`, as the W3C's suite for trace
// context posts them. Read whole before the first is made; no I/O.

internal import EventLoop
internal import FoundationEssentials
internal import Results
internal import Topology
internal import TransportCore

final class ScriptedCalls {
  /// Of the body.
  static let sizeMax = 1 << 20
  static let countMax = 1024

  struct Target: Hashable {
    let host: String
    let port: UInt16

    /// As Host has it.
    var authority: String { port == 80 ? host : "\(host):\(port)" }
  }

  private struct Item {
    let target: Target
    let encoder: RequestEncoder
    let arguments: [UInt8]
  }

  /// Why there are none, as a request is answered.
  struct Refusal: Error {
    let status: StatusCode
  }

  private let items: [Item]
  private var next = 0
  /// The call under way: the same memory for all, one after the other.
  let call: UnsafeMutablePointer<ScriptCall>

  /// - Parameters:
  ///   - timeout: of each call, in nanoseconds.
  ///   - rules: which targets are allowed.
  init(_ body: UnsafeRawBufferPointer, _ rules: ScriptedCallRules, timeout: Int64) throws(Refusal) {
    guard body.count <= ScriptedCalls.sizeMax,
      let asked = try? JSONDecoder().decode([ScriptedCall].self, from: Data(body)),
      asked.count <= ScriptedCalls.countMax
    else { throw Refusal(status: .invalidArgument) }
    var items: [Item] = []
    for call in asked { items.append(try ScriptedCalls.item(call, rules)) }
    self.items = items
    call = .allocate(capacity: 1)
    call.initialize(
      to: ScriptCall(
        edge: -1, downstream: nil, payloadSize: 0, timeoutNanoseconds: timeout, probabilityThreshold: .max, retries: 0,
        dropsContext: false, ignoresDeadline: false, isOptional: false, carriesBody: true))
  }

  deinit { call.deallocate() }

  private static func item(_ call: ScriptedCall, _ rules: ScriptedCallRules) throws(Refusal) -> Item {
    guard let url = URLComponents(string: call.url), url.scheme?.lowercased() == "http", let host = url.host,
      !host.isEmpty, url.user == nil, let port = UInt16(exactly: url.port ?? 80), port > 0,
      let arguments = try? JSONEncoder().encode(call.arguments)
    else { throw Refusal(status: .invalidArgument) }
    guard rules.allowsRemote == true || isLoopback(host) else { throw Refusal(status: .permissionDenied) }
    let target = Target(host: host, port: port)
    let path = url.percentEncodedPath.isEmpty ? "/" : url.percentEncodedPath
    let request = RequestTarget(
      host: target.authority, path: path + (url.percentEncodedQuery.map { "?\($0)" } ?? ""),
      propagator: nil, fields: [.init(name: "content-type", value: "application/json")])
    guard request.problem(over: .http1) == nil else { throw Refusal(status: .invalidArgument) }
    return Item(target: target, encoder: Transport.http1.makeEncoder(request), arguments: Array(arguments))
  }

  /// A name is looked up later, so but for `localhost`, which no resolver may lead elsewhere (RFC 6761, 6.3), none will do.
  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || HostAddress(numeric: host, port: 0)?.isLoopback == true
  }

  // MARK: One after the other

  var isDone: Bool { next == items.count }

  /// Of the call that comes next.
  var target: Target { items[next].target }

  /// It is under way.
  func advance() { next += 1 }

  /// Calls `body` with what the call under way sends.
  func withRequest<Result>(_ body: (_ encoder: RequestEncoder, _ arguments: UnsafeRawBufferPointer) -> Result) -> Result
  {
    let item = items[next - 1]
    return item.arguments.withUnsafeBytes { body(item.encoder, $0) }
  }
}

/// One of the list.
private struct ScriptedCall: Decodable {
  let url: String
  /// Anything; nothing is null.
  let arguments: JSONTree?
}
