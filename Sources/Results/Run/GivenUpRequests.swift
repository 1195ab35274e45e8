// Requests that nobody waited for any more, and the work that went on for them. It never judges a run by them.

/// Of one node, over the whole run.
package struct GivenUpRequests: Codable, Equatable, Sendable {
  /// Absent when all arms share one process set, and outside of a run.
  package var arm: String?
  package var service: String
  package var replica: Int
  /// Ended because the caller cancelled or left.
  package var cancelled: UInt64
  /// Answered DEADLINE_EXCEEDED.
  package var deadlineExceeded: UInt64
  /// Given up behind an edge with `deadline: ignore`, and abandoned.
  package var abandoned: UInt64
  /// What was done for requests after they had been given up: slices of CPU work (at most 1 ms each), sleeps, calls.
  package var lateSlices: UInt64
  package var lateSleeps: UInt64
  package var lateCalls: UInt64
  /// The longest time from the first caller's giving up until this node had stopped; 0 where no cancel came.
  package var stopNanosecondsMax: UInt64

  package init(
    arm: String?, service: String, replica: Int, cancelled: UInt64, deadlineExceeded: UInt64, abandoned: UInt64,
    lateSlices: UInt64, lateSleeps: UInt64, lateCalls: UInt64, stopNanosecondsMax: UInt64
  ) {
    self.arm = arm
    self.service = service
    self.replica = replica
    self.cancelled = cancelled
    self.deadlineExceeded = deadlineExceeded
    self.abandoned = abandoned
    self.lateSlices = lateSlices
    self.lateSleeps = lateSleeps
    self.lateCalls = lateCalls
    self.stopNanosecondsMax = stopNanosecondsMax
  }
}

extension GivenUpRequests: NodeEntry {
  package var kind: String { "" }

  package mutating func add(_ other: GivenUpRequests) {
    cancelled &+= other.cancelled
    deadlineExceeded &+= other.deadlineExceeded
    abandoned &+= other.abandoned
    lateSlices &+= other.lateSlices
    lateSleeps &+= other.lateSleeps
    lateCalls &+= other.lateCalls
    stopNanosecondsMax = max(stopNanosecondsMax, other.stopNanosecondsMax)
  }
}

extension [GivenUpRequests] {
  /// One text per arm, its nodes added up: what one request was is counted at every node that had it.
  package var texts: [String] {
    var sums: [GivenUpRequests] = []
    for entry in self {
      if let same = sums.firstIndex(where: { $0.arm == entry.arm }) {
        sums[same].add(entry)
      } else {
        sums.append(entry)
      }
    }
    return sums.map { sum in
      let requests = Int(clamping: sum.cancelled &+ sum.deadlineExceeded &+ sum.abandoned)
      let stopped =
        sum.cancelled == 0 ? "" : "; stopped within \(NumberText.short(Double(sum.stopNanosecondsMax) / 1e6)) ms"
      return "\(NumberText.plural(requests, "request")) at nodes\(sum.arm.map { " under \($0)" } ?? "") "
        + "(\(sum.cancelled) cancelled, \(sum.deadlineExceeded) past the deadline, \(sum.abandoned) abandoned); done "
        + "after that: \(NumberText.plural(Int(clamping: sum.lateSlices), "slice")) of work, "
        + "\(NumberText.plural(Int(clamping: sum.lateSleeps), "sleep")), "
        + "\(NumberText.plural(Int(clamping: sum.lateCalls), "call"))" + stopped
    }
  }
}
