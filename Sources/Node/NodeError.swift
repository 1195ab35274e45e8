// Why a node cannot serve its configuration.

package enum NodeError: Error, CustomStringConvertible {
  case unknownStore(String)
  case unknownGrowth(String)
  case unknownPropagator(String)
  case unknownTransport(String)
  case missingAddress(service: Int)
  case busy
  case unknownOrder
  case refusedOrder
  case badConfiguration(String)

  package var description: String {
    switch self {
    case .unknownStore(let name): "unknown store \"\(name)\""
    case .unknownGrowth(let name): "unknown growth \"\(name)\""
    case .unknownPropagator(let name): "unknown propagator \"\(name)\""
    case .unknownTransport(let name): "unknown transport \"\(name)\""
    case .missingAddress(let service): "no address for service \(service)"
    case .busy: "the strategy cannot change while requests are under way"
    case .unknownOrder: "an order that this version does not know"
    case .refusedOrder: "an order that only whoever started the node may give"
    case .badConfiguration(let reason): "configuration: \(reason)"
    }
  }
}
