// CMeter's samples as a node's profile: equal stacks are put together, so that less has to be sent.

internal import CMeter
internal import Control
internal import Node

enum StackSampler {
  static var profiler: NodeProfiler { NodeProfiler(start: start, stop: stop) }

  @Sendable
  private static func start(_ order: ProfileOrder) -> ProfileClock {
    switch ctx_profile_start(order.period, order.gap, order.bufferSize) {
    case CTX_PROFILE_PERF: .perf
    case CTX_PROFILE_TIMER: .timer
    default: .none
    }
  }

  @Sendable
  private static func stop() -> (summary: ProfileSummary, stacks: [ProfileStack]) {
    let totals = ctx_profile_stop()
    defer { ctx_profile_discard() }
    return (
      ProfileSummary(
        samples: totals.cpu_samples, allocationSamples: totals.allocation_samples, lostSamples: totals.lost_samples,
        modules: modules()), stacks()
    )
  }

  private struct Key: Hashable {
    let kind: UInt32
    let addresses: [UInt64]
  }

  /// The heaviest first.
  private static func stacks() -> [ProfileStack] {
    var sums: [Key: (samples: UInt64, weight: UInt64)] = [:]
    var position = 0
    var sample = ctx_profile_sample()
    while ctx_profile_next(&position, &sample) == 1 {
      let addresses = Array(UnsafeBufferPointer(start: sample.addresses, count: Int(sample.depth)))
      let sum = sums[Key(kind: sample.kind, addresses: addresses)] ?? (0, 0)
      sums[Key(kind: sample.kind, addresses: addresses)] = (sum.samples + 1, sum.weight + sample.weight)
    }
    return sums.map { key, sum in
      ProfileStack(isAllocation: key.kind == 1, addresses: key.addresses, samples: sum.samples, weight: sum.weight)
    }.sorted { $0.weight > $1.weight }
  }

  private static func modules() -> [ProfileModule] {
    final class List { var modules: [ProfileModule] = [] }
    let list = List()
    ctx_profile_modules(
      { module, context in
        let list = Unmanaged<List>.fromOpaque(context!).takeUnretainedValue()
        list.modules.append(
          ProfileModule(
            base: module.base, start: module.start, end: module.end,
            path: module.path.map { String(cString: $0) } ?? ""))
      }, Unmanaged.passUnretained(list).toOpaque())
    return list.modules
  }
}
