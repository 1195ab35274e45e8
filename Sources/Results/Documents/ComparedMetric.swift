// What two arms are compared by: the names that tables, documents and gates use.

package enum ComparedMetric: String, CaseIterable, Codable, Equatable, Sendable {
  // Closed loop, at the arms' number of requests under way.
  case cpuPerHop = "cpu_per_hop"
  case cpuPerRequest = "cpu_per_request"
  case throughput
  // Open loop, at the rate that all arms share, from the intended send.
  case p50
  case p99
  // One request under way.
  case cpuPerHopAtOne = "cpu_per_hop_at_1"
  case cpuPerRequestAtOne = "cpu_per_request_at_1"
  case throughputAtOne = "throughput_at_1"
  /// From the actual send: the service time.
  case p50AtOne = "p50_at_1"
  // Counted exactly, one request under way, per client request and over all nodes.
  case allocations
  case allocatedBytes = "allocated_bytes"
  case contextBytes = "context_bytes"
  case systemCalls = "system_calls"

  /// Compared for equality, without a test.
  package var isExact: Bool { [.allocations, .allocatedBytes, .contextBytes, .systemCalls].contains(self) }

  /// Bytes by which the two readings of a counting pass differ at most, whatever is counted: the messages that ask for
  /// them have numbers of more and fewer digits.
  private static let readingSizeMax = 16.0

  /// By how much two counts per request may differ that mean the same, of which `larger` is one.
  package func exactTolerance(larger: Double, requests: Int) -> Double {
    switch self {
    case .allocatedBytes: Self.readingSizeMax / Double(max(1, requests))
    // One more or less now and then is the kernel's doing.
    case .systemCalls: 0.001 * larger
    // Sums of the same numbers in another order.
    default: 1e-9 * larger
    }
  }

  package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Of a timed metric.
  package var phase: Slot.Phase {
    switch self {
    case .p50, .p99: .open
    case .cpuPerHopAtOne, .cpuPerRequestAtOne, .throughputAtOne, .p50AtOne: .single
    default: .closed
    }
  }

  /// What a round has one value of; nil for percentiles and counts.
  package var roundMetric: RoundTable.Metric? {
    switch self {
    case .cpuPerHop, .cpuPerHopAtOne: .cpuPerHop
    case .cpuPerRequest, .cpuPerRequestAtOne: .cpuPerRequest
    case .throughput, .throughputAtOne: .throughput
    default: nil
    }
  }

  /// nil for what is no percentile.
  package var percentile: Double? {
    switch self {
    case .p50, .p50AtOne: 50
    case .p99: 99
    default: nil
    }
  }

  /// Of the values in a document.
  package var unit: String {
    switch self {
    case .throughput, .throughputAtOne: "1/s"
    case .allocations, .systemCalls: "1/request"
    case .allocatedBytes, .contextBytes: "bytes/request"
    default: "ns"
    }
  }

  /// What it is called in a sentence.
  package var words: String {
    switch self {
    case .cpuPerHop: "CPU per hop"
    case .cpuPerRequest: "CPU per request"
    case .throughput: "throughput"
    case .p50: "P50"
    case .p99: "P99"
    case .cpuPerHopAtOne: "CPU per hop at 1 in flight"
    case .cpuPerRequestAtOne: "CPU per request at 1 in flight"
    case .throughputAtOne: "throughput at 1 in flight"
    case .p50AtOne: "service P50 at 1 in flight"
    case .allocations: "allocations"
    case .allocatedBytes: "allocated bytes"
    case .contextBytes: "context bytes"
    case .systemCalls: "system calls"
    }
  }
}
