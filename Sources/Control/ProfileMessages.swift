// What launcher and node say to each other about a profile: raw addresses, and what is needed to name them. Types only.

/// How to sample.
package struct ProfileOrder: Codable, Equatable, Sendable {
  /// Nanoseconds of CPU time between samples.
  package var period: Int64
  /// Bytes allocated between samples, in the mean.
  package var gap: UInt64
  /// Bytes for samples; what comes beyond is lost, and counted.
  package var bufferSize: Int

  package init(period: Int64, gap: UInt64, bufferSize: Int) {
    self.period = period
    self.gap = gap
    self.bufferSize = bufferSize
  }
}

/// How a node samples its CPU time.
package enum ProfileClock: String, Codable, Sendable {
  /// It cannot.
  case none
  /// A software event of the kernel, exact to the period.
  case perf
  /// A timer on the CPU clock, which the kernel looks at once per tick.
  case timer
}

/// Samples whose stacks are the same.
package struct ProfileStack: Codable, Equatable, Sendable {
  package var isAllocation: Bool
  /// From the innermost.
  package var addresses: [UInt64]
  package var samples: UInt64
  /// Periods of CPU time, or bytes.
  package var weight: UInt64

  package init(isAllocation: Bool, addresses: [UInt64], samples: UInt64, weight: UInt64) {
    self.isAllocation = isAllocation
    self.addresses = addresses
    self.samples = samples
    self.weight = weight
  }
}

/// A file of which code is loaded.
package struct ProfileModule: Codable, Equatable, Sendable {
  /// What an address is above the file's own.
  package var base: UInt64
  /// Of its code.
  package var start: UInt64
  package var end: UInt64
  /// Empty for the program itself.
  package var path: String

  package init(base: UInt64, start: UInt64, end: UInt64, path: String) {
    self.base = base
    self.start = start
    self.end = end
    self.path = path
  }
}

/// The end of a node's profile; its stacks have been sent before.
package struct ProfileSummary: Codable, Equatable, Sendable {
  package var samples: UInt64
  package var allocationSamples: UInt64
  package var lostSamples: UInt64
  package var modules: [ProfileModule]
  /// Counted, not sampled: of the whole process while the profile ran.
  package var meter: MeterReading

  package init(
    samples: UInt64, allocationSamples: UInt64, lostSamples: UInt64, modules: [ProfileModule],
    meter: MeterReading = MeterReading()
  ) {
    self.samples = samples
    self.allocationSamples = allocationSamples
    self.lostSamples = lostSamples
    self.modules = modules
    self.meter = meter
  }

  /// Stacks that one message holds at most: a line of the control channel has a limit.
  package static let stackCountMax = 2_000
}
