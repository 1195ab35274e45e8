// What is drawn over depth, and in which words and units. It computes nothing.

internal import Results
internal import Statistics

enum DecayMetric: String, CaseIterable {
  case throughput, p50, p99, cpuPerHop, cpuPerRequest, allocationsPerRequest, contextBytesPerHop

  var title: String {
    switch self {
    case .throughput: "Throughput"
    case .p50: "Response time, P50"
    case .p99: "Response time, P99"
    case .cpuPerHop: "CPU per hop"
    case .cpuPerRequest: "CPU per request"
    case .allocationsPerRequest: "Allocations per request"
    case .contextBytesPerHop: "Context bytes per hop"
    }
  }

  /// Of the axis.
  var axisTitle: String {
    switch self {
    case .throughput: "requests/s"
    case .p50, .p99: "µs"
    case .cpuPerHop: "µs per hop"
    case .cpuPerRequest: "µs per request"
    case .allocationsPerRequest: "allocations per request"
    case .contextBytesPerHop: "bytes per hop"
    }
  }

  /// Unit of the values, which are those of the document.
  var unit: String {
    switch self {
    case .throughput: "1/s"
    case .p50, .p99, .cpuPerHop, .cpuPerRequest: "ns"
    case .allocationsPerRequest: "per request"
    case .contextBytesPerHop: "bytes"
    }
  }

  /// In a CSV file.
  var columnName: String {
    switch self {
    case .throughput: "throughput_per_s"
    case .p50: "p50_ns"
    case .p99: "p99_ns"
    case .cpuPerHop: "cpu_per_hop_ns"
    case .cpuPerRequest: "cpu_per_request_ns"
    case .allocationsPerRequest: "allocations_per_request"
    case .contextBytesPerHop: "context_bytes_per_hop"
    }
  }

  var caption: String {
    switch self {
    case .throughput: "Completed requests per second, closed loop. Higher is better."
    case .p50: "From the intended send time, open loop at one rate for all arms."
    case .p99: "The same requests. Not given below \(PercentileFigure.countMin(99)) of them."
    case .cpuPerHop: "CPU time of all nodes / deliveries, closed loop."
    case .cpuPerRequest: "CPU time of all nodes / completed requests. Its slope is what one more hop costs."
    case .allocationsPerRequest:
      "Of all nodes together, one request under way, counted exactly: no band."
    case .contextBytesPerHop: "Header fields and binary section as they arrive, counted exactly: no band."
    }
  }

  /// Whether rounds scatter; else it is counted once.
  var hasBand: Bool {
    switch self {
    case .throughput, .p50, .p99, .cpuPerHop, .cpuPerRequest: true
    case .allocationsPerRequest, .contextBytesPerHop: false
    }
  }

  /// A value beside the axis, in the unit of `axisTitle`.
  func axisText(_ value: Double) -> String {
    unit == "ns" ? AxisText.microseconds(value) : AxisText.short(value)
  }

  /// As people read it, with its unit.
  func text(_ value: Double) -> String {
    switch self {
    case .throughput: NumberText.whole(value) + "/s"
    case .p50, .p99, .cpuPerHop, .cpuPerRequest: NumberText.microseconds(value) + " µs"
    case .allocationsPerRequest: NumberText.count(value)
    case .contextBytesPerHop: NumberText.count(value) + " B"
    }
  }
}
