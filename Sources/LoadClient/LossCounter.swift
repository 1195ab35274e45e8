// Holds contexts that arrived against those that were sent, key by key, and sums up what is gone.

internal import Context
internal import Statistics

struct LossCounter {
  private var sums = ContextLoss()
  private var lost: Set<String> = []
  private var changed: Set<String> = []
  private var changedTypes: [String: ContextLoss.ChangedType] = [:]

  mutating func add(sent: ContextSnapshot, arrived: ContextSnapshot) {
    sums.contexts += 1
    addTrace(sent, arrived)
    for (name, value) in sent.entries {
      let found = arrived.entries[name]
      count(name, size: name.utf8.count + value.size, isKept: found == value)
      guard found != value else { continue }
      switch found {
      case nil: lost.insert(name)
      case let found? where found.typeName == value.typeName: changed.insert(name)
      case let found?:
        changedTypes[name] = ContextLoss.ChangedType(key: name, sent: value.typeName, arrived: found.typeName)
      }
    }
  }

  /// Of bytes that nobody reads: kept when they are the same.
  mutating func add(sent: [UInt8], arrived: [UInt8]) {
    sums.contexts += 1
    sums.bytes += sent.count
    if sent == arrived { sums.bytesKept += sent.count }
  }

  /// With the lists bounded.
  var loss: ContextLoss {
    var loss = sums
    let names = [lost.sorted(), changed.sorted(), changedTypes.keys.sorted()]
    loss.lostKeys = Array(names[0].prefix(ContextLoss.nameCountMax))
    loss.changedKeys = Array(names[1].prefix(ContextLoss.nameCountMax))
    loss.changedTypes = names[2].prefix(ContextLoss.nameCountMax).map { changedTypes[$0]! }
    loss.unnamedKeys = names.map { max(0, $0.count - ContextLoss.nameCountMax) }.reduce(0, +)
    return loss
  }

  private mutating func addTrace(_ sent: ContextSnapshot, _ arrived: ContextSnapshot) {
    if sent.hasTraceID {
      let (high, low) = (sent.traceIDHigh == arrived.traceIDHigh, sent.traceIDLow == arrived.traceIDLow)
      count("trace-id", size: 16, isKept: high && low)
      if high != low { sums.bytesKept += 8 }
      if !(high && low) { note("trace-id", isAbsent: !arrived.hasTraceID) }
      count("trace-flags", size: 1, isKept: sent.flags == arrived.flags)
      if sent.flags != arrived.flags { note("trace-flags", isAbsent: !arrived.hasTraceID) }
    }
    sums.lostFlags |= sent.flags & ~arrived.flags
    sums.gainedFlags |= arrived.flags & ~sent.flags
    if sent.hasSpan {
      count("span-id", size: 8, isKept: arrived.hasSpan)
      if !arrived.hasSpan { note("span-id", isAbsent: true) }
    }
    if let state = sent.traceState {
      count("tracestate", size: state.utf8.count, isKept: arrived.traceState == state)
      if arrived.traceState != state { note("tracestate", isAbsent: arrived.traceState == nil) }
    }
  }

  private mutating func count(_ name: String, size: Int, isKept: Bool) {
    sums.keys += 1
    sums.bytes += size
    guard isKept else { return }
    sums.keysKept += 1
    sums.bytesKept += size
  }

  private mutating func note(_ name: String, isAbsent: Bool) {
    if isAbsent { lost.insert(name) } else { changed.insert(name) }
  }
}

extension ContextSnapshot {
  fileprivate var hasTraceID: Bool { traceIDHigh | traceIDLow != 0 }
}

extension ContextValue {
  /// Bytes.
  fileprivate var size: Int {
    switch self {
    case .integer: 8
    case .text(let text): text.utf8.count
    }
  }

  fileprivate var typeName: String {
    switch self {
    case .integer: "integer"
    case .text: "text"
    }
  }
}
