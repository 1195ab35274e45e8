// What arrived of the contexts, a line per arm and depth, then a line per arm and edge.

package import Results
internal import Statistics

package enum FidelityCSV {
  package static func text(_ result: RunResult) -> String {
    var table = CSVTable(
      columns: [
        "arm", "depth", "caller", "callee", "propagator", "contexts", "keys", "keys_kept", "bytes", "bytes_kept",
        "lost_keys", "changed_keys", "changed_types", "unnamed_keys", "lost_flags", "gained_flags",
      ])
    for fidelity in result.fidelity {
      for depth in fidelity.losses?.byDepth ?? [] {
        table.rows.append([fidelity.arm, "\(depth.depth)", "", "", ""] + cells(depth.loss))
      }
      for edge in fidelity.losses?.byEdge ?? [] {
        table.rows.append([fidelity.arm, "", edge.caller, edge.callee, edge.propagator] + cells(edge.loss))
      }
    }
    return table.text
  }

  private static func cells(_ loss: ContextLoss) -> [String] {
    [loss.contexts, loss.keys, loss.keysKept, loss.bytes, loss.bytesKept].map { "\($0)" } + [
      loss.lostKeys.joined(separator: " "), loss.changedKeys.joined(separator: " "),
      loss.changedTypes.map { "\($0.key):\($0.sent)>\($0.arrived)" }.joined(separator: " "), "\(loss.unnamedKeys)",
      "\(loss.lostFlags)", "\(loss.gainedFlags)",
    ]
  }
}
