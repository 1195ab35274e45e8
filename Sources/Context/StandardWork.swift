// The context work of one service: the same in every arm that has a store, so that no strategy wins by doing nothing.

/// How the keys that each layer sets are named.
package enum ContextGrowth: String, CaseIterable, Codable, Sendable {
  /// The same names at every layer (request id, user, trace id): a value chain grows by shadowing, a map or struct
  /// overwrites, and the wire carries the newest.
  case shadow
  /// Names of their own, `l<layer>.a`, `.b`, `.c` …, with values of fixed length.
  case distinct
}

/// Gets the newest key, the key that the client set, and one that is absent, each cast to its type and folded into a
/// checksum; sets `keysPerLayer` keys; derives a child with a new span id. Extracting before and injecting after are
/// the propagators' part.
package final class StandardWork: Sendable {
  /// Of the service among the topology's services, from 1; in a chain this is the depth.
  package let layer: Int
  package let growth: ContextGrowth
  private let texts: [(key: ContextKey, value: [UInt8])]
  private let integers: [(key: ContextKey, value: Int64)]
  private let renewsTraceID: Bool

  package init(layer: Int, growth: ContextGrowth, keysPerLayer: Int) {
    self.layer = layer
    self.growth = growth
    switch growth {
    case .shadow:
      texts = keysPerLayer >= 1 ? [(.requestID, StandardWork.requestID(layer: layer))] : []
      integers = keysPerLayer >= 2 ? [(.user, StandardWork.user(layer: layer))] : []
      renewsTraceID = keysPerLayer >= 3
    case .distinct:
      texts = (0..<keysPerLayer).map { index in
        let name = "l\(layer)." + (index < 26 ? String(UnicodeScalar(UInt8(97 + index))) : "k\(index)")
        return (ContextKey(name: name, type: .text), StandardWork.requestID(layer: layer))
      }
      integers = []
      renewsTraceID = false
    }
  }

  /// Sixteen lower hex digits, the same length at every layer.
  package static func requestID(layer: Int) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    let word = UInt64(layer) &* 0x9e37_79b9_7f4a_7c15
    return (0..<16).map { digits[Int(word >> (60 - 4 * UInt64($0)) & 15)] }
  }

  /// Seven decimal digits at every layer.
  package static func user(layer: Int) -> Int64 { 1_000_000 + Int64(layer) }
}
