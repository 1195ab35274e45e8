// Which of its traces a service records: one of so many, or none.

/// `1:50` or `off`. A ratio is OpenTelemetry's consistent probability: the trace id itself decides, so that all who know
/// the ratio decide alike.
package enum SamplingRatio: Equatable, Sendable {
  case off
  /// 1 to `countMax`.
  case oneOf(Int)

  package static let countMax = 1_000_000
  package static let expectation = "off or a ratio such as 1:50, down to 1:\(countMax)"

  /// Nil for what is none.
  package init?(_ text: String) {
    if text == "off" {
      self = .off
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "1", parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let count = Int(parts[1]), 1...Self.countMax ~= count
    else { return nil }
    self = .oneOf(count)
  }

  package var text: String {
    switch self {
    case .off: "off"
    case .oneOf(let count): "1:\(count)"
    }
  }

  /// Of the 56 random bits of a trace id, those that are smaller are not sampled: T of OpenTelemetry's "TraceState:
  /// Probability Sampling", four hexadecimal digits behind its leading `f`s, rounded. 2⁵⁶ samples nothing.
  package var rejectionThreshold: UInt64 {
    guard case .oneOf(let count) = self else { return 1 << 56 }
    let exact = 1.0 - 1.0 / Double(count)
    var digits = 4
    var bound = 15.0 / 16
    while exact >= bound {
      digits += 1
      bound = 1 - (1 - bound) / 16
    }
    let scale = Double(UInt64(1) << UInt64(4 * digits))
    return UInt64((exact * scale).rounded()) << UInt64(56 - 4 * digits)
  }

  /// Whether a trace is recorded.
  ///
  /// - Parameter traceIDLow: the lower half of its id, whose last 56 bits are random (W3C Trace Context, level 2).
  @inline(__always)
  package static func samples(traceIDLow: UInt64, threshold: UInt64) -> Bool {
    traceIDLow & (1 << 56 - 1) >= threshold
  }

  /// The member `ot` of tracestate for what is sampled, such as `ot=th:fae14`; empty where nothing is.
  package var traceState: String {
    guard self != .off else { return "" }
    let threshold = rejectionThreshold
    var digits = String(threshold, radix: 16)
    digits = String(repeating: "0", count: 14 - digits.count) + digits
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return "ot=th:\(digits)"
  }
}

extension SamplingRatio: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let ratio = try SamplingRatio(container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected \(Self.expectation)")
    }
    self = ratio
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension Field {
  func samplingRatio() throws(TopologyError) -> SamplingRatio {
    guard let ratio = SamplingRatio(try text(SamplingRatio.expectation)) else {
      throw expected(SamplingRatio.expectation)
    }
    return ratio
  }
}

extension Topology {
  /// Some service does.
  package var recordsSpans: Bool { services.contains { $0.tracing != nil && $0.tracing != .off } }
}
