// What `ctxchain profile` found, as one document. The schema is docs/schema/profile-result-1.schema.json. Plain values.

package struct ProfileResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-profile"
  package static let currentVersion = 1

  /// Always `ctxchain-profile`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var seed: UInt64
  /// Stopped by a signal: shorter than it was to be.
  package var interrupted: Bool
  /// Seconds of load.
  package var seconds: Double
  /// Requests under way.
  package var inFlight: Int
  /// Of requests that completed, while every node was sampled.
  package var throughput: Double
  /// How CPU time was sampled: `perf`, `timer`, or `none` under a sanitizer.
  package var sampler: String
  /// CPU time between two samples.
  package var periodNanoseconds: Int64
  /// Bytes allocated between two samples, in the mean.
  package var allocationGapBytes: UInt64
  /// In the order of the topology.
  package var nodes: [NodeProfile] = []

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, interrupted: Bool, seconds: Double,
    inFlight: Int, throughput: Double, sampler: String, periodNanoseconds: Int64, allocationGapBytes: UInt64
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.seed = seed
    self.interrupted = interrupted
    self.seconds = seconds
    self.inFlight = inFlight
    self.throughput = throughput
    self.sampler = sampler
    self.periodNanoseconds = periodNanoseconds
    self.allocationGapBytes = allocationGapBytes
  }
}

package struct NodeProfile: Codable, Equatable, Sendable {
  package var service: String
  /// From 0.
  package var replica: Int
  package var cpuSamples: UInt64
  package var allocationSamples: UInt64
  /// Taken, but not kept.
  package var lostSamples: UInt64
  /// Counted, not sampled, while the profile ran; absent where nothing counts.
  package var allocations: UInt64?
  package var allocatedBytes: UInt64?
  /// The heaviest first; `weight` is in periods of CPU time.
  package var cpuSites: [CallSite]
  /// The heaviest first; `weight` is in bytes.
  package var allocationSites: [CallSite]

  package init(
    service: String, replica: Int, cpuSamples: UInt64, allocationSamples: UInt64, lostSamples: UInt64,
    allocations: UInt64?, allocatedBytes: UInt64?, cpuSites: [CallSite], allocationSites: [CallSite]
  ) {
    self.service = service
    self.replica = replica
    self.cpuSamples = cpuSamples
    self.allocationSamples = allocationSamples
    self.lostSamples = lostSamples
    self.allocations = allocations
    self.allocatedBytes = allocatedBytes
    self.cpuSites = cpuSites
    self.allocationSites = allocationSites
  }
}

/// A call: a function, and the place in the program's own code that called it.
package struct CallSite: Codable, Equatable, Sendable {
  /// What the caller called, or the own code itself where it called nothing.
  package var function: String
  /// The innermost function of the program's own Swift code; absent when that is `function`, or when there is none.
  package var caller: String?
  /// The innermost function of most of it; absent when that is `function`.
  package var mostly: String?
  package var samples: UInt64
  package var weight: UInt64
  /// Of all weight of its node and kind, 0…1.
  package var share: Double

  package init(function: String, caller: String?, mostly: String?, samples: UInt64, weight: UInt64, share: Double) {
    self.function = function
    self.caller = caller
    self.mostly = mostly
    self.samples = samples
    self.weight = weight
    self.share = share
  }
}
