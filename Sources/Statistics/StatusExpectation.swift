// Which statuses of HTTP or gRPC are answers, and how often each came.

/// Statuses, and of HTTP classes of them, as in `2xx,304`.
package struct StatusExpectation: Codable, Equatable, Sendable {
  package static let success = StatusExpectation(ranges: [200...299])

  private let ranges: [ClosedRange<UInt16>]

  private init(ranges: [ClosedRange<UInt16>]) { self.ranges = ranges }

  package init(_ statuses: [UInt16]) { ranges = statuses.map { $0...$0 } }

  /// Nil for what is no list of statuses 100 to 599 and classes `1xx` to `5xx`.
  package init?(_ text: String) {
    var ranges: [ClosedRange<UInt16>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let digits = Array(part.utf8)
      guard digits.count == 3, let first = UInt16(part.prefix(1)), 1...5 ~= first else { return nil }
      if part.dropFirst().lowercased() == "xx" {
        ranges.append(first * 100...first * 100 + 99)
      } else if digits.allSatisfy({ 0x30...0x39 ~= $0 }), let status = UInt16(part) {
        ranges.append(status...status)
      } else {
        return nil
      }
    }
    self.init(ranges: ranges)
  }

  package func contains(_ status: UInt16) -> Bool { ranges.contains { $0.contains(status) } }
}

package struct StatusCount: Codable, Equatable, Sendable {
  package var status: Int
  /// Of a status of gRPC; nil of one of HTTP.
  package var name: String?
  package var requests: UInt64

  package init(status: Int, name: String? = nil, requests: UInt64) {
    self.status = status
    self.name = name
    self.requests = requests
  }
}
