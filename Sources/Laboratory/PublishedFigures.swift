// Figures in circulation for ways of holding a context, beside what was measured here. They are claims, from in-process
// microbenchmarks on other machines. Never taken for true, and never measured by this project.

package import Results
internal import Statistics

extension PublishedFigure {
  /// Every claim, in the order of the table.
  package static func all(beside figures: [BenchFigure]) -> [PublishedFigure] {
    let measured = Measured(figures)
    let chain = [1, 3, 5].map { measured.operation(.first, "value-chain", "distinct", layers: $0) }
    let cast = measured.operation(.cast, "map", "shadow")
    let field = measured.operation(.cast, "struct", "shadow")
    let map = measured.sum(
      measured.operation(.set, "map", "distinct"), measured.operation(.newest, "map", "distinct"))
    var rows = zip([(1, 12.3, 0.0), (3, 48.7, 2), (5, 92.1, 4)], chain).map { claim, values in
      PublishedFigure(
        "value-chain: get of the oldest of \(claim.0) × 3 keys",
        PublishedValues(nanoseconds: claim.1, allocations: claim.2), values.withoutBytes)
    }
    rows += [
      PublishedFigure(
        "value-chain: 5 layers beside 1", PublishedValues(ratio: 92.1 / 12.3), measured.ratio(chain[2], chain[0])),
      PublishedFigure(
        "map: set and get, 3 keys in a new map",
        PublishedValues(nanoseconds: 8.7, allocations: 2.1, bytes: 48), map),
      PublishedFigure("map: get and cast", PublishedValues(nanoseconds: 86.7), cast.onlyNanoseconds),
      PublishedFigure("struct: a field instead", PublishedValues(nanoseconds: 1.2), field.onlyNanoseconds),
      PublishedFigure(
        "map: get and cast beside a field", PublishedValues(ratio: 86.7 / 1.2), measured.ratio(cast, field)),
      PublishedFigure(
        "pooled-map: allocations left of 10000 of map", PublishedValues(allocations: 127),
        measured.allocations(of: "pooled-map", per: 10_000, of: "map")),
      PublishedFigure(
        "shared map, read mostly: get", PublishedValues(nanoseconds: 42.3),
        measured.operation(.newest, "copy-on-write-map", "shadow").onlyNanoseconds),
      PublishedFigure(
        "struct: get; bytes as schema sends it", PublishedValues(nanoseconds: 0.9, allocations: 0, bytes: 32),
        measured.get("struct", sentBy: "schema")),
      PublishedFigure(
        "packed: get; bytes as packed sends it", PublishedValues(nanoseconds: 1.3, allocations: 0, bytes: 24),
        measured.get("packed", sentBy: "packed")),
    ]
    return rows
  }
}

extension PublishedValues {
  fileprivate var withoutBytes: PublishedValues { PublishedValues(nanoseconds: nanoseconds, allocations: allocations) }
  fileprivate var onlyNanoseconds: PublishedValues { PublishedValues(nanoseconds: nanoseconds) }
}

/// Looks figures up; what this run does not have is nil.
private struct Measured {
  private let figures: [BenchSubject: BenchFigure]

  init(_ figures: [BenchFigure]) {
    self.figures = Dictionary(figures.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func operation(_ operation: BenchOperation, _ store: String, _ growth: String, layers: Int = 1) -> PublishedValues {
    let figure = figures[BenchSubject(operation, store: store, growth: growth, layers: layers)]
    return PublishedValues(
      nanoseconds: figure?.nanosecondsPerOperation.median, allocations: figure?.allocationsPerOperation,
      bytes: figure?.allocatedBytesPerOperation)
  }

  /// A get, and the size of what a propagator makes of the standard context.
  func get(_ store: String, sentBy propagator: String) -> PublishedValues {
    var values = operation(.newest, store, "shadow")
    let sent = figures.values.first {
      $0.subject.operation == .inject && $0.subject.propagator == propagator && $0.subject.content == "standard"
    }
    values.bytes = values.nanoseconds == nil ? nil : sent?.carrierBytes.map { Double($0) }
    return values
  }

  /// So many allocations of one store, in building the same contexts, stand beside as many as given of the other.
  func allocations(of store: String, per count: Double, of other: String) -> PublishedValues {
    guard let own = operation(.set, store, "distinct").allocations,
      let others = operation(.set, other, "distinct").allocations, others > 0
    else { return PublishedValues() }
    return PublishedValues(allocations: (own / others * count).rounded())
  }

  func sum(_ one: PublishedValues, _ other: PublishedValues) -> PublishedValues {
    func sum(_ part: KeyPath<PublishedValues, Double?>) -> Double? {
      guard let first = one[keyPath: part], let second = other[keyPath: part] else { return nil }
      return first + second
    }
    return PublishedValues(nanoseconds: sum(\.nanoseconds), allocations: sum(\.allocations), bytes: sum(\.bytes))
  }

  func ratio(_ one: PublishedValues, _ other: PublishedValues) -> PublishedValues {
    guard let first = one.nanoseconds, let second = other.nanoseconds, second > 0 else { return PublishedValues() }
    return PublishedValues(ratio: first / second)
  }
}
