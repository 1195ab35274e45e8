// What a bench measures and for how long, checked. It measures nothing itself.

package import Context
internal import Propagation

package struct BenchPlan: Equatable, Sendable {
  /// So that three keys of each layer fit into every store.
  package static let layersMax = ContextLimits.entryCountMax / ContextFill.keysPerLayer
  package static let layersByDefault = [1, 2, 3, 4, 5, 8, 16, 32, 64]
  package static let batchCountMin = 11
  /// Beyond it more batches tell nothing new.
  package static let batchCountMax = 1_001
  /// What a batch is sized to: a quarter above the millisecond that it must last, because speed varies.
  package static let batchNanoseconds: Int64 = 1_250_000

  /// All that hold entries.
  package static var storesKnown: [StoreKind] { StoreKind.allCases.filter { $0 != .none } }

  package let stores: [StoreKind]
  /// Single names.
  package let propagators: [String]
  package let layers: [Int]
  package let seconds: Double
  package let seed: UInt64

  /// Without names: all of them.
  package init(
    stores: [String]? = nil, propagators: [String]? = nil, layers: [Int] = BenchPlan.layersByDefault,
    seconds: Double, seed: UInt64
  ) throws(LaboratoryError) {
    let storeNames = BenchPlan.storesKnown.map(\.rawValue)
    let chosen = try BenchPlan.checked(stores ?? storeNames, known: storeNames, option: "--stores")
    self.stores = chosen.compactMap { StoreKind(rawValue: $0) }
    let names = PropagatorRegistry.names
    self.propagators = try BenchPlan.checked(propagators ?? names, known: names, option: "--propagators")
    guard !layers.isEmpty else { throw .noLayers }
    for (index, number) in layers.enumerated() {
      guard 1...BenchPlan.layersMax ~= number else { throw .layersOutOfRange(number, max: BenchPlan.layersMax) }
      if layers[..<index].contains(number) { throw .namedTwice(option: "--layers", name: "\(number)") }
    }
    self.layers = layers
    guard 0.01...3_600 ~= seconds else { throw .timeOutOfRange(seconds: seconds) }
    self.seconds = seconds
    self.seed = seed
  }

  private static func checked(
    _ names: [String], known: [String], option: String
  ) throws(LaboratoryError) -> [String] {
    for (index, name) in names.enumerated() {
      guard known.contains(name) else { throw .unknownName(option: option, name: name, known: known) }
      if names[..<index].contains(name) { throw .namedTwice(option: option, name: name) }
    }
    return names
  }

  /// As many batches per case as fit the time, at least 11.
  package func batchCount(caseCount: Int) -> Int {
    let oneOfAll = Double(caseCount) * Double(BenchPlan.batchNanoseconds) / 1e9
    guard oneOfAll > 0 else { return BenchPlan.batchCountMin }
    return max(BenchPlan.batchCountMin, Int(min(Double(BenchPlan.batchCountMax), seconds / oneOfAll)))
  }
}
