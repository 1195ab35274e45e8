// Figures of a result worked out the long way, from its trials and published tables: nothing here asks the program.

import Results

enum ByHand {
  static func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  // MARK: Paired differences

  /// The means of all pairs of values, each with itself included, ascending.
  private static func means(_ values: [Double]) -> [Double] {
    values.indices.flatMap { left in values.indices.filter { $0 >= left }.map { (values[left] + values[$0]) / 2 } }
      .sorted()
  }

  /// Hodges and Lehmann's.
  static func estimate(_ differences: [Double]) -> Double? { median(means(differences)) }

  /// How many means the signed-rank test at 5 % cuts off at each end, and one: its critical values, as tables have them,
  /// are 0, 2, 3, 5, 8, 10 and 13.
  private static let ranks = [6: 1, 7: 3, 8: 4, 9: 6, 10: 9, 11: 11, 12: 14]

  /// What the signed-rank test does not reject; below 6 smallest to largest value.
  static func ends(_ differences: [Double]) -> (low: Double, high: Double)? {
    guard let least = differences.min(), let largest = differences.max() else { return nil }
    guard differences.count >= 6 else { return (least, largest) }
    guard let rank = ranks[differences.count] else { return nil }
    let means = means(differences)
    return (means[rank - 1], means[means.count - rank])
  }

  // MARK: Trials

  /// Of closed-loop trials, one per round, as rounds follow each other.
  static func closed(_ result: RunResult, _ arm: String, _ depth: Int) -> [Trial] {
    result.trials.filter { $0.phase == .closed && $0.arm == arm && $0.depth == depth && !$0.superseded }
      .sorted { $0.round < $1.round }
  }

  /// What the trials of an arm are held against, round by round: the baseline's and those of the arm that repeats it, for
  /// that arm the baseline's alone.
  static func references(_ result: RunResult, for arm: String, _ depth: Int) -> [[Trial]] {
    let names = result.arms.filter { $0.name == "baseline" || $0.controlOf == "baseline" && $0.name != arm }.map(\.name)
    let trials = names.map { closed(result, $0, depth) }
    return trials[0].indices.map { round in trials.map { $0[round] } }
  }

  static func throughput(_ trials: [Trial]) -> Double {
    func seconds(_ trial: Trial) -> Double { Double(trial.windowNanoseconds) / 1e9 }
    guard trials.count > 1 else { return trials[0].throughput }
    return trials.map { $0.throughput * seconds($0) }.reduce(0, +) / trials.map(seconds).reduce(0, +)
  }

  static func cpuPerHop(_ trials: [Trial]) -> Double {
    Double(trials.map(\.nodeCpuNanoseconds).reduce(0, +)) / Double(trials.map(\.deliveries).reduce(0, +))
  }

  /// By the deliveries of the counting pass, which of the made-up runs are whole numbers.
  static func cpuPerRequest(_ result: RunResult, _ trials: [Trial]) -> Double {
    let pass = result.counts.first { $0.arm == trials[0].arm && $0.depth == trials[0].depth }
    return cpuPerHop(trials) * (pass?.nodes.map(\.deliveriesPerRequest).reduce(0, +) ?? .nan)
  }

  /// 1 − throughput / that of the reference, by round.
  static func drops(_ result: RunResult, _ arm: String, _ depth: Int) -> [Double] {
    zip(closed(result, arm, depth), references(result, for: arm, depth)).map { 1 - $0.throughput / throughput($1) }
  }

  /// CPU per hop − that of the reference, by round.
  static func addedPerHop(_ result: RunResult, _ arm: String, _ depth: Int) -> [Double] {
    zip(closed(result, arm, depth), references(result, for: arm, depth)).map { cpuPerHop([$0]) - cpuPerHop($1) }
  }
  /// Columns of the file of arms and depths: per request of the client, of all hops.
  static func wireBytes(_ bytes: HopBytes, _ pass: CountingPass) -> [String: Any?] {
    let hops = pass.nodes.map(\.deliveriesPerRequest).reduce(0, +)
    let (header, answerHeader) = (bytes.headerBytesPerHop ?? .nan, bytes.answerHeaderBytesPerHop ?? .nan)
    let payload = bytes.payloadBytesPerHop + (bytes.answerPayloadBytesPerHop ?? .nan)
    let all = bytes.contextBytesPerHop + header + answerHeader + payload
    return [
      "context_bytes_per_request": bytes.contextBytesPerHop * hops, "request_protocol_bytes_per_request": header * hops,
      "answer_protocol_bytes_per_request": answerHeader * hops, "payload_bytes_per_request": payload * hops,
      "wire_bytes_per_request": all * hops,
      "uncompressed_context_bytes_per_request": bytes.uncompressedContextBytesPerHop.map { $0 * hops },
      "table_insertions_per_request": bytes.tableInsertionsPerHop.map { $0 * hops },
    ]
  }
}
