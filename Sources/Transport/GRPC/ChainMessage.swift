// The messages of chain.proto: numbers of their fields, and the context that may travel in one.

enum ChainMessage {
  /// Of CallRequest and CallReply.
  static var payload: UInt8 { 1 }
  /// Of CallRequest.
  static var context: UInt8 { 2 }
  /// Of CallReply.
  static var views: UInt8 { 2 }
}

enum GRPCContextMessage {
  private static var fields: UInt8 { 1 }
  private static var binary: UInt8 { 2 }
  private static var name: UInt8 { 1 }
  private static var value: UInt8 { 2 }

  /// - Parameter fields: as `GRPCRequestWriter` has them.
  static func size(fields: UnsafeRawBufferPointer, binary: UnsafeRawBufferPointer) -> Int {
    var size = binary.isEmpty ? 0 : ProtobufBytes.fieldSize(binary.count)
    GRPCRequestImage.forEachField(fields) { name, value in
      size += ProtobufBytes.fieldSize(ProtobufBytes.fieldSize(name.count) + ProtobufBytes.fieldSize(value.count))
    }
    return size
  }

  static func write(fields: UnsafeRawBufferPointer, binary: UnsafeRawBufferPointer, to start: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    var next = start
    GRPCRequestImage.forEachField(fields) { name, value in
      let size = ProtobufBytes.fieldSize(name.count) + ProtobufBytes.fieldSize(value.count)
      next = ProtobufBytes.writeHead(GRPCContextMessage.fields, count: size, to: next)
      next = ProtobufBytes.write(GRPCContextMessage.name, name, to: next)
      next = ProtobufBytes.write(GRPCContextMessage.value, value, to: next)
    }
    if !binary.isEmpty { next = ProtobufBytes.write(GRPCContextMessage.binary, binary, to: next) }
    return next
  }

  /// Takes the fields of a context in place of those that the metadata had. False when it is none, or too large.
  static func read(_ message: UnsafeRawBufferPointer, into incoming: inout GRPCIncoming) -> Bool {
    incoming.fieldCount = 0
    incoming.fieldsSize = 0
    return ProtobufBytes.forEach(message) { field, bytes in
      if field == GRPCContextMessage.binary { incoming.binary = bytes }
      return field != GRPCContextMessage.fields || readField(bytes, into: &incoming)
    }
  }

  private static func readField(_ field: UnsafeRawBufferPointer, into incoming: inout GRPCIncoming) -> Bool {
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    var (name, value) = (nothing, nothing)
    let isField = ProtobufBytes.forEach(field) { field, bytes in
      if field == GRPCContextMessage.name { name = bytes }
      if field == GRPCContextMessage.value { value = bytes }
      return true
    }
    // As metadata would have them (RFC 9113, 8.2.1).
    guard isField, !name.isEmpty, !name.contains(where: { $0 &- 0x41 < 26 || $0 <= 0x20 }) else { return false }
    incoming.append(name: name, value: value, sizeMax: GRPCLimits.messageContextSizeMax)
    return !incoming.isOverflowing
  }
}
