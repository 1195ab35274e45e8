// Names that Kubernetes takes for services and pods: labels of RFC 1035, which RFC 1123 takes too.

package enum ResourceName {
  /// Bytes of a label.
  package static let sizeMax = 63

  /// The name that stands for `text`: small letters, digits and hyphens, a letter first, no hyphen last, at most
  /// `sizeMax` bytes. Two texts may have the same; whoever asks for several must look.
  package static func label(_ text: String) -> String {
    var name = String(decoding: text.utf8.map { byte in isAllowed(byte | 0x20) ? byte | 0x20 : hyphen }, as: UTF8.self)
    name = trimmed(name)
    if name.utf8.first.map(isLetter) != true { name = trimmed("s-" + name) }
    guard name.utf8.count > sizeMax else { return name }
    // What was cut off is told apart by the whole text's checksum.
    return trimmed(String(name.prefix(sizeMax - 9))) + "-" + String(Checksum.text(text).prefix(8))
  }

  /// Whether it may be used as it is.
  package static func isLabel(_ text: String) -> Bool { !text.isEmpty && label(text) == text }

  private static let hyphen = UInt8(ascii: "-")

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }

  private static func isAllowed(_ byte: UInt8) -> Bool { isLetter(byte) || (0x30...0x39).contains(byte) }

  private static func trimmed(_ name: String) -> String {
    var rest = name[...]
    while rest.first == "-" { rest.removeFirst() }
    while rest.last == "-" { rest.removeLast() }
    return String(rest)
  }
}

/// FNV-1a of 64 bits: tells contents apart, and protects nothing.
enum Checksum {
  /// 16 hexadecimal digits.
  static func text(_ text: String) -> String {
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
