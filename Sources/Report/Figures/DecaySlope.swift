// What grows with depth, and the line that was fitted to it, in words and units. It fits nothing.

internal import Results
internal import Statistics

enum DecaySlope: String, CaseIterable {
  case cpuPerRequest, secondsPerRequest, p50, p99, allocationsPerRequest

  func fit(_ arm: RunSummary.ArmSummary) -> DecayFit? {
    switch self {
    case .cpuPerRequest: arm.cpuFit
    case .secondsPerRequest: arm.intervalFit
    case .p50: arm.p50Fit
    case .p99: arm.p99Fit
    case .allocationsPerRequest: arm.allocationFit
    }
  }

  var title: String {
    switch self {
    case .cpuPerRequest: "CPU"
    case .secondsPerRequest: "1/throughput"
    case .p50: "P50"
    case .p99: "P99"
    case .allocationsPerRequest: "allocations"
    }
  }

  var unit: String {
    switch self {
    case .cpuPerRequest: "µs/request"
    case .secondsPerRequest, .p50, .p99: "µs"
    case .allocationsPerRequest: "/request"
    }
  }

  /// In a CSV file.
  var columnName: String {
    switch self {
    case .cpuPerRequest: "cpu_per_request_ns"
    case .secondsPerRequest: "seconds_per_request"
    case .p50: "p50_ns"
    case .p99: "p99_ns"
    case .allocationsPerRequest: "allocations_per_request"
    }
  }

  /// The slope with its interval, in `unit`.
  func text(_ arm: RunSummary.ArmSummary) -> String {
    guard let fit = fit(arm) else { return NumberText.missing }
    guard let interval = fit.slopeInterval else { return number(fit.line.slope) }
    return NumberText.withRange(fit.line.slope, interval, unit: "") { number($0) }
  }

  /// From the document's unit into `unit`.
  func scaled(_ value: Double) -> Double {
    switch self {
    case .cpuPerRequest, .p50, .p99: value / 1e3
    case .secondsPerRequest: value * 1e6
    case .allocationsPerRequest: value
    }
  }

  /// In `unit`.
  func number(_ value: Double?) -> String {
    let scaled = value.map(scaled)
    return self == .allocationsPerRequest ? NumberText.count(scaled) : NumberText.short(scaled)
  }
}
