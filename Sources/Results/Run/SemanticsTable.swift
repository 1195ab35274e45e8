// The semantics of a run's strategies, as its result carries them: the cells without what they were concluded from.

package struct SemanticsTable: Codable, Equatable, Sendable {
  /// Services of the chain that was probed.
  package var depth: Int
  package var strategies: [StrategySemantics]

  package init(depth: Int, strategies: [StrategySemantics]) {
    self.depth = depth
    self.strategies = strategies.map { strategy in
      var strategy = strategy
      for index in strategy.cells.indices { strategy.cells[index].evidence = [] }
      return strategy
    }
  }
}
