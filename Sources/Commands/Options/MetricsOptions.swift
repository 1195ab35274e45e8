// Where a command serves metrics for Prometheus while it runs.

internal import ArgumentParser
internal import Metrics

struct MetricsOptions: ParsableArguments {
  @Option(
    help: """
      Serve /metrics for Prometheus at HOST:PORT, on a thread of its own; a port alone is one of 127.0.0.1, and 0 takes a \
      free one.
      """)
  var metrics: String?

  @Option(
    help: "A label of every series there, NAME=VALUE, such as strategy=packed; may be there several times.")
  var metricsLabel: [String] = []

  mutating func validate() throws { _ = try plan() }

  /// - Parameter arms: series differ by strategy and depth, which no label of a user's may stand for.
  /// - Returns: nil where no metrics are asked for.
  func plan(arms: Bool = false) throws -> MetricsPlan? {
    var labels: [MetricLabel] = []
    for text in metricsLabel {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw ValidationError("--metrics-label: expected NAME=VALUE, got \"\(text)\"") }
      let label = MetricLabel(parts[0], parts[1])
      if let problem = label.problem { throw ValidationError("--metrics-label: \(problem)") }
      if arms, MetricLabel.replaceable.contains(label.name) {
        throw ValidationError("--metrics-label: \(label.name) is what the arms of a run differ by")
      }
      guard !labels.contains(where: { $0.name == label.name }) else {
        throw ValidationError("--metrics-label: \(label.name) is there twice")
      }
      labels.append(label)
    }
    guard let metrics else {
      guard labels.isEmpty else { throw ValidationError("--metrics-label: expected --metrics beside it") }
      return nil
    }
    guard let plan = MetricsPlan(address: metrics, labels: labels) else {
      throw ValidationError("--metrics: expected HOST:PORT or a port, got \"\(metrics)\"")
    }
    return plan
  }
}
