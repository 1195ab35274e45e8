// An address as people write it.

package enum HostAndPort {
  /// Of `HOST:PORT`; nil for what is none. Which hosts there may be is not known here.
  ///
  /// - Parameter allowsAnyPort: 0 stands for a free one.
  package static func split(_ text: String, allowsAnyPort: Bool = false) -> (host: String, port: UInt16)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 || allowsAnyPort
    else { return nil }
    return (String(parts[0]), port)
  }
}
