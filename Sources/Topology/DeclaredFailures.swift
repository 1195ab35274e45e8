// Which share of the client's requests fails because the topology says so: error rates, retries, optional calls, bad
// requests at a gateway. Pure arithmetic over a checked topology; what load and timeouts bring about is not in it.

extension Topology {
  /// The share of the client's requests that end in an error that the topology declares, 0…1, every delivery and every
  /// draw taken for independent. A bad request counts when the entry is a gateway, which refuses it. Where nothing is
  /// known of the services, nothing is declared.
  ///
  /// - Parameter hopsLeft: of a client's request, the delivery to the entry included.
  package func declaredFailureShare(hopsLeft: Int) -> Double {
    guard services.indices.contains(entry) else { return 0 }
    let failures = Failures.of(services, hopsLeft: hopsLeft)[entry].share
    let isRefused = services[entry].gateway != nil
    let refused = isRefused ? (client.bad ?? []).reduce(0) { $0 + $1.share } : 0
    return refused + (1 - min(1, refused)) * failures
  }
}

/// How the requests to one service end that do not end well.
private struct Failures: Equatable {
  /// Share that a caller may try again.
  var unavailable = 0.0
  /// Share that it may not.
  var other = 0.0

  var share: Double { unavailable + other }

  /// Of every service, for requests with so many hops left. Hops are counted up from 1, all services at once, so a cycle
  /// costs no more than its bound times the edges; without one nothing changes after as many rounds as the graph is deep.
  static func of(_ services: [Service], hopsLeft: Int) -> [Failures] {
    var failures = services.map { Failures(own: $0) }
    for _ in 1..<max(1, hopsLeft) {
      let next = services.map { service in
        service.script.reduce(Failures(own: service)) { $0.followed(by: Failures(step: $1, failures)) }
      }
      if next == failures { break }
      failures = next
    }
    return failures
  }

  private init() {}

  private init(own service: Service) {
    switch service.errorStatus ?? .internal {
    case .internal: other = service.errorRate
    case .unavailable: unavailable = service.errorRate
    }
  }

  /// Of calls that are made at once the first to fail decides: each with the weight of its own share.
  private init(step: Step, _ failures: [Failures]) {
    let calls = step.calls.map { Failures(call: $0, failures[$0.service]) }
    let survived = calls.reduce(1) { $0 * (1 - $1.share) }
    let sum = calls.reduce(0) { $0 + $1.share }
    guard sum > 0 else { return }
    unavailable = (1 - survived) * calls.reduce(0) { $0 + $1.unavailable } / sum
    other = (1 - survived) * calls.reduce(0) { $0 + $1.other } / sum
  }

  /// One call with its tries: it goes on while the callee is unavailable and tries are left.
  private init(call: Call, _ callee: Failures) {
    guard call.isOptional != true else { return }
    var again = 1.0
    for _ in 0...call.retries {
      other += call.probability * again * callee.other
      again *= callee.unavailable
    }
    unavailable = call.probability * again
  }

  /// Of what comes through this, `next` fails so much.
  private func followed(by next: Failures) -> Failures {
    var result = self
    result.unavailable += (1 - share) * next.unavailable
    result.other += (1 - share) * next.other
    return result
  }
}
