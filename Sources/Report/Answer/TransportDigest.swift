// The object `summary.transports` of a run's document: what each wire costs, what the context costs over each, and the order
// of strategies.

internal import Results
internal import Statistics

struct TransportDigest: Encodable {
  /// An arm over one transport, against what it is held against.
  struct Cost: Encodable {
    let arm: String
    let strategy: String
    let transport: String
    var addedCpuPerHop: RunDigest.Figure?
    var claim: Comparison.Verdict?
  }

  /// CPU per hop of the first strategy / that of the second.
  struct Ratio: Encodable {
    let transport: String
    var value: Double?
    var low: Double?
    var high: Double?
    let claim: Comparison.Verdict
  }

  struct Pair: Encodable {
    let strategies: [String]
    let order: TransportFigures.Order
    let cpuPerHop: [Ratio]
  }

  /// The first is the one that the others are held against.
  let names: [String]
  /// The baseline over each of the others, minus the baseline.
  let wires: [Cost]
  /// Every other arm minus the baseline's strategy over the same transport.
  let contexts: [Cost]
  /// Of all pairs together; absent with fewer than two strategies.
  var order: TransportFigures.Order?
  let pairs: [Pair]

  init(_ figures: TransportFigures, _ answer: RunAnswer) {
    let rows = answer.arms.filter { figures.names.contains($0.arm.arm.transportName) && $0.arm.reference != nil }
    let costs = rows.map { row in
      Cost(
        arm: row.arm.arm.name, strategy: row.arm.arm.strategyName, transport: row.arm.arm.transportName,
        addedCpuPerHop: RunDigest.Figure(row.row.addedCpuPerHop), claim: row.row.cpuComparison?.verdict)
    }
    let arms = Set(figures.wires.map(\.arm))
    names = figures.names
    wires = costs.filter { arms.contains($0.arm) }
    contexts = costs.filter { !arms.contains($0.arm) }
    order = figures.order
    pairs = figures.pairs.map { pair in
      Pair(
        strategies: [pair.first, pair.second], order: pair.order,
        cpuPerHop: pair.over.map { over in
          let effect = over.comparison.effect
          return Ratio(
            transport: over.transport, value: effect?.effect, low: effect?.interval?.lowerBound ?? effect?.min,
            high: effect?.interval?.upperBound ?? effect?.max, claim: over.comparison.verdict)
        })
    }
  }
}
