// The orderly end of a node: no caller is accepted any more, those that there are are told, and what they have sent is
// finished.

internal import Bytes
internal import Control
internal import EventLoop
internal import TransportCore

extension NodeServer {
  /// Nanoseconds between two looks at what is left, and how often in a row nothing must be: what callers sent before
  /// they heard is on its way.
  private static let drainGap: Int64 = 20_000_000
  private static let quietCountMin = 5

  /// Says goaway to all callers, and calls `didEnd` when everything is answered and sent, or after `nanoseconds`, with false
  /// when something is left then. Once; `close` comes next.
  package func drain(within nanoseconds: Int64, then didEnd: @escaping (_ isComplete: Bool) -> Void) {
    stopListening()
    connections.values.forEach { $0.caller.sendGoaway() }
    let end = loop.refreshNow() &+ nanoseconds
    var (deliveries, quietCount) = (counters.pointee.deliveries, 0)
    let timer = Timer(loop: loop) { [unowned self] in
      let isQuiet =
        counters.pointee.open == 0 && counters.pointee.deliveries == deliveries
        && connections.values.allSatisfy(\.caller.output.isEmpty)
      quietCount = isQuiet ? quietCount + 1 : 0
      deliveries = counters.pointee.deliveries
      if (connections.isEmpty && arrivals.isEmpty) || quietCount == NodeServer.quietCountMin {
        didEnd(true)
      } else if loop.now >= end {
        didEnd(isQuiet)
      } else {
        drainTimer?.start(after: NodeServer.drainGap)
      }
    }
    drainTimer = timer
    publishReadiness()
    timer.start(after: NodeServer.drainGap)
  }
}
