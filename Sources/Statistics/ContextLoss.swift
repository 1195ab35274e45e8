// What arrived of the contexts that were sent: keys, bytes, types and flag bits, as plain sums and names. It compares
// nothing itself.

/// Sums over contexts. The trace id, the span id, the trace flags and the tracestate count as keys like any entry; a key's
/// bytes are those of its name and of its value, where an integer has 8.
package struct ContextLoss: Codable, Equatable, Sendable {
  /// Names in each list.
  package static let nameCountMax = 32

  /// A key that arrived as another type.
  package struct ChangedType: Codable, Equatable, Sendable {
    package var key: String
    /// `integer` or `text`, as is `arrived`.
    package var sent: String
    package var arrived: String

    package init(key: String, sent: String, arrived: String) {
      self.key = key
      self.sent = sent
      self.arrived = arrived
    }
  }

  /// Compared.
  package var contexts = 0
  package var keys = 0
  /// With their type and value.
  package var keysKept = 0
  package var bytes = 0
  package var bytesKept = 0
  /// Of keys that some context lost, in alphabetical order.
  package var lostKeys: [String] = []
  /// Of keys that arrived with another value of the same type.
  package var changedKeys: [String] = []
  package var changedTypes: [ChangedType] = []
  /// Distinct names that these lists had no room for.
  package var unnamedKeys = 0
  /// Bits of the trace flags that were set and did not arrive, in any context.
  package var lostFlags: UInt8 = 0
  /// Bits that arrived and were not set.
  package var gainedFlags: UInt8 = 0

  package init() {}

  package var isLossless: Bool { keysKept == keys && bytesKept == bytes && gainedFlags == 0 }
  /// 0…1; nil when there were none.
  package var keptKeyRatio: Double? { keys == 0 ? nil : Double(keysKept) / Double(keys) }
  package var keptByteRatio: Double? { bytes == 0 ? nil : Double(bytesKept) / Double(bytes) }
}

/// What services so far down a path see of what they would if nothing were ever lost.
package struct DepthLoss: Codable, Equatable, Sendable {
  /// Services on the path, this one included.
  package var depth: Int
  package var loss: ContextLoss

  package init(depth: Int, loss: ContextLoss) {
    self.depth = depth
    self.loss = loss
  }
}

/// What arrives over one edge of what its caller sent.
package struct EdgeLoss: Codable, Equatable, Sendable {
  /// A service, or `client`.
  package var caller: String
  package var callee: String
  package var propagator: String
  /// Absent in older documents, which have `frame`.
  package var transport: String?
  package var loss: ContextLoss

  package init(caller: String, callee: String, propagator: String, transport: String? = nil, loss: ContextLoss) {
    self.caller = caller
    self.callee = callee
    self.propagator = propagator
    self.transport = transport
    self.loss = loss
  }
}

/// Of one strategy, as seen in the contexts that its nodes sent back.
package struct FidelityLosses: Codable, Equatable, Sendable {
  /// Ascending.
  package var byDepth: [DepthLoss]
  /// From the client on.
  package var byEdge: [EdgeLoss]

  package init(byDepth: [DepthLoss] = [], byEdge: [EdgeLoss] = []) {
    self.byDepth = byDepth
    self.byEdge = byEdge
  }
}
