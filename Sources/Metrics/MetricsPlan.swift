// Where metrics are served, and what every series of a process has on it.

/// What `--metrics` and its labels say.
package struct MetricsPlan: Sendable {
  package let host: String
  /// 0 takes a free one.
  package let port: UInt16
  package let labels: [MetricLabel]

  package static let hostByDefault = "127.0.0.1"

  /// - Parameter address: `HOST:PORT`, `:PORT` or `PORT`; without a host it is this machine's loopback. Nil for what is none.
  package init?(address: String, labels: [MetricLabel]) {
    let text = address.contains(":") ? address : ":" + address
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let port = UInt16(parts[1]), !parts[1].hasPrefix("+") else { return nil }
    host = parts[0].isEmpty ? Self.hostByDefault : String(parts[0])
    self.port = port
    self.labels = labels
  }
}
