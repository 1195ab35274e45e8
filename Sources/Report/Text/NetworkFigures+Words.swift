// Nodes on other machines and the ways between them in words, and what of a hop the network takes. Clocks of two machines
// are nowhere compared: every figure is a round trip on one clock.

internal import Results
internal import Statistics
internal import Topology

extension NetworkFigures {
  /// Nodes or edges that are named one by one; more are told as a range.
  private static let namedCountMax = 16

  func texts(in result: RunResult) -> [String] {
    hosts + nodeTimes + edgeTimes + [share(in: result)].compactMap(\.self)
  }

  private var hosts: [String] {
    let names = nodes.reduce(into: [String]()) { list, node in if !list.contains(node.host) { list.append(node.host) } }
    let shown = names.prefix(Self.namedCountMax).map { name in
      "\(name) (\(NumberText.plural(nodes.first { $0.host == name }?.cpuCount ?? 0, "CPU")))"
    }
    let more = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
    return ["\(NumberText.plural(nodes.count, "node")) that ran already, on " + shown.joined(separator: ", ") + more]
  }

  private func text(_ nanoseconds: Int64) -> String { NumberText.time(seconds: Double(nanoseconds) / 1e9) }

  private var nodeTimes: [String] {
    guard nodes.count <= Self.namedCountMax else {
      return [range("client to node", nodes.compactMap(\.roundTripMin))].compactMap(\.self)
    }
    return nodes.map { node in
      let name = node.service + (nodes.count { $0.service == node.service } > 1 ? "#\(node.replica)" : "")
      let time = node.roundTripMin.map { " RTT min \(text($0))" } ?? ""
      let order = node.orderMedian.map { ", an order and its answer \(text($0))" } ?? ""
      return "client → \(name) (\(node.address))\(time)\(order)"
    }
  }

  private var edgeTimes: [String] {
    guard edges.count <= Self.namedCountMax else {
      return [range("node to node", edges.map(\.roundTripMin))].compactMap(\.self)
    }
    return edges.map { edge in
      func name(_ service: String, _ replica: Int) -> String {
        service + (nodes.count { $0.service == service } > 1 ? "#\(replica)" : "")
      }
      return "\(name(edge.from, edge.fromReplica)) → \(name(edge.to, edge.toReplica)) RTT "
        + "\(text(edge.roundTripSmoothed)) min \(text(edge.roundTripMin))"
    }
  }

  private func range(_ what: String, _ times: [Int64]) -> String? {
    guard let least = times.min(), let most = times.max() else { return nil }
    return "\(what): RTT min \(text(least))…\(text(most)) over \(times.count)"
  }

  /// Of a hop of the baseline with one request under way: there nothing waits for anything but the way and the work.
  private func share(in result: RunResult) -> String? {
    let ways = hopTimes(in: result)
    guard let baseline = result.baseline ?? result.arms.first?.name, !ways.isEmpty else { return nil }
    let trials = result.trials.filter {
      !$0.superseded && $0.arm == baseline && ($0.inFlight == 1 || $0.phase == .single) && $0.phase != .pilot
    }
    guard let depth = trials.map(\.depth).max() else { return nil }
    let medians = trials.filter { $0.depth == depth }.compactMap { $0.responseTime?.p50 }.sorted()
    guard !medians.isEmpty, depth > 0 else { return nil }
    let hop = Double(medians[medians.count / 2]) / Double(depth)
    let way = Double(ways.reduce(0, +)) / Double(ways.count)
    return "the network's share of a hop: \(NumberText.time(seconds: way / 1e9)) of "
      + "\(NumberText.time(seconds: hop / 1e9)) (\(NumberText.percent(min(1, way / hop))) %; \(baseline), one request at "
      + "a time, P50 over depth \(depth); the mean RTT min of all edges, the client's among them)"
  }

  /// Of every edge, that of the client among them.
  private func hopTimes(in result: RunResult) -> [Int64] {
    let entry = result.topology.services[result.topology.entry].name
    return nodes.filter { $0.service == entry }.compactMap(\.roundTripMin) + edges.map(\.roundTripMin)
  }
}
