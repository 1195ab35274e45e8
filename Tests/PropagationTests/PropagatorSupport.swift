// Contexts to carry, and one hop from a store to a store over a carrier.

import Statistics
import Context
import Propagation

extension StoreKind {
  /// The stores that hold entries.
  static let compared = allCases.filter { $0 != .none }
}

enum Transport: String, CaseIterable, Sendable {
  case frame, http1, http1Body, grpc, grpcMessage

  var isHTTP1: Bool { self == .http1 || self == .http1Body }

  func carrier(fields: [(name: String, value: [UInt8])] = [], binary: [UInt8] = []) -> any TestCarrier {
    switch self {
    case .frame: FrameTestCarrier(fields: fields, binary: binary)
    case .http1: HTTP1TestCarrier(fields: fields, binary: binary)
    case .http1Body: HTTP1BodyTestCarrier(fields: fields, binary: binary)
    case .grpc: GRPCTestCarrier(fields: fields, binary: binary)
    case .grpcMessage: GRPCMessageTestCarrier(fields: fields, binary: binary)
    }
  }
}

extension Vector {
  /// Files whose inputs are `name: value`.
  private static let named = ["b3", "jaeger", "xray", "ottrace", "datadog", "raw-headers"]

  /// Those that the transport can bring: HTTP/1.1 refuses a message with a control character in a field's value, or a name
  /// that is no token, before any propagator sees it (RFC 9110, 5.1 and 5.5).
  static func load(_ file: String, over transport: Transport) throws -> [Vector] {
    let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return try load(file).filter { vector in
      guard transport != .frame else { return true }
      let names = named.contains(file) ? try vector.headerFields.map(\.name) : []
      return names.allSatisfy { token.isSuperset(of: $0) }
        && !Vector.fields(vector.input).joined().contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f }
    }
  }
}

struct UnknownPropagator: Error { let name: String }

func propagator(_ name: String) throws -> any Propagator {
  guard let propagator = PropagatorRegistry.resolve(name) else { throw UnknownPropagator(name: name) }
  return propagator
}

/// Injects into a new carrier of that type and returns it as received.
func injected(_ context: RequestContext, by propagator: any Propagator, over transport: Transport) -> any TestCarrier {
  func run<Carrier: TestCarrier>(_ type: Carrier.Type) -> Carrier {
    var carrier = Carrier()
    propagator.inject(context, into: &carrier)
    carrier.send()
    return carrier
  }
  switch transport {
  case .frame: return run(FrameTestCarrier.self)
  case .http1: return run(HTTP1TestCarrier.self)
  case .http1Body: return run(HTTP1BodyTestCarrier.self)
  case .grpcMessage: return run(GRPCMessageTestCarrier.self)
  case .grpc: return run(GRPCTestCarrier.self)
  }
}

/// What `fill` draws from, made once: the tests fill tens of thousands of contexts.
private enum RandomContent {
  static let texts = [
    "", "acme", "0123456789abcdef", "seventeen-bytes-x", "a b,c;d=e\"f\\g%h", "größe €", "tab\tnew\nline\u{0}",
    String(repeating: "long ", count: 100),
  ]
  static let names = [
    "session", "request", "customer", "enduser.id", "a/b", "x;", "session;", "~", "UPPER", "n:1", "k=v",
    String(repeating: "n", count: 255),
  ]
  static let members = (0..<240).map { "member-\($0)" }
  static let values = (0..<300).map { String(repeating: "v", count: $0) }
}

/// What `fill` sets.
func filledSnapshot(seed: UInt64) -> ContextSnapshot {
  let context = StoreKind.map.makeContext()
  context.fill(seed: seed)
  return context.snapshot
}

extension RequestContext {
  func set(_ key: ContextKey, _ text: String) { setText(key, text.utf8.span.bytes) }
  func set(_ name: String, _ text: String) { setEntry(name: name.utf8.span.bytes, text: text.utf8.span.bytes) }
  func set(_ name: String, _ integer: Int64) { setEntry(name: name.utf8.span.bytes, integer: integer) }
  func setTraceState(_ list: String) { setTraceState(list.utf8.span.bytes) }

  func image() -> [UInt8] {
    let size = packedSize()
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      if let base = buffer.baseAddress { writePacked(to: UnsafeMutableRawPointer(base)) }
      count = size
    }
  }

  var snapshot: ContextSnapshot { ContextSnapshot(of: self) }

  /// Random content that touches every rule: every store gets the same for the same seed.
  func fill(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func text() -> String { RandomContent.texts.randomElement(using: &random) ?? "" }
    if random.next() % 4 != 0 {
      setSpanContext(
        SpanContext(
          traceIDHigh: random.next() % 3 == 0 ? 0 : random.next(), traceIDLow: random.next() | 1,
          spanID: random.next() | 1, flags: UInt8(truncatingIfNeeded: random.next())))
    }
    if random.next() % 2 == 0 {
      setTraceState(["a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a= 1 , b=2"][Int(random.next() % 3)])
    }
    if random.next() % 4 != 0 { set(.requestID, text()) }
    if random.next() % 4 != 0 { setInteger(.user, Int64(bitPattern: random.next()) >> Int64(random.next() % 64)) }
    if random.next() % 4 != 0 { set(.tenant, text()) }
    for name in RandomContent.names where random.next() % 3 == 0 {
      if random.next() % 3 == 0, name.last != ";" {
        set(name, Int64(bitPattern: random.next()))
      } else {
        set(name, name.last == ";" ? "p=1; q ;r = 2" : text())
      }
    }
    if random.next() % 8 == 0 {
      for index in 0..<Int(random.next() % 240) {
        set(RandomContent.members[index], RandomContent.values[Int(random.next() % 300)])
      }
    }
  }
}
