internal import ArgumentParser
internal import Launcher
internal import Statistics
internal import Topology

struct ChainCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "chain",
    abstract: "Compare strategies over a generated chain of services, at several depths.",
    discussion: "Example: ctxchain chain -n 2 --strategies baseline,packed --rounds 1")

  @Option(name: [.customShort("n"), .long], help: "Services in the chain, 1 to 64.")
  var depth: Int

  @Option(help: "Depths to measure, separated by commas; without it at most 5, geometric, 1 and the depth among them.")
  var depths: String?

  @OptionGroup var options: ExperimentOptions

  func run(_ call: Invocation) throws {
    try OptionRange.check("--depth", depth, 1...TopologyLimits.chainDepthMax)
    let arms = try ExperimentOptions.arms(options.presets()) { preset in
      try options.chain.chain(depth: depth, preset)
    }
    let plan = try options.plan(arms: arms, depths: try plannedDepths(), isChain: true, call)
    try ExperimentRun.perform(plan, options, call)
  }

  private func plannedDepths() throws -> [Int] {
    guard let depths else { return DepthPlan(depthMax: depth).depths }
    do {
      let numbers = NameList.read(depths).map { Int($0) }
      guard !numbers.contains(nil) else { throw ValidationError("--depths: expected numbers, got \"\(depths)\"") }
      return try DepthPlan(numbers.compactMap { $0 }, depthMax: depth).depths
    } catch let error as StatisticsError {
      throw ValidationError("--depths: \(error)")
    }
  }
}
