// Messages to lines and back. The only place that knows the control channel speaks JSON.

internal import FoundationEssentials

package enum ControlCodec {
  /// One line of JSON without its newline.
  package static func encode(_ message: some Encodable) -> [UInt8] {
    // Messages are plain values with string keys and finite numbers: encoding cannot fail.
    try! Array(JSONEncoder().encode(message))
  }

  /// Nil when the line is not a message of that type.
  package static func decode<Message: Decodable>(_ type: Message.Type, from line: UnsafeRawBufferPointer) -> Message? {
    try? JSONDecoder().decode(type, from: Data(line))
  }
}
