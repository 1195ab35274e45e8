// What arrives of the context over depth and edge by edge, as tables and pages show it. It knows no form of output.

internal import Results
internal import Statistics

struct FidelityDecay {
  struct Arm {
    let name: String
    /// By ascending depth.
    let byDepth: [DepthLoss]
    let byEdge: [EdgeLoss]

    func loss(depth: Int) -> ContextLoss? { byDepth.first { $0.depth == depth }?.loss }
  }

  /// Edges in a row that lose the same.
  struct LossyEdges {
    let arm: String
    let first: EdgeLoss
    /// `client → s1 (b3)`.
    let firstName: String
    var count = 1

    /// `client → s1 (b3)`, `s1 → s2 (b3) and 3 more edges`.
    var name: String {
      firstName + (count > 1 ? " and \(NumberText.plural(count - 1, "more edge"))" : "")
    }
  }

  /// Of the run, in its order; controls are left out, and arms of which nothing came back.
  let arms: [Arm]
  /// At which services saw a context, ascending.
  let depths: [Int]

  private static let columnCountMax = 8

  init(_ result: RunResult) {
    let controls = Set(result.arms.filter { $0.controlOf != nil }.map(\.name))
    arms = result.fidelity.filter { !controls.contains($0.arm) }.compactMap { fidelity in
      fidelity.losses.map { Arm(name: fidelity.arm, byDepth: $0.byDepth, byEdge: $0.byEdge) }
    }
    let seen = Set(arms.flatMap { $0.byDepth.map(\.depth) })
    let measured = seen.intersection(result.settings.depths)
    depths = (result.settings.depths.count > 1 ? measured : seen).sorted()
  }

  /// Every run of edges that loses something, in the order of paths.
  var lossyEdges: [LossyEdges] {
    let all = arms.flatMap(\.byEdge)
    return arms.flatMap { arm in
      arm.byEdge.filter { !$0.loss.isLossless }.reduce(into: [LossyEdges]()) { list, edge in
        if let last = list.last?.first, last.propagator == edge.propagator,
          last.transportName == edge.transportName, last.loss.words == edge.loss.words
        {
          list[list.count - 1].count += 1
        } else {
          list.append(LossyEdges(arm: arm.name, first: edge, firstName: edge.name(among: all)))
        }
      }
    }
  }

  // MARK: As a table

  /// Those that a table shows: the ends and what lies evenly between them.
  var shownDepths: [Int] { RunAnswer.spread(depths, Self.columnCountMax) }

  /// A row per arm; types and flags are those of the last depth. nil when no context came back.
  var table: ReportTable? {
    let depthColumns = shownDepths.map { depth in
      Column<Arm>("", "depth \(depth)", "keys/bytes") { arm in
        .text(
          arm.loss(depth: depth).map {
            NumberText.share($0.keptKeyRatio) + "/" + NumberText.share($0.keptByteRatio)
          })
      }
    }
    func deepest(_ arm: Arm) -> ContextLoss? { depths.last.flatMap { arm.loss(depth: $0) } }
    var table = ReportTable(
      title: "What arrives of the context: keys / bytes, % of what would if nothing were lost",
      [Column("", "arm") { .text($0.name) }] + depthColumns + [
        Column("", "types", "changed") { .integer(deepest($0)?.changedTypes.count) },
        Column("", "flags", "lost") { arm in
          .text(deepest(arm).map { $0.lostFlags == 0 ? "none" : ContextLoss.flags($0.lostFlags) })
        },
      ], arms)
    table?.notes = lossyEdges.map { "\($0.arm): \($0.name) " + $0.first.loss.words }
    return table
  }
}
