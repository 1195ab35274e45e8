// A profile of the calling thread, from its order to what is sent of it.

internal import Control

struct ProfileOrders {
  private let profiler: NodeProfiler?
  private let readMeter: () -> MeterReading
  /// When the profile was started.
  private let meter: MeterReading

  init(_ profiler: NodeProfiler?, readMeter: @escaping () -> MeterReading) {
    self.profiler = profiler
    self.readMeter = readMeter
    meter = readMeter()
  }

  func start(_ order: ProfileOrder) -> NodeReport { .profileStarted(profiler?.start(order) ?? .none) }

  func stop() -> [NodeReport] {
    guard let profiler else { return [.failed("this node has no profiler")] }
    let meter = readMeter().since(meter)
    var (summary, stacks) = profiler.stop()
    summary.meter = meter
    let starts = stride(from: 0, to: stacks.count, by: ProfileSummary.stackCountMax)
    return starts.map { .profileStacks(Array(stacks[$0...].prefix(ProfileSummary.stackCountMax))) }
      + [.profile(summary)]
  }
}
