// The cases of one propagator (inject, extract), over a carrier in memory. No socket: what the transport
// costs is not in it.

internal import Bytes
internal import Context
internal import Propagation
internal import Results

enum PropagatorCases {
  enum Content: String, CaseIterable { case standard, full }

  /// Every name chosen, and each combination that a preset has and whose parts are chosen, with the store that the
  /// presets pair it with.
  static func pairs(_ names: [String]) -> [(propagator: String, store: StoreKind)] {
    var lists = names
    for preset in Strategy.presets where !lists.contains(preset.propagator) {
      if parts(preset.propagator).allSatisfy({ names.contains($0) }) { lists.append(preset.propagator) }
    }
    return lists.map { list in
      let preset =
        Strategy.presets.first { $0.propagator == list }
        ?? Strategy.presets.first { parts($0.propagator).contains(list) }
      return (list, preset?.store ?? .struct)
    }
  }

  static func parts(_ list: String) -> [String] { list.split(separator: ",").map(String.init) }

  static func make(_ propagator: any Propagator, store: StoreKind, content: Content) -> [BenchCase] {
    let sent = SentContext(store: store, content: content)
    let request = CarriedRequest(sent.context, by: propagator)
    let output = OutputBuffer()
    func subject(_ operation: BenchOperation) -> BenchSubject {
      BenchSubject(operation, store: store.rawValue, propagator: propagator.name, content: content.rawValue)
    }
    var inject = BenchCase(subject(.inject)) { repetitions in
      var checksum: UInt64 = 0
      for _ in 0..<repetitions {
        output.inject(sent.context, by: propagator)
        checksum &+= UInt64(truncatingIfNeeded: output.bytes.count)
      }
      return checksum
    }
    let received = store.makeContext()
    let replaces = propagator.replacesContext(withEntries: received.holdsEntries)
    var extract = BenchCase(subject(.extract)) { repetitions in
      var checksum: UInt64 = 0
      for _ in 0..<repetitions {
        if !replaces { received.reset() }
        checksum &+= UInt64(propagator.extract(message: request.message, into: received).rawValue)
      }
      return checksum &+ received.spanContext().traceIDLow &+ UInt64(truncatingIfNeeded: received.opaque.count)
    }
    inject.carrierSize = request.carrierSize
    extract.carrierSize = request.carrierSize
    return [inject, extract]
  }
}
