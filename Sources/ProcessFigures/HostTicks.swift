// Time that the hypervisor gave to others, of all CPUs of a machine since its start, in ticks.

package struct HostTicks: Equatable, Sendable {
  package var steal: UInt64
  package var total: UInt64

  package init(steal: UInt64, total: UInt64) {
    self.steal = steal
    self.total = total
  }

  /// Of this machine, now; nil where the kernel does not say.
  package static func now() -> HostTicks? {
    // The first line is that of all CPUs.
    let words = ProcFile.text("/proc/stat", sizeMax: 256).split(separator: "\n").first?.split(separator: " ") ?? []
    let ticks = words.dropFirst().prefix(8).compactMap { UInt64($0) }
    guard ticks.count == 8 else { return nil }
    return HostTicks(steal: ticks[7], total: ticks.reduce(0, +))
  }

  /// Share of all CPU time that others had, 0…1.
  package func stealRatio(since earlier: HostTicks) -> Double {
    guard total > earlier.total, steal >= earlier.steal else { return 0 }
    return Double(steal - earlier.steal) / Double(total - earlier.total)
  }
}
