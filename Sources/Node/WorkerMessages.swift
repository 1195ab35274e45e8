// What the main thread and the workers of a node say to each other. Only values go from thread to thread, descriptors, and
// what is safe to share.

internal import Context
internal import Control
internal import Topology

enum WorkerOrder: Sendable {
  /// To listen: answered by `listening`.
  case configure(NodeConfiguration, NodeContexts)
  case connect([CalleeAddresses], wiring: Int)
  case replace(Service, NodeContexts, assumedPropagator: String?, callees: [CalleeAddresses]?, wiring: Int)
  /// Whatever does not concern how the node is made: answered as the launcher is.
  case command(NodeCommand)
  /// To serve a connection that another worker accepted.
  case take(fd: Int32)
  /// To finish what it has, within these nanoseconds: reported by `drained`.
  case drain(within: Int64)
  case stop
}

enum WorkerReport: Sendable {
  /// A part of the answer to an order.
  case answer(NodeReport, worker: Int)
  /// All edges of an order to connect or to replace are connected; one that was followed by another may never say so.
  case wired(NodeReport, worker: Int, wiring: Int)
  /// For the launcher as it is: a profile is of one worker alone.
  case profile(NodeReport)
  case closedConnection(reason: String)
  case lostCallee(String, reason: String)
  case reachedCallee(String)
  case drained(isComplete: Bool)
  case cannotAccept(reason: String)
}
