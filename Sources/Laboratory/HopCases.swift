// The context work of one service as cases: extract, the standard work of a chain's service, inject, in the order and
// with the calls of a node. No socket: what the transport costs is not in it.

internal import Bytes
package import Context
internal import Propagation
internal import Results

/// One service of one strategy.
package struct HopSetting {
  package var store: StoreKind
  /// A name that `PropagatorRegistry` resolves.
  package var propagator: String
  package var growth: ContextGrowth
  package var keysPerLayer: Int
  /// Of the service, from 1: what arrives holds what the layers before have set.
  package var layer: Int
  /// Bytes that `opaque` carries; nil for those that `packed` would send.
  package var opaqueSize: Int?

  package init(
    store: StoreKind, propagator: String, growth: ContextGrowth = .shadow, keysPerLayer: Int, layer: Int = 1,
    opaqueSize: Int? = nil
  ) {
    self.store = store
    self.propagator = propagator
    self.growth = growth
    self.keysPerLayer = keysPerLayer
    self.layer = layer
    self.opaqueSize = opaqueSize
  }
}

package enum HopCases {
  /// Extract, standard work, inject; nil when the registry has no such propagator.
  package static func hop(_ setting: HopSetting, strategy: String? = nil) -> BenchCase? {
    make(setting, .hop, strategy: strategy)
  }

  /// The same without inject: all that a service does which calls none.
  package static func arrival(_ setting: HopSetting, strategy: String? = nil) -> BenchCase? {
    make(setting, .arrival, strategy: strategy)
  }

  /// What a service takes in: the context is emptied of what the request before has left, and extracted into.
  package static func reception(_ setting: HopSetting) -> BenchCase? {
    make(setting, .arrival, works: false, strategy: nil)
  }

  private static func make(
    _ setting: HopSetting, _ operation: BenchOperation, works: Bool = true, strategy: String?
  ) -> BenchCase? {
    guard let propagator = PropagatorRegistry.resolve(setting.propagator) else { return nil }
    let request = arriving(setting, propagator)
    let context = setting.store.makeContext()
    let work = StandardWork(layer: setting.layer, growth: setting.growth, keysPerLayer: setting.keysPerLayer)
    let replaces = propagator.replacesContext(withEntries: context.holdsEntries)
    let worksOnEntries = works && context.holdsEntries
    let output = OutputBuffer()
    let injects = operation == .hop
    let subject = BenchSubject(
      operation, strategy: strategy, store: setting.store.rawValue, propagator: setting.propagator)
    var result = BenchCase(subject) { repetitions in
      var checksum: UInt64 = 0
      for spanID in 0..<UInt64(repetitions) {
        if !replaces { context.reset() }
        checksum &+= UInt64(propagator.extract(message: request.message, into: context).rawValue)
        if worksOnEntries { checksum &+= work.perform(on: context, spanID: spanID | 1) }
        if injects { output.inject(context, by: propagator) }
      }
      return checksum &+ UInt64(truncatingIfNeeded: output.bytes.count)
    }
    result.carrierSize = request.carrierSize
    return result
  }

  /// What reaches the service: the client's context, passed on by the layers before.
  private static func arriving(_ setting: HopSetting, _ propagator: any Propagator) -> CarriedRequest {
    let sent = SentContext(store: setting.store, content: .standard, opaqueSize: setting.opaqueSize)
    var request = withExtendedLifetime(sent) { CarriedRequest(sent.context, by: propagator) }
    for layer in 1..<max(1, setting.layer) {
      let context = setting.store.makeContext()
      _ = propagator.extract(message: request.message, into: context)
      if context.holdsEntries {
        let work = StandardWork(layer: layer, growth: setting.growth, keysPerLayer: setting.keysPerLayer)
        _ = work.perform(on: context, spanID: UInt64(layer))
      }
      let before = request
      request = withExtendedLifetime(before) { CarriedRequest(context, by: propagator) }
    }
    return request
  }
}
