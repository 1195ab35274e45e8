// What a run does about nodes that somebody else started: notes which they are and how far, and goes on when one that was
// lost is there again. Of a run that starts its own, nothing.

internal import Control
internal import EventLoop
internal import ProcessFigures
internal import Results
internal import Statistics
internal import Topology

extension Experiment {
  /// Orders without a purpose, to know how long one takes; and nodes that get theirs at once.
  private static let pingCount = 16
  /// Losses in one step of a run, such as a round, after which its nodes are waited for.
  private static let returnsMax = 3
  private static let pingedNodesMax = 8

  /// Runs `body`, once more whenever a node was lost meanwhile and has come back. What was measured while it was lost is
  /// invalid, and counts no more.
  ///
  /// A node that is lost each time ends it.
  func keepingNodes(_ body: () throws(LauncherError) -> Void) throws(LauncherError) {
    var returnCount = 0
    while true {
      let trialCount = result.trials.count
      do {
        return try body()
      } catch .nodeLost(let loss) where returnCount < Self.returnsMax {
        returnCount += 1
        for index in result.trials[trialCount...].indices where result.trials[index].validity.verdict == .invalid {
          result.trials[index].superseded = true
        }
        try takeBack(loss)
      }
    }
  }

  private func takeBack(_ loss: NodeLoss) throws(LauncherError) {
    observer.runDidReach("\(loss); waiting until it is there again")
    let counts = remoteNodes.map { ($0.restartCount, $0.reconnectCount) }
    do throws(LauncherError) {
      try sets[0].takeBack(requestSeconds: plan.timeoutSeconds)
    } catch {
      // What it came to stands among the failures already; the note says that it was waited for.
      if case .badPlan(let reason) = error {
        result.notes.append(reason)
        throw .nodeLost(loss)
      }
      throw error
    }
    for (index, node) in remoteNodes.enumerated() {
      let restarted = node.restartCount > counts[index].0
      guard restarted || node.reconnectCount > counts[index].1 else { continue }
      let told = NodeReturn(
        round: result.settings.roundsPlanned > 0 ? roundUnderWay : nil, restarted: restarted, reason: loss.reason)
      let before = result.network?.nodes[index].returns ?? []
      result.network?.nodes[index].returns = before + [told]
      observer.runDidReach("\(node.name) is there again" + (restarted ? ", another process" : ""))
    }
  }

  private var remoteNodes: [RemoteNode] { sets.first?.finder?.nodes ?? [] }

  /// Once they are there: which they are, and how far.
  func noteNodes() throws(LauncherError) {
    guard !remoteNodes.isEmpty else { return }
    let medians = try orderMedians()
    result.network = NetworkFigures(
      nodes: zip(sets[0].nodes, zip(remoteNodes, medians)).map { handle, node in
        let process = node.0.identity?.process
        return RemoteNodeFigures(
          service: node.0.service, replica: handle.replica, address: node.0.address?.description ?? "",
          host: process?.hostName ?? "", cpuCount: process?.cpuCount ?? 0, kernel: process?.kernel ?? "",
          roundTripMin: node.0.roundTrip?.least, orderMedian: node.1)
      })
    result.notes.append(
      "the nodes run already: the launcher placed none of them, no round has new processes, and in-process figures are of "
        + "the launcher's machine")
  }

  /// Nanoseconds from an order to its answer, by node.
  private func orderMedians() throws(LauncherError) -> [Int64?] {
    var medians: [Int64?] = []
    for start in stride(from: 0, to: remoteNodes.count, by: Self.pingedNodesMax) {
      let group = start..<min(start + Self.pingedNodesMax, remoteNodes.count)
      var times: [[Int64]] = group.map { _ in [] }
      for _ in 0..<Self.pingCount {
        for (index, time) in try sets[0].ping(group).enumerated() { times[index].append(time) }
      }
      medians += times.map { $0.sorted()[Self.pingCount / 2] }
    }
    return medians
  }

  /// At the end: by then every edge has been connected many times.
  func noteEdges() throws(LauncherError) {
    guard !remoteNodes.isEmpty, result.network != nil else { return }
    let (set, services) = (sets[0], sets[0].topology.services)
    var edges: [EdgeTime] = []
    try set.ask(.readEdges, "edges") { index, report in
      guard case .edges(let list) = report else { return false }
      let node = set.nodes[index]
      edges += list.map { edge in
        EdgeTime(
          from: services[node.service].name, fromReplica: node.replica,
          to: services.indices.contains(edge.service) ? services[edge.service].name : "", toReplica: edge.replica,
          roundTripMin: edge.least, roundTripSmoothed: edge.smoothed)
      }
      return true
    }
    let order = Dictionary(uniqueKeysWithValues: services.enumerated().map { ($1.name, $0) })
    result.network?.edges = edges.sorted {
      (order[$0.from] ?? 0, $0.fromReplica, order[$0.to] ?? 0, $0.toReplica)
        < (order[$1.from] ?? 0, $1.fromReplica, order[$1.to] ?? 0, $1.toReplica)
    }
  }

  /// For people, one line each.
  func noteRestarts() {
    for node in result.network?.nodes ?? [] {
      guard let returns = node.returns else { continue }
      let restarts = returns.filter(\.restarted)
      func rounds(_ list: [NodeReturn]) -> String {
        let rounds = Set(list.compactMap(\.round)).sorted().map { String($0 + 1) }
        return rounds.isEmpty ? "" : ", in round \(rounds.joined(separator: ", "))"
      }
      func times(_ list: [NodeReturn]) -> String { list.count == 1 ? "once" : "\(list.count) times" }
      if !restarts.isEmpty {
        result.notes.append("\(node.service) at \(node.address) restarted \(times(restarts))\(rounds(restarts))")
      }
      let others = returns.filter { !$0.restarted }
      if !others.isEmpty {
        result.notes.append(
          "the connection to \(node.service) at \(node.address) was lost \(times(others))\(rounds(others))")
      }
    }
  }
}
