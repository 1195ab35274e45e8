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
  package let keysPerLayer: Int

  // What `perform` reads, each a constant field: no global and no reference counting on the request path.
  private let newestKey: ContextKey
  private let clientKey: ContextKey
  private let absentKey: ContextKey
  private let requestIDKey: ContextKey
  private let userKey: ContextKey
  private let layerText: [UInt8]
  private let layerUser: Int64
  /// `distinct` only.
  private let layerKeys: [ContextKey]

  package init(layer: Int, growth: ContextGrowth, keysPerLayer: Int) {
    self.layer = layer
    self.growth = growth
    self.keysPerLayer = keysPerLayer
    clientKey = .tenant
    absentKey = .absent
    requestIDKey = .requestID
    userKey = .user
    layerUser = StandardWork.user(layer: layer)
    layerText = StandardWork.requestID(layer: layer)
    switch growth {
    case .shadow:
      newestKey = .requestID
      layerKeys = []
    case .distinct:
      newestKey =
        layer <= 1
        ? .requestID : ContextKey(name: StandardWork.keyName(layer: layer - 1, index: 0), type: .text)
      layerKeys = (0..<keysPerLayer).map {
        ContextKey(name: StandardWork.keyName(layer: layer, index: $0), type: .text)
      }
    }
  }

  /// Does the work and returns the checksum of what was read; 0 when the context holds no entries. `spanID` is not 0.
  package func perform(on context: RequestContext, spanID: UInt64) -> UInt64 {
    context.perform(self, spanID: spanID)
  }

  /// The work itself, for a store under its own type.
  @inline(__always)
  func steps<Store: RequestContext>(on context: Store, spanID: UInt64) -> UInt64 {
    var checksum = ContextChecksum()
    context.fold(newestKey, into: &checksum)
    context.fold(clientKey, into: &checksum)
    context.fold(absentKey, into: &checksum)
    if growth == .distinct {
      setDistinct(on: context)
    } else {
      if keysPerLayer >= 1 { layerText.withUnsafeBytes { context.setText(requestIDKey, $0.bytes) } }
      if keysPerLayer >= 2 { context.setInteger(userKey, layerUser) }
      if keysPerLayer >= 3 { context.setSpanContext(context.spanContext()) }
    }
    context.setSpanID(spanID)
    return checksum.value
  }

  @inline(never)
  private func setDistinct<Store: RequestContext>(on context: Store) {
    layerText.withUnsafeBytes { text in
      for key in layerKeys { context.setText(key, text.bytes) }
    }
  }

  /// What `perform` makes of a context, for the fidelity check.
  package func applied(to before: ContextSnapshot) -> ContextSnapshot {
    var after = before
    let text = ContextValue.text(String(decoding: StandardWork.requestID(layer: layer), as: UTF8.self))
    switch growth {
    case .shadow:
      if keysPerLayer >= 1 { after.entries[requestIDKey.name] = text }
      if keysPerLayer >= 2 { after.entries[userKey.name] = .integer(layerUser) }
    case .distinct:
      for key in layerKeys { after.setEntry(key.name, text) }
    }
    return after
  }

  /// `l<layer>.a` … `.z`, then `.k26` and on.
  package static func keyName(layer: Int, index: Int) -> String {
    "l\(layer)." + (index < 26 ? String(UnicodeScalar(UInt8(97 + index))) : "k\(index)")
  }

  /// Lower hex digits: sixteen at odd layers, fifteen at even ones.
  package static func requestID(layer: Int) -> [UInt8] {
    requestID(UInt64(layer) &* 0x9e37_79b9_7f4a_7c15, isShort: layer % 2 == 0)
  }

  /// The word in sixteen lower hex digits, or all but the last of them: the two forms of a request id. A Swift string of
  /// fifteen bytes needs no memory of its own, one of sixteen does; sixteen fill a field of the schema.
  package static func requestID(_ word: UInt64, isShort: Bool) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return (0..<(isShort ? 15 : 16)).map { digits[Int(word >> (60 - 4 * UInt64($0)) & 15)] }
  }

  /// Seven decimal digits at every layer.
  package static func user(layer: Int) -> Int64 { 1_000_000 + Int64(layer) }
}
