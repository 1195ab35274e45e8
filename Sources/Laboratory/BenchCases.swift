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
      guard let propagator = PropagatorRegistry.resolve(preset.propagator) else { continue }
      cases.append(PropagatorCases.makeHop(preset, propagator))
    }
    return cases
  }

  private static func isChosen(_ preset: Strategy, _ plan: BenchPlan) -> Bool {
    (preset.store == .none || plan.stores.contains(preset.store))
      && PropagatorCases.parts(preset.propagator).allSatisfy { plan.propagators.contains($0) }
  }
}
