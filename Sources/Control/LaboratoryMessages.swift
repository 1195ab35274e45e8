// What launcher and laboratory say to each other: one JSON document per line on the control channel. Types only, no I/O.

package import Results

/// The context work of one service, to be timed where there is no wire.
package struct HopOrder: Codable, Equatable, Sendable {
  /// Handed back with the figure.
  package var arm: String
  package var store: String
  package var propagator: String
  package var growth: String
  package var keysPerLayer: Int
  /// Of the service, from 1: what arrives holds what the layers before have set.
  package var layer: Int
  /// Bytes that `opaque` carries; nil for those that `packed` would send.
  package var opaqueSize: Int?

  package init(
    arm: String, store: String, propagator: String, growth: String, keysPerLayer: Int, layer: Int,
    opaqueSize: Int? = nil
  ) {
    self.arm = arm
    self.store = store
    self.propagator = propagator
    self.growth = growth
    self.keysPerLayer = keysPerLayer
    self.layer = layer
    self.opaqueSize = opaqueSize
  }
}

package enum LaboratoryCommand: Codable, Equatable, Sendable {
  case measure([HopOrder], seed: UInt64)
  case race(RaceOrder)
  case stop
}

package enum LaboratoryReport: Codable, Equatable, Sendable {
  /// In the order of the orders.
  case measured([InProcessHop])
  case raced(RaceCount)
  case failed(String)
}
