// What a request carried and what a node saw, as text for people. Never on the request path.

internal import Context
internal import Control
internal import Propagation
internal import TransportCore

extension SeenContext {
  /// What the client sent: fields and section as they stand in its request.
  init(sent message: ReceivedMessage, _ snapshot: ContextSnapshot) {
    var bytes: [String] = []
    for field in message.fields { bytes.append("\(field.name): \(String(decoding: field.value, as: UTF8.self))") }
    if !message.binary.isEmpty { bytes.append(SeenContext.section("context section", Array(message.binary))) }
    self.init(place: "client", bytes: bytes, entries: snapshot.texts)
  }

  /// What a node saw; without a snapshot the bytes are no context.
  init(path: String, image: [UInt8], _ snapshot: ContextSnapshot?) {
    self.init(
      place: path, bytes: [SeenContext.section("store, as a packed image", image)],
      entries: snapshot?.texts ?? ["bytes that are no context"])
  }

  /// With the first 256 bytes in hex.
  private static func section(_ name: String, _ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    var hex = ""
    for (index, byte) in bytes.prefix(256).enumerated() {
      if index > 0, index % 8 == 0 { hex += " " }
      hex.append(digits[Int(byte >> 4)])
      hex.append(digits[Int(byte & 15)])
    }
    return "\(name), \(bytes.count) bytes: \(hex)" + (bytes.count > 256 ? " …" : "")
  }
}

extension ContextSnapshot {
  /// One text per key, in alphabetical order behind the trace's own.
  fileprivate var texts: [String] {
    func hex(_ word: UInt64, _ width: Int) -> String {
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    var texts: [String] = []
    if traceIDHigh | traceIDLow != 0 {
      texts.append("trace-id \(hex(traceIDHigh, 16))\(hex(traceIDLow, 16))")
      texts.append("trace-flags 0x\(hex(UInt64(flags), 2))")
    }
    if hasSpan { texts.append("span-id present") }
    if let traceState { texts.append("tracestate \(traceState)") }
    return texts
      + entries.sorted { $0.key < $1.key }.map { name, value in
        switch value {
        case .integer(let value): "\(name) integer \(value)"
        case .text(let text): "\(name) text \"\(text)\""
        }
      }
  }
}
