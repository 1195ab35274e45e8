// The laboratory as a child of the launcher: measures what it is told to over the control channel. A process of its own,
// so that what is measured meets a heap as small as a node's.

internal import Context
internal import Control
internal import EventLoop
internal import Laboratory
internal import Results

final class LaboratoryChild: LineChannelDelegate {
  private let loop: EventLoop
  private var channel: LineChannel!

  init(loop: EventLoop, controlFD: Int32) {
    self.loop = loop
    channel = LineChannel(loop: loop, fd: controlFD, delegate: self)
  }

  /// Returns the process's exit status.
  func run() -> Int32 {
    loop.run()
    return 0
  }

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    switch ControlCodec.decode(LaboratoryCommand.self, from: line) {
    case .measure(let orders, let seed): send(LaboratoryChild.measure(orders, seed: seed))
    case .race(let order):
      do {
        send(.raced(try Race.run(order)))
      } catch {
        send(.failed("\(error)"))
      }
    case .stop: loop.stop()
    case nil: send(.failed("an order that this version does not know"))
    }
  }

  func channelDidClose(_ channel: LineChannel) { loop.stop() }

  private func send(_ report: LaboratoryReport) { channel.send(ControlCodec.encode(report)) }

  private static func measure(_ orders: [HopOrder], seed: UInt64) -> LaboratoryReport {
    var settings: [HopSetting] = []
    for order in orders {
      guard let store = StoreKind(rawValue: order.store), let growth = ContextGrowth(rawValue: order.growth) else {
        return .failed("no store \"\(order.store)\" or growth \"\(order.growth)\"")
      }
      settings.append(
        HopSetting(
          store: store, propagator: order.propagator, growth: growth, keysPerLayer: order.keysPerLayer,
          layer: order.layer, opaqueSize: order.opaqueSize))
    }
    let figures = HopBench(settings, seed: seed, readMeter: { AllocationReading(ChildMain.readMeter()) }).run()
    var hops: [InProcessHop] = []
    for (order, figures) in zip(orders, figures) {
      guard let (arrival, hop) = figures else { return .failed("no propagator \"\(order.propagator)\"") }
      hops.append(
        InProcessHop(
          arm: order.arm, layer: order.layer, arrivalNanoseconds: arrival.nanosecondsPerOperation,
          hopNanoseconds: hop.nanosecondsPerOperation, arrivalAllocations: arrival.allocationsPerOperation,
          hopAllocations: hop.allocationsPerOperation))
    }
    return .measured(hops)
  }
}
