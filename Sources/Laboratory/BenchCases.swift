// All cases of a plan, in the order that results use.

internal import Context
internal import Propagation

package enum BenchCases {
  package static func make(_ plan: BenchPlan) -> [BenchCase] {
    var cases: [BenchCase] = []
    for growth in ContextGrowth.allCases {
      for store in plan.stores {
        for layers in plan.layers { cases += StoreCases.make(store, growth: growth, layers: layers) }
      }
    }
    for (name, store) in PropagatorCases.pairs(plan.propagators) {
      guard let propagator = PropagatorRegistry.resolve(name) else { continue }
      for content in PropagatorCases.Content.allCases {
        cases += PropagatorCases.make(propagator, store: store, content: content)
      }
    }
    for preset in Strategy.presets where isChosen(preset, plan) {
      let setting = HopSetting(
        store: preset.store, propagator: preset.propagator, keysPerLayer: ContextFill.keysPerLayer)
      if let hop = HopCases.hop(setting, strategy: preset.name) { cases.append(hop) }
    }
    return cases
  }

  private static func isChosen(_ preset: Strategy, _ plan: BenchPlan) -> Bool {
    (preset.store == .none || plan.stores.contains(preset.store))
      && PropagatorCases.parts(preset.propagator).allSatisfy { plan.propagators.contains($0) }
  }
}
