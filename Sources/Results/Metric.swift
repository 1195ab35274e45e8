// Every metric: what it is called, its unit, and where its values come from. Tables, curves, slopes, comparisons, gates
// and files of numbers read this one list. It computes nothing.

internal import Statistics

package enum Metric: String, CaseIterable, Codable, Equatable, Sendable {
  // Closed loop, at the arms' number of requests under way.
  case cpuPerHop = "cpu_per_hop"
  case cpuPerRequest = "cpu_per_request"
  case throughput
  // Open loop; percentiles are from the intended send.
  case cpuPerHopOpen = "cpu_per_hop_open"
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
  case retains
  case releases
  // Of reports alone, never compared.
  case secondsPerRequest = "seconds_per_request"
  case contextBytesPerHop = "context_bytes_per_hop"

  package enum Source: Equatable, Sendable {
    /// One value per round: of this metric, in trials of this phase.
    case rounds(Metric, Trial.Phase)
    /// Of all rounds merged, and of each that has requests enough.
    case percentile(Double, Trial.Phase)
    /// By the counting pass.
    case counted
  }

  package struct Facts: Sendable {
    /// What it is called in a sentence.
    package let words: String
    /// Above a figure.
    package let title: String
    package let unit: MetricUnit
    /// What there is one of: `hop`, `request`, or nothing.
    package var per = ""
    package let source: Source
    /// Below a figure's title.
    package var caption = ""
  }

  package var facts: Facts {
    switch self {
    case .cpuPerHop:
      Facts(
        words: "CPU per hop", title: "CPU per hop", unit: .nanoseconds, per: "hop", source: .rounds(self, .closed),
        caption: "CPU time of all nodes / deliveries, closed loop.")
    case .cpuPerRequest:
      Facts(
        words: "CPU per request", title: "CPU per request", unit: .nanoseconds, per: "request",
        source: .rounds(self, .closed),
        caption: "CPU time of all nodes / completed requests. Its slope is the marginal cost of a hop.")
    case .throughput:
      Facts(
        words: "throughput", title: "Throughput", unit: .perSecond, source: .rounds(self, .closed),
        caption: "Completed requests per second, closed loop. Higher is better.")
    case .cpuPerHopOpen:
      Facts(
        words: "CPU per hop in the open loop", title: "CPU per hop, open loop", unit: .nanoseconds, per: "hop",
        source: .rounds(self, .open))
    case .p50:
      Facts(
        words: "P50", title: "Response time, P50", unit: .nanoseconds, source: .percentile(50, .open),
        caption: "From the intended send time, open loop.")
    case .p99:
      Facts(
        words: "P99", title: "Response time, P99", unit: .nanoseconds, source: .percentile(99, .open),
        caption: "The same requests. Not given below \(PercentileFigure.countMin(99)) of them.")
    case .cpuPerHopAtOne: atOne(.cpuPerHop)
    case .cpuPerRequestAtOne: atOne(.cpuPerRequest)
    case .throughputAtOne: atOne(.throughput)
    case .p50AtOne:
      Facts(
        words: "service P50 at 1 in flight", title: "Service time, P50", unit: .nanoseconds,
        source: .percentile(50, .single))
    case .allocations:
      Facts(
        words: "allocations", title: "Allocations per request", unit: .count, per: "request", source: .counted,
        caption: "Of all nodes together, one request under way, counted exactly: no interval.")
    case .allocatedBytes:
      Facts(words: "allocated bytes", title: "Allocated bytes", unit: .bytes, per: "request", source: .counted)
    case .contextBytes:
      Facts(words: "context bytes", title: "Context bytes", unit: .bytes, per: "request", source: .counted)
    case .systemCalls:
      Facts(words: "system calls", title: "System calls", unit: .count, per: "request", source: .counted)
    case .retains: Facts(words: "retains", title: "Retains", unit: .count, per: "request", source: .counted)
    case .releases: Facts(words: "releases", title: "Releases", unit: .count, per: "request", source: .counted)
    case .secondsPerRequest:
      Facts(words: "1/throughput", title: "1/throughput", unit: .seconds, source: .rounds(self, .closed))
    case .contextBytesPerHop:
      Facts(
        words: "context bytes per hop", title: "Context bytes per hop", unit: .bytes, per: "hop", source: .counted,
        caption: "Header fields and binary section as they arrive, counted exactly: no interval.")
    }
  }

  /// The same of trials with one request under way.
  private func atOne(_ metric: Metric) -> Facts {
    let facts = metric.facts
    return Facts(
      words: facts.words + " at 1 in flight", title: facts.title, unit: facts.unit, per: facts.per,
      source: .rounds(metric, .single))
  }

  package var unit: MetricUnit { facts.unit }
  package var words: String { facts.words }

  // MARK: Comparisons

  /// In the order of documents.
  package static let compared = allCases.filter { $0 != .secondsPerRequest && $0 != .contextBytesPerHop }
  package static var names: String { compared.map(\.rawValue).joined(separator: ", ") }

  /// Compared for equality, without a test.
  package var isExact: Bool { facts.source == .counted }

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

  /// Of a timed metric.
  package var phase: Trial.Phase {
    switch facts.source {
    case .rounds(_, let phase), .percentile(_, let phase): phase
    case .counted: .single
    }
  }

  /// nil for what is no percentile.
  package var percentile: Double? {
    guard case .percentile(let percentile, _) = facts.source else { return nil }
    return percentile
  }

  /// What a round has one value of; nil for percentiles and counts.
  package var ofRound: Metric? {
    guard case .rounds(let metric, _) = facts.source else { return nil }
    return metric
  }

  // MARK: Units

  /// Of the values in a document of a comparison.
  package var documentUnit: String {
    switch unit {
    case .count: "1/\(facts.per)"
    case .bytes: "bytes/\(facts.per)"
    default: unit.name
    }
  }

  /// In a file of numbers.
  package var columnName: String {
    switch unit {
    case .nanoseconds: rawValue + "_ns"
    case .perSecond: rawValue + "_per_s"
    case .count: "\(rawValue)_per_\(facts.per)"
    case .seconds, .bytes: rawValue
    }
  }
}

/// What a value is measured in: in documents and files, and as people read it.
package enum MetricUnit: Sendable {
  case nanoseconds, seconds, perSecond, count, bytes

  /// In a document.
  package var name: String {
    switch self {
    case .nanoseconds: "ns"
    case .seconds: "s"
    case .perSecond: "1/s"
    case .count: ""
    case .bytes: "bytes"
    }
  }

  /// As people read it: both times are in microseconds.
  package var shown: String {
    switch self {
    case .nanoseconds, .seconds: "µs"
    case .perSecond: "1/s"
    case .count: ""
    case .bytes: "B"
    }
  }

  /// From the document's unit into the shown one.
  package func scaled(_ value: Double) -> Double {
    switch self {
    case .nanoseconds: value / 1e3
    case .seconds: value * 1e6
    case .perSecond, .count, .bytes: value
    }
  }

  /// A value of the document in the shown unit.
  package func text(_ value: Double?) -> String {
    let scaled = value.map(scaled)
    return switch self {
    case .nanoseconds, .seconds: NumberText.short(scaled)
    case .perSecond: NumberText.whole(scaled)
    case .count, .bytes: NumberText.count(scaled)
    }
  }
}
