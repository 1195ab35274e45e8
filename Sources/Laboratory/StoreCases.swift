// The cases of one store: set, get, cast and derive at so many layers. Through the interface that all stores share, so
// each operation has one dynamic call in it.

internal import Context
internal import Results

enum StoreCases {
  /// Children derived in a row before a chain of them is freed: freeing recurses, and the stack has an end.
  private static let derivationsMax = 2_048

  static func make(_ kind: StoreKind, growth: ContextGrowth, layers: Int) -> [BenchCase] {
    let fill = ContextFill(growth: growth, layers: layers)
    let context = kind.makeContext()
    fill.build(context)
    func subject(_ operation: BenchOperation) -> BenchSubject {
      BenchSubject(operation, store: kind.rawValue, growth: growth.rawValue, layers: layers)
    }
    func get(_ operation: BenchOperation, _ key: ContextKey) -> BenchCase {
      BenchCase(subject(operation)) { repetitions in
        var checksum = ContextChecksum()
        for _ in 0..<repetitions {
          var size = 0
          context.withText(key) { size = $0.byteCount }
          checksum.fold(integer: Int64(size))
        }
        return checksum.value
      }
    }
    let newestInteger = fill.newestInteger
    let cast = BenchCase(subject(.cast)) { repetitions in
      var checksum = ContextChecksum()
      for _ in 0..<repetitions {
        if let value = context.integer(newestInteger) {
          checksum.fold(integer: value)
        } else {
          checksum.foldAbsent()
        }
      }
      return checksum.value
    }
    return [
      set(subject(.set), fill, kind.makeContext()), get(.first, fill.first), get(.newest, fill.newest),
      get(.missing, .absent), cast, derive(subject(.derive), fill, kind.makeContext(), growsBy: kind == .valueChain),
    ]
  }

  private static func set(_ subject: BenchSubject, _ fill: ContextFill, _ context: RequestContext) -> BenchCase {
    var result = BenchCase(subject) { repetitions in
      for _ in 0..<repetitions {
        context.reset()
        fill.setLayers(on: context)
      }
      var size = 0
      context.withText(fill.newest) { size = $0.byteCount }
      return UInt64(truncatingIfNeeded: size)
    }
    result.operationsPerRepetition = fill.assignmentCount
    return result
  }

  /// A store that grows is emptied at the end, which is timed: what a derivation takes is given back.
  private static func derive(
    _ subject: BenchSubject, _ fill: ContextFill, _ context: RequestContext, growsBy grows: Bool
  ) -> BenchCase {
    var result = BenchCase(subject) { repetitions in
      for spanID in 0..<UInt64(repetitions) { context.setSpanID(spanID | 1) }
      let checksum = context.spanContext().spanID
      if grows { context.reset() }
      return checksum
    }
    result.prepare = { fill.build(context) }
    if grows { result.repetitionsMax = derivationsMax }
    return result
  }
}
