// The option --slo: latency goals, `p99=5ms,p50=1ms`.

internal import ArgumentParser
internal import Statistics

extension LatencyObjective {
  private static let durationRange = 1e-9...3600.0

  static func parse(_ text: String) throws -> [LatencyObjective] {
    var objectives: [LatencyObjective] = []
    for part in NameList.read(text) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, let percentile = percentile(named: sides[0]), let duration = Seconds(argument: sides[1])
      else {
        throw ValidationError(
          "--slo: expected PERCENTILE=DURATION, such as p99=5ms or p99.9=20ms, with a percentile above p0 and up to "
            + "\(name(percentileMax)), got \"\(part)\"")
      }
      guard durationRange.contains(duration.value) else {
        throw ValidationError("--slo: expected a duration above 0 and up to 1h, got \"\(part)\"")
      }
      if objectives.contains(where: { $0.percentile == percentile }) {
        throw ValidationError("--slo: \(sides[0]) is named twice")
      }
      objectives.append(
        LatencyObjective(percentile: percentile, nanoseconds: max(1, Int64((duration.value * 1e9).rounded()))))
    }
    return objectives
  }
}
