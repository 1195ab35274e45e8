// Lines that come over and over: each is decoded once. A trial in turns has some hundred of the same three, and JSON would
// take more of a turn's time than all else between two turns.

package struct RepeatedLines<Message: Decodable> {
  /// Bytes: what is longer does not repeat.
  private static var sizeMax: Int { 128 }
  private static var countMax: Int { 4 }

  /// The latest first.
  private var known: [(line: [UInt8], message: Message)] = []

  package init() {}

  /// Nil when the line is no message of that type.
  package mutating func decode(_ line: UnsafeRawBufferPointer) -> Message? {
    if let index = known.firstIndex(where: { $0.line.elementsEqual(line) }) { return known[index].message }
    guard let message = ControlCodec.decode(Message.self, from: line) else { return nil }
    if line.count <= Self.sizeMax {
      if known.count == Self.countMax { known.removeLast() }
      known.insert((Array(line), message), at: 0)
    }
    return message
  }
}
