// Why a client cannot follow an order.

enum ClientError: Error, CustomStringConvertible {
  case unknownPropagator(String)
  case notConfigured
  case busy
  case lost(String)

  var description: String {
    switch self {
    case .unknownPropagator(let name): "unknown propagator \"\(name)\""
    case .notConfigured: "no topology was given"
    case .busy: "another slot is running"
    case .lost(let reason): reason
    }
  }
}
