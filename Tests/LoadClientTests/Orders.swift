// What tests order: trials, images, small topologies. Values only.

import Control
import Glibc
import LoadClient
import Propagation
import Testing
import Topology

let millisecond: Int64 = 1_000_000
let second: Int64 = 1_000_000_000

extension TrialOrder {
  /// No settling unless it is asked for; times in nanoseconds.
  static func trial(
    _ mode: LoadMode, token: Int = 1, connections: Int = 1, settle: Int64 = 0,
    settleMax: Int64 = 3600 * second, window: Int64 = second, requestCount: Int? = nil, timeout: Int64 = 10 * second,
    drain: Int64 = 2 * second, seed: UInt64 = 1,
    piece: Int64 = 0, reconnect: Int64? = nil, takesTurns: Bool? = nil
  ) -> TrialOrder {
    var order = TrialOrder(
      token: token, mode: mode, connections: connections, hopsLeft: 1, settleNanoseconds: settle,
      settleNanosecondsMax: settleMax, windowNanoseconds: window, requestCount: requestCount,
      timeoutNanoseconds: timeout, drainNanoseconds: drain,
      seed: seed, pieceNanoseconds: piece)
    order.reconnectNanosecondsMax = reconnect
    order.takesTurns = takesTurns
    return order
  }
}

extension RequestImages {
  static func plain(propagator: String = "none", payloadSize: Int = 0, seed: UInt64 = 1) -> RequestImages {
    // Small enough for any transport.
    try! RequestImages(
      client: ClientSide(propagator: propagator, payloadSize: payloadSize, set: []),
      propagator: PropagatorRegistry.resolve(propagator)!, deadline: 0, hopsLeft: 1, flags: [], seed: seed)
  }
}

/// One end of a pipe that nobody writes to.
func makeIdleDescriptor() throws -> Int32 {
  var ends: [Int32] = [0, 0]
  try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
  close(ends[1])
  return ends[0]
}
