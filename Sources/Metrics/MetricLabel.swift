// A label of a series, and which a user may give.

package struct MetricLabel: Hashable, Sendable {
  package let name: String
  package let value: String

  /// Bytes of a value that a user gives.
  package static let valueSizeMax = 256
  /// A user's label may stand in their place where all series have the same: `load` cannot know them.
  package static let replaceable = ["strategy", "depth"]
  /// What this program says itself.
  private static let own = [
    "service", "replica", "transport", "reason", "caller", "callee", "outcome", "phase", "in_flight", "connections",
    "le", "command", "version",
  ]

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// What keeps it from being a user's own label, in words; nil where nothing does.
  package var problem: String? {
    let first = name.utf8.first ?? 0x30
    let isName = name.utf8.allSatisfy { Self.isLetter($0) || (0x30...0x39).contains($0) }
    guard isName, Self.isLetter(first), !name.hasPrefix("__") else {
      return "\"\(name)\" is no name of a label: letters, digits and _, no digit first, no __ in front"
    }
    if Self.own.contains(name) { return "\(name) is a label of this program's own" }
    if value.utf8.count > Self.valueSizeMax { return "a value of more than \(Self.valueSizeMax) bytes" }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
}
