// Which parts of a hop a strategy makes longer, from the stage pass. It computes; it never formats.

package import Results
package import Statistics

package struct Attribution: Equatable, Sendable {
  /// One arm, per delivery: nanoseconds, one request under way.
  package struct Row: Equatable, Sendable {
    package let arm: String
    package let depth: Int
    package let deliveriesPerRequest: Double
    /// Of the middle rounds (`TimeParts.middle`).
    package let time: TimeParts
    /// The same minus that of what it is held against in the same round; nil for the baseline, and without one.
    package let added: TimeParts?
    /// Over the rounds, of the whole that is added; nil where nothing is.
    package let addedWhole: MedianInterval?
    /// The same part by part, in the order of `TimePart`; empty where nothing is added.
    fileprivate let addedParts: [MedianInterval]
    /// What is added by the trials that ran without clocks.
    package let addedWithoutClocks: Spread?
    /// Throughput with the clocks / without.
    package let clockedThroughput: Spread?
  }

  /// In the order of the run's arms; empty when nothing was clocked.
  package let rows: [Row]
  package let roundCount: Int
  /// Nanoseconds that the control arm adds to a hop in any round, either way: what is smaller is noise. Nil without one.
  package let noise: Double?

  package init(_ result: RunResult) {
    let passes = result.stages ?? []
    let baseline = result.baseline
    roundCount = Set(passes.map(\.round)).count
    let rows = result.arms.compactMap { arm -> Row? in
      let own = passes.filter { $0.arm == arm.name }
      guard !own.isEmpty else { return nil }
      let reference = arm.name == baseline ? nil : result.reference(of: arm.name)
      let others = passes.filter { $0.arm == reference }
      let pairs = own.compactMap { pass in others.first { $0.round == pass.round }.map { (pass, $0) } }
      let added = pairs.map { $0.timePerHop - $1.timePerHop }
      return Row(
        arm: arm.name, depth: own[0].depth, deliveriesPerRequest: own[0].deliveriesPerRequest,
        time: .middle(own.map(\.timePerHop)), added: added.isEmpty ? nil : .middle(added),
        addedWhole: MedianInterval(ofDifferences: added.map(\.whole)),
        addedParts: TimePart.allCases.compactMap { part in
          MedianInterval(ofDifferences: added.map { $0[part] })
        },
        addedWithoutClocks: Spread(
          pairs.compactMap { pass, baseline in
            guard let own = pass.secondsPerHopWithoutClocks, let other = baseline.secondsPerHopWithoutClocks else {
              return nil
            }
            return (own - other) * 1e9
          }),
        clockedThroughput: Spread(own.compactMap { ratio($0.throughput, $0.throughputWithoutClocks) }))
    }
    self.rows = rows
    let control = result.arms.first { $0.controlOf == baseline }?.name
    noise = rows.first { $0.arm == control }?.addedWhole.map { max(abs($0.min), abs($0.max)) }
  }

  package func row(arm: String) -> Row? { rows.first { $0.arm == arm } }
}

extension Attribution.Row {
  /// The part that the strategy makes longest, and by how many nanoseconds; nil when none grew.
  package var grewMost: (part: TimePart, nanoseconds: Double)? {
    guard let added else { return nil }
    let known = TimePart.allCases.filter { !isNothing($0) }.map { (part: $0, nanoseconds: added[$0]) }
    return known.max { $0.nanoseconds < $1.nanoseconds }.flatMap { $0.nanoseconds > 0 ? $0 : nil }
  }

  /// The rounds do not tell whether this part of what is added is more than nothing, or less.
  package func isNothing(_ part: TimePart) -> Bool {
    guard let index = TimePart.allCases.firstIndex(of: part), addedParts.indices.contains(index) else { return false }
    return addedParts[index].range.contains(0)
  }
}

extension StagePass {
  /// Those of the middle rounds, by the response time.
  static func middle(_ passes: [StagePass]) -> [StagePass] { middleThird(passes, by: \.response) }

  var deliveriesPerRequest: Double { nodes.reduce(0) { $0 + $1.deliveriesPerRequest } }

  var timePerHop: TimeParts {
    let count = max(deliveriesPerRequest, 1)
    return TimeParts(self).map { $0 / count }
  }

  var secondsPerHopWithoutClocks: Double? {
    ratio(1, throughputWithoutClocks).map { $0 / max(deliveriesPerRequest, 1) }
  }
}
