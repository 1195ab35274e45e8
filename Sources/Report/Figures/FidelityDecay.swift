// What arrives of the context over depth and edge by edge, as tables and pages show it. It knows no form of output.

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
    var count = 1

    /// `client → s1 (b3)`, `s1 → s2 (b3) and 3 more edges`.
    var name: String {
      "\(first.caller) → \(first.callee) (\(first.propagator))"
        + (count > 1 ? " and \(NumberText.plural(count - 1, "more edge"))" : "")
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
    arms.flatMap { arm in
      arm.byEdge.filter { !$0.loss.isLossless }.reduce(into: [LossyEdges]()) { list, edge in
        if let last = list.last?.first, last.propagator == edge.propagator,
          Self.words(last.loss) == Self.words(edge.loss)
        {
          list[list.count - 1].count += 1
        } else {
          list.append(LossyEdges(arm: arm.name, first: edge))
        }
      }
    }
  }

  // MARK: Words

  /// What is gone: `loses tenant, user; integer → text: count; flags 0x02`. Nothing is `nothing`.
  static func words(_ loss: ContextLoss) -> String {
    var texts: [String] = []
    if !loss.lostKeys.isEmpty { texts.append("loses " + loss.lostKeys.joined(separator: ", ")) }
    for (sent, arrived) in [("integer", "text"), ("text", "integer")] {
      let keys = loss.changedTypes.filter { $0.sent == sent && $0.arrived == arrived }.map(\.key)
      if !keys.isEmpty { texts.append("\(sent) → \(arrived): " + keys.joined(separator: ", ")) }
    }
    if !loss.changedKeys.isEmpty { texts.append("changes " + loss.changedKeys.joined(separator: ", ")) }
    if loss.unnamedKeys > 0 { texts.append("and \(NumberText.plural(loss.unnamedKeys, "more key"))") }
    if loss.lostFlags != 0 { texts.append("flags lost \(flags(loss.lostFlags))") }
    if loss.gainedFlags != 0 { texts.append("flags gained \(flags(loss.gainedFlags))") }
    if texts.isEmpty, loss.bytesKept < loss.bytes { texts.append("changes bytes") }
    return texts.isEmpty ? "nothing" : texts.joined(separator: "; ")
  }

  /// `0x02`.
  static func flags(_ bits: UInt8) -> String {
    let digits = String(bits, radix: 16)
    return "0x" + (digits.count < 2 ? "0" : "") + digits
  }

  /// `78` of a hundred, and `100` only for all of it.
  static func percent(_ ratio: Double?) -> String {
    guard let ratio, ratio < 1 else { return NumberText.percent(ratio) }
    guard ratio > 0 else { return "0" }
    return NumberText.percent(min(ratio, 0.999)) == "100" ? "99.9" : NumberText.percent(ratio)
  }

  /// Of a mean context: `4 of 7`.
  static func keys(_ loss: ContextLoss) -> String {
    let contexts = Double(max(1, loss.contexts))
    return "\(NumberText.count(Double(loss.keysKept) / contexts)) of \(NumberText.count(Double(loss.keys) / contexts))"
  }

  // MARK: As a table

  static let title = "What arrives of the context: keys / bytes, % of what would if nothing were lost"

  /// Those that a table shows: the ends and what lies evenly between them.
  var shownDepths: [Int] {
    guard depths.count > Self.columnCountMax else { return depths }
    let last = Double(depths.count - 1) / Double(Self.columnCountMax - 1)
    return (0..<Self.columnCountMax).map { depths[Int((Double($0) * last).rounded())] }
  }

  var columns: [ComparisonTable.Column] {
    [.init(title: "arm", unit: "")] + shownDepths.map { .init(title: "depth \($0)", unit: "keys/bytes") }
      + [.init(title: "types", unit: "changed"), .init(title: "flags", unit: "lost")]
  }

  /// A row per arm; types and flags are those of the last depth.
  var rows: [[String]] {
    arms.map { arm in
      let deepest = depths.last.flatMap { arm.loss(depth: $0) }
      return [arm.name]
        + shownDepths.map { depth in
          guard let loss = arm.loss(depth: depth) else { return NumberText.missing }
          return Self.percent(loss.keptKeyRatio) + "/" + Self.percent(loss.keptByteRatio)
        }
        + [
          deepest.map { "\($0.changedTypes.count)" } ?? NumberText.missing,
          deepest.map { $0.lostFlags == 0 ? "none" : Self.flags($0.lostFlags) } ?? NumberText.missing,
        ]
    }
  }
}
