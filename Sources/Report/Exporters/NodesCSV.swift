// Every node of every arm at the largest depth, with its stages in a file beside it.

package import Results
internal import Statistics

package enum NodesCSV {
  package static func text(_ result: RunResult) -> String {
    let figures = NodeFigures(result)
    var table = CSVTable(columns: ["arm", "depth", "service", "replica"] + NodeFigures.columns.map(\.name))
    table.rows = (figures?.rows ?? []).map { row in
      [row.arm, "\(figures!.depth)", row.service, "\(row.replica)"]
        + NodeFigures.columns.map { CSVTable.number($0.value(row)) }
    }
    return table.text
  }
}

/// Every stage pass, node by node: nanoseconds per client request.
package enum StagesCSV {
  package static func text(_ result: RunResult) -> String {
    var table = CSVTable(
      columns: [
        "arm", "depth", "round", "requests", "response_ns", "throughput_per_s", "throughput_without_clocks_per_s",
        "service", "replica", "deliveries_per_request",
      ] + TimePart.ofNodes.map { "\($0.rawValue)_ns" } + ["wait_ns", "overlap_ns", "residence_ns"])
    table.rows = (result.stages ?? []).flatMap { pass -> [[String]] in
      let head =
        [pass.arm, "\(pass.depth)", "\(pass.round)", "\(pass.requests)"]
        + [pass.response, pass.throughput, pass.throughputWithoutClocks].map { CSVTable.number($0) }
      return [client(pass, head)] + pass.nodes.map { node(head, $0) }
    }
    return table.text
  }

  private static func client(_ pass: StagePass, _ head: [String]) -> [String] {
    let parts = TimePart.ofNodes.map { $0 == .write ? CSVTable.number(pass.client.write) : "" }
    return head + [HopTimes.clientName, "0", ""] + parts + [CSVTable.number(pass.client.wait), "", ""]
  }

  private static func node(_ head: [String], _ node: NodeStages) -> [String] {
    head + [node.service, "\(node.replica)", CSVTable.number(node.deliveriesPerRequest)]
      + TimePart.ofNodes.map { CSVTable.number(node.nanoseconds($0)) }
      + [node.wait, node.overlap, node.residence].map { CSVTable.number($0) }
  }
}
