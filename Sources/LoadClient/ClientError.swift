// Why a client cannot follow an order.

package enum ClientError: Error, CustomStringConvertible {
  case unknownPropagator(String)
  case unknownTransport(String)
  case requestTooLarge
  case notConfigured
  case busy
  case lost(String)

  package var description: String {
    switch self {
    case .unknownPropagator(let name): "unknown propagator \"\(name)\""
    case .unknownTransport(let name): "unknown transport \"\(name)\""
    case .requestTooLarge:
      "the client's context and payload are more than a request can carry, or no header may have their bytes"
    case .notConfigured: "no topology was given"
    case .busy: "another trial is running"
    case .lost(let reason): reason
    }
  }
}
