// Why a request did not complete, as the client sees it, and the words for it.

internal import Statistics
internal import TransportCore

enum FailureReason: Hashable {
  /// The answer was an error.
  case status(UInt16)
  /// A server that is not ours answered with a status of HTTP that was not expected.
  case httpStatus(UInt16)
  /// Given up by the client's clock.
  case timedOut
  case connectionLost
  /// Not sent: no connection took it.
  case noConnection
  /// Not sent: too many were under way.
  case noRoom

  var words: String {
    switch self {
    case .status(let code): StatusCode(rawValue: code)?.name ?? "status \(code)"
    case .httpStatus(let code): "HTTP \(code)"
    case .timedOut: "timed out"
    case .connectionLost: "connection lost"
    case .noConnection: "no connection"
    case .noRoom: "too many under way"
    }
  }
}

extension Ledger {
  /// A node's clock that ran out before the client's is a timeout too.
  mutating func add(_ reason: FailureReason) {
    switch reason {
    case .timedOut, .status(StatusCode.deadlineExceeded.rawValue): timedOut &+= 1
    case .status, .httpStatus, .connectionLost: failed &+= 1
    case .noConnection, .noRoom: shed &+= 1
    }
  }
}
