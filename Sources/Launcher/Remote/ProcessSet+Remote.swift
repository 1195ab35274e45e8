// What a process set does with nodes that somebody else started: waits until they are there, has them read themselves,
// and takes back those that were lost. Of children it does nothing.

internal import CLinux
internal import Control
internal import EventLoop
internal import Topology

extension ProcessSet {
  /// Seconds for the answers to an order to read.
  private static let readSecondsMax = 12.0
  /// Seconds that nodes have to end what callers have given up, beside a request's own time.
  private static let restSecondsMax = 5.0

  private var remoteNodes: [RemoteNode] { finder?.nodes ?? [] }

  /// Has every node say how it stands now; children are read where they lie. One that is lost meanwhile says nothing, and
  /// whoever waits next hears of it.
  func refresh(memory: Bool = false, ignoringSignals: Bool = false) throws(LauncherError) {
    guard !remoteNodes.isEmpty else { return }
    let token = makeToken()
    let line = ControlCodec.encode(NodeCommand.readWindow(token: token, memory: memory))
    for node in remoteNodes { node.send(line: line) }
    try supervisor.wait(
      for: "the nodes (a reading)", seconds: Self.readSecondsMax, ignoringSignals: ignoringSignals,
      ignoringDeaths: true
    ) { remoteNodes.allSatisfy { !$0.isAlive || $0.window?.token == token } }
  }

  /// Until every node is there. At first, what a node itself refuses is final; of one that comes back it may be the place
  /// of its lost connection that the node still holds.
  func awaitNodes(isFirst: Bool) throws(LauncherError) {
    let seconds = options.remote?.readySeconds ?? 0
    do {
      try supervisor.wait(for: "the nodes", seconds: seconds, ignoringDeaths: true) {
        remoteNodes.allSatisfy(\.isAlive) || (isFirst && remoteNodes.contains(where: \.isRefused))
      }
    } catch .notReady {
      throw .badPlan(missing.map { "\($0.name) \($0.trouble), for \(seconds) s" }.joined(separator: "; "))
    }
    if let refused = missing.first(where: \.isRefused) { throw .badPlan("\(refused.name) \(refused.trouble)") }
    if isFirst { try refresh() }
  }

  private var missing: [RemoteNode] { remoteNodes.filter { !$0.isAlive } }

  /// After a loss: waits until all nodes are there, at rest and configured anew, with a new client.
  ///
  /// - Parameter requestSeconds: after which a node gives a request up.
  func takeBack(requestSeconds: Double) throws(LauncherError) {
    try awaitNodes(isFirst: false)
    let end = supervisor.loop.refreshNow() + Int64((requestSeconds + Self.restSecondsMax) * 1e9)
    repeat {
      try? supervisor.wait(for: "rest", seconds: 0.05, ignoringDeaths: true) { false }
      try refresh()
      guard remoteNodes.allSatisfy(\.isAlive) else { return try takeBack(requestSeconds: requestSeconds) }
    } while !remoteNodes.allSatisfy(\.isAtRest) && supervisor.loop.refreshNow() < end
    supervisor.forgetLosses()
    try replaceNodes()
    try replaceClient()
  }
}

extension ProcessSet {
  /// Asks these nodes at once for nothing but an answer; nanoseconds that each took.
  func ping(_ positions: Range<Int>) throws(LauncherError) -> [Int64] {
    let token = makeToken()
    let begin = ctx_monotonic_nanoseconds()
    var ends = [Int64?](repeating: nil, count: positions.count)
    for position in positions { nodes[position].process.send(NodeCommand.ping(token: token)) }
    try collect("a ping", from: positions) { index, report in
      guard case .pong(token) = report else { return false }
      ends[index - positions.lowerBound] = ctx_monotonic_nanoseconds()
      return true
    }
    return ends.map { ($0 ?? begin) - begin }
  }
}
