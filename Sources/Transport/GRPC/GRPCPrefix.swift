// The five bytes in front of every message of gRPC: whether it is compressed, and its size.

enum GRPCPrefix {
  static var size: Int { 5 }

  static func write(messageSize: Int, to start: UnsafeMutableRawPointer) {
    start.storeBytes(of: 0, as: UInt8.self)
    start.storeBytes(of: UInt32(truncatingIfNeeded: messageSize).bigEndian, toByteOffset: 1, as: UInt32.self)
  }

  enum Reading {
    case message(UnsafeRawBufferPointer)
    /// It says that it is compressed.
    case compressed
    /// None, more than one, or less than it says.
    case malformed
  }

  /// The one message that a unary call has.
  static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
    guard bytes.count >= size, bytes[0] <= 1 else { return .malformed }
    let messageSize = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
    guard messageSize == bytes.count - size else { return .malformed }
    return bytes[0] == 1 ? .compressed : .message(UnsafeRawBufferPointer(rebasing: bytes[size...]))
  }
}
