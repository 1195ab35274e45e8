// A node as a process: takes orders from the launcher over the control channel, and ends when the launcher does.

package import Control
package import EventLoop
package import Spans
package import TransportCore

/// Runs one node until it is told to stop or the control channel closes.
package final class NodeProcess: LineChannelDelegate {
  private let loop: EventLoop
  private let orders: NodeOrders
  private var channel: LineChannel!
  private var status: Int32 = 0

  /// - Parameters:
  ///   - controlFD: the inherited end of the control channel.
  ///   - counters: a page for each worker, see `NodeServer`.
  ///   - spans: a ring for each worker; none where nobody reads them.
  ///   - readMeter: the calling thread's allocation and system-call counts.
  ///   - profiler: samples the calling thread; without it a profile is refused.
  ///   - transports: those that callers may speak and edges may name.
  package init(
    loop: EventLoop, controlFD: Int32, counters: [UnsafeMutablePointer<CounterPage>], spans: [SpanRing] = [],
    readMeter: @escaping @Sendable () -> MeterReading, profiler: NodeProfiler? = nil,
    transports: [Transport] = Transport.all
  ) {
    self.loop = loop
    orders = NodeOrders(
      loop: loop, counters: counters, spans: spans, readMeter: readMeter, profiler: profiler, transports: transports,
      limitsMemory: true)
    channel = LineChannel(loop: loop, fd: controlFD, delegate: self)
    orders.didAnswer = { [unowned self] report in
      if case .failed(let reason) = report { fail(reason) } else { send(report) }
    }
    orders.didReadWindow = { [unowned self] line in channel.send(line) }
    orders.didStop = { [unowned self] in stop() }
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    loop.run()
    return status
  }

  // MARK: Control channel

  package func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    do {
      try orders.didReceive(line)
    } catch {
      fail("\(error)")
    }
  }

  package func channelDidClose(_ channel: LineChannel) { stop() }

  private func stop() {
    orders.workers?.stop()
    loop.stop()
  }

  private func send(_ report: NodeReport) { channel.send(ControlCodec.encode(report)) }

  private func fail(_ reason: String) {
    send(.failed(reason))
    status = 1
    stop()
  }
}
