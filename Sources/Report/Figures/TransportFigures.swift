// What a run with several transports says of them: what the wire costs beside what the context costs, and whether the order
// of strategies changes from wire to wire. Orders count where they may be claimed.

internal import Results
internal import Statistics

/// CPU per hop at the largest depth, in the closed loop of the headline.
struct TransportFigures: Equatable {
  /// The baseline's strategy over another transport than the baseline's: what it adds to the baseline is the wire's.
  struct Wire: Equatable {
    let transport: String
    let arm: String

    func comparison(_ summary: RunSummary) -> Comparison? { row(summary)?.cpuComparison }
    func added(_ summary: RunSummary) -> MedianInterval? { row(summary)?.addedCpuPerHop }

    private func row(_ summary: RunSummary) -> RunSummary.Row? {
      summary.depths.last.flatMap { summary.arm(named: arm)?.row(depth: $0) }
    }
  }

  /// Which of two strategies is cheaper, over all transports.
  enum Order: String, Encodable, Equatable {
    /// The same one, claimed over each.
    case same
    /// One over one, the other over another.
    case changes
    case unknown
  }

  struct Pair: Equatable {
    let first: String
    let second: String
    /// `first` against `second`, over every transport that both have.
    let over: [(transport: String, comparison: Comparison)]

    var order: Order {
      let claims = over.map(\.comparison).filter(\.verdict.isClaim).compactMap { $0.effect.map { $0.effect < 1 } }
      if Set(claims).count > 1 { return .changes }
      return claims.count == over.count ? .same : .unknown
    }

    /// Those over which `first` may be said to be cheaper, or dearer.
    func transports(cheaper: Bool) -> [String] {
      over.filter { $0.comparison.verdict.isClaim && ($0.comparison.effect.map { $0.effect < 1 } == cheaper) }
        .map(\.transport)
    }

    static func == (left: Pair, right: Pair) -> Bool {
      left.first == right.first && left.second == right.second
        && left.over.map(\.transport) == right.over.map(\.transport)
        && left.over.map(\.comparison) == right.over.map(\.comparison)
    }
  }

  /// The baseline's, then the others in the order of the run.
  let names: [String]
  let baseline: String
  let wires: [Wire]
  /// Of strategies that have an arm over several of them, the baseline's own left out.
  let pairs: [Pair]

  /// nil where the baseline's strategy has one transport.
  ///
  /// - Parameter control: A′, whose difference is the noise of every comparison: as a ratio, which has one measure over all
  ///   transports.
  init?(_ result: RunResult, _ table: RoundTable, depth: Int, control: String?) {
    let arms = result.arms.filter { $0.controlOf == nil && $0.transportName != Arm.mixedName }
    guard let baseline = result.baseline, let first = arms.first(where: { $0.name == baseline }) else { return nil }
    let others = arms.filter { $0.strategyName == first.strategyName && $0.transportName != first.transportName }
    guard !others.isEmpty else { return nil }
    self.baseline = baseline
    wires = others.map { Wire(transport: $0.transportName, arm: $0.name) }
    names = [first.transportName] + wires.map(\.transport)
    func effect(_ arm: String, _ other: String) -> PairedEffect? {
      PairedEffect(pairs: table.pairs(.cpuPerHop, arm: arm, depth: depth, against: (other, depth)))
    }
    let noise = control.flatMap { effect($0, baseline) }
    let places = TransportFigures.places(arms, over: names, without: first.strategyName)
    let members = places.flatMap { place in
      place.over.map { (effect: effect($0.first, $0.second), control: noise) }
    }
    var judged = Comparison.family(members)[...]
    pairs = places.map { place in
      Pair(first: place.first, second: place.second, over: place.over.map { ($0.transport, judged.removeFirst()) })
    }
  }

  private typealias Place = (
    first: String, second: String, over: [(transport: String, first: String, second: String)]
  )

  /// Every pair of strategies with its arms, over each transport that both have; those that have one in common are left out.
  private static func places(_ arms: [Arm], over transports: [String], without baseline: String) -> [Place] {
    let strategies = arms.map(\.strategyName).reduce(into: [String]()) { list, name in
      if name != baseline, !list.contains(name) { list.append(name) }
    }
    func arm(_ strategy: String, _ transport: String) -> String? {
      arms.first { $0.strategyName == strategy && $0.transportName == transport }?.name
    }
    var places: [Place] = []
    for (index, first) in strategies.enumerated() {
      for second in strategies.dropFirst(index + 1) {
        var over: [(transport: String, first: String, second: String)] = []
        for transport in transports {
          guard let left = arm(first, transport), let right = arm(second, transport) else { continue }
          over.append((transport, left, right))
        }
        if over.count > 1 { places.append((first, second, over)) }
      }
    }
    return places
  }

  /// nil with fewer than two strategies.
  var order: Order? {
    guard !pairs.isEmpty else { return nil }
    if pairs.contains(where: { $0.order == .changes }) { return .changes }
    return pairs.allSatisfy { $0.order == .same } ? .same : .unknown
  }
}
