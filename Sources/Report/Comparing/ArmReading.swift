// One arm at one depth of a result, read for a comparison: its value per round, its value over all, its counts.

package import Results
internal import Statistics
internal import Topology

package struct ArmReading {
  package let result: RunResult
  package let arm: Arm
  package let depth: Int
  /// Where the result came from; nil when it was just measured.
  package let file: String?
  let table: RoundTable

  /// nil when the result has no such arm.
  package init?(_ result: RunResult, arm name: String, depth: Int, file: String? = nil) {
    guard let arm = result.arms.first(where: { $0.name == name }) else { return nil }
    self.init(result: result, arm: arm, depth: depth, file: file, table: RoundTable(result))
  }

  private init(result: RunResult, arm: Arm, depth: Int, file: String?, table: RoundTable) {
    self.result = result
    self.arm = arm
    self.depth = depth
    self.file = file
    self.table = table
  }

  /// Another arm of the same run, at the same depth.
  func sibling(_ arm: Arm) -> ArmReading {
    ArmReading(result: result, arm: arm, depth: depth, file: file, table: table)
  }

  private func isOfSameRun(as other: ArmReading) -> Bool {
    file == other.file && result.startedAt == other.result.startedAt
  }

  /// A′ with its A: of this arm where it was measured twice, else of whichever arm was.
  func noisePair(ofThisArm: Bool) -> (a: ArmReading, control: ArmReading)? {
    let controls = result.arms.filter { $0.controlOf != nil && (!ofThisArm || $0.controlOf == arm.name) }
    for control in controls {
      if let original = result.arms.first(where: { $0.name == control.controlOf }) {
        return (sibling(original), sibling(control))
      }
    }
    return nil
  }

  /// Trials of rounds, superseded ones left out.
  var trials: [Trial] {
    result.trials.filter {
      $0.arm == arm.name && $0.depth == depth && !$0.superseded && $0.phase != .pilot && $0.connections == 1
    }
  }

  // MARK: Timed

  /// Of the closed-loop trials that show a metric.
  private func concurrency(_ metric: Metric) -> Concurrency {
    Concurrency(inFlight: metric.phase == .single ? 1 : arm.inFlight ?? result.settings.inFlight)
  }

  /// Of a timed metric, by round; a round without a value, or for a percentile without enough requests, is left out.
  ///
  /// - Parameter other: the arm that is held against this one; nil for this one's own values.
  private func values(_ metric: Metric, asReferenceOf other: ArmReading? = nil) -> [Int: BoundedValue] {
    if let wanted = metric.ofRound {
      let name = other.map { $0.isOfSameRun(as: self) ? $0.arm.name : "" } ?? arm.name
      var values: [Int: BoundedValue] = [:]
      for round in table.rounds {
        values[round] = table.reference(
          wanted, for: name, arm.name, depth: depth, round: round, at: concurrency(metric))
      }
      return values
    }
    guard let percentile = metric.percentile else { return [:] }
    var values: [Int: [BoundedValue]] = [:]
    for trial in trials where trial.phase == metric.phase {
      guard let latency = metric == .p50AtOne ? trial.serviceTime : trial.responseTime,
        let value = latency.bounded(percentile == 50 ? latency.p50 : latency.p99, percentile: percentile)
      else { continue }
      values[trial.round, default: []].append(value)
    }
    // Several trials of a round: the middle one of their percentiles.
    return values.compactMapValues { several in
      Spread.median(several.map(\.value)).map {
        BoundedValue($0, isLowerBound: several.contains(where: \.isLowerBound))
      }
    }
  }

  /// Median over rounds, or the percentile of everything merged.
  func value(_ metric: Metric) -> Double? {
    guard let percentile = metric.percentile else { return Spread.median(values(metric).values.map(\.value)) }
    let merged = result.histograms.first { $0.arm == arm.name && $0.depth == depth && $0.phase == metric.phase }
    return merged.flatMap { PercentileFigure(percentile, of: $0.responseTime).nanoseconds }.map { Double($0) }
  }

  /// Whether there is any trial in which the metric could have been seen.
  func wasTried(_ metric: Metric) -> Bool { trials.contains { $0.phase == metric.phase } }

  /// The rounds in which both have a value, by number.
  func pairs(_ metric: Metric, with other: ArmReading) -> [(reference: Double, value: Double)] {
    let (left, right) = (values(metric, asReferenceOf: other), other.values(metric))
    return left.keys.sorted().compactMap { round in
      guard let reference = left[round], let value = right[round] else { return nil }
      return BoundedValue.pair(reference, value)
    }
  }

  // MARK: Counted

  /// nil when nothing was counted.
  var countingPass: CountingPass? { result.counts.first { $0.arm == arm.name && $0.depth == depth } }

  /// Per client request, over all nodes; nil when it was not counted.
  func count(_ metric: Metric) -> Double? {
    guard let pass = countingPass else { return nil }
    let values = pass.nodes.map { node -> Double? in
      switch metric {
      case .allocations: node.allocationsPerRequest
      case .allocatedBytes: node.allocatedBytesPerRequest
      case .systemCalls: node.systemCallsPerRequest
      case .retains: node.retainsPerRequest
      case .releases: node.releasesPerRequest
      case .contextBytes: node.contextBytesInPerDelivery * node.deliveriesPerRequest
      default: nil
      }
    }
    guard !values.isEmpty, !values.contains(nil) else { return nil }
    return values.compactMap { $0 }.reduce(0, +)
  }

  var described: ComparedArm { ComparedArm(arm, depth: depth, of: result, file: file) }
}
