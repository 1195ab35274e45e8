// When a batch is sent once more, and when it is given up: OTLP's rules for both of its transports.

package import TransportMessages

/// Exponential back-off with jitter, as OTLP asks for.
package enum RetryPolicy {
  static let attemptsMax = 6
  private static let firstDelay: Int64 = 250_000_000
  private static let delayMax: Int64 = 10_000_000_000

  /// Statuses after which the same request may be taken: OTLP/gRPC's table, in which RESOURCE_EXHAUSTED counts only where the
  /// receiver says when; it is taken at its word here.
  private static let retryableStatuses: Set<StatusCode> = [
    .cancelled, .deadlineExceeded, .resourceExhausted, .aborted, .outOfRange, .unavailable, .dataLoss,
  ]
  /// OTLP/HTTP, "Retryable Response Codes".
  private static let retryableHTTP: Set<UInt16> = [429, 502, 503, 504]

  /// - Parameter http: 0 over gRPC.
  package static func isRetryable(_ status: StatusCode, http: UInt16) -> Bool {
    http != 0 ? retryableHTTP.contains(http) : retryableStatuses.contains(status)
  }

  /// Nanoseconds before the attempt that follows so many.
  ///
  /// - Parameter jitter: 0 ≤ … < 1.
  package static func delay(after attempts: Int, jitter: Double) -> Int64 {
    let whole = min(Double(delayMax), Double(firstDelay) * Double(1 << min(attempts - 1, 20)))
    return Int64(whole * (0.5 + jitter / 2))
  }
}
