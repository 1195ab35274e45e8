// The frame that ends a connection (RFC 9113, 6.8), for when the library cannot write it any more.

internal import Bytes

enum GoawayFrame {
  static func append(code: UInt32, lastStreamID: Int32, to output: ByteBuffer) {
    let frame = output.reserve(17)
    // 8 bytes, GOAWAY, no flags, stream 0.
    for (offset, byte) in [0, 0, 8, 7, 0, 0, 0, 0, 0].enumerated() {
      frame.storeBytes(of: UInt8(byte), toByteOffset: offset, as: UInt8.self)
    }
    frame.storeBytes(of: lastStreamID.bigEndian, toByteOffset: 9, as: Int32.self)
    frame.storeBytes(of: code.bigEndian, toByteOffset: 13, as: UInt32.self)
    output.commit(17)
  }
}
