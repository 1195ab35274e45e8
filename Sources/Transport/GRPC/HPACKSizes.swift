// What each field of a header block takes on the wire: RFC 7541, 6, read without the table that it refers to.

internal import Bytes

/// Reads what a session receives beside it, to tell for each field what compression made of it. Only while something is
/// counted: what it keeps is used again, so it allocates nothing either once it has seen a few messages.
package final class HPACKSizes {
  /// A field, in the order of its block.
  package struct Size {
    /// Bytes on the wire.
    package var encoded: UInt32
    /// It was put into the table, and pushes out what has no room.
    package var isInserted: Bool
  }

  /// Bytes of frames that are held back.
  private static let restSizeMax = 256 << 10

  private static let headers: UInt8 = 1
  private static let continuation: UInt8 = 9
  private static let endHeaders: UInt8 = 4
  private static let padded: UInt8 = 8
  private static let priority: UInt8 = 0x20

  /// What has not been looked at yet, a part of a frame.
  private let rest = ByteBuffer(capacity: 256)
  /// The header block that is being collected.
  private let block = ByteBuffer(capacity: 1024)
  /// Sizes of the fields that the session has not been told yet.
  private var sizes: [Size] = []
  private var next = 0

  deinit {
    rest.deallocate()
    block.deallocate()
  }

  /// The size of the field that the session is told now.
  func take() -> Size? {
    guard next < sizes.count else { return nil }
    defer { next += 1 }
    return sizes[next]
  }

  /// Calls `body` with what may be handed to the session now: whole frames, and of a header block all of them. Fields are told
  /// as soon as they are there, and their sizes must be known before. The first bytes begin a frame.
  func receive(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    if next == sizes.count {
      sizes.removeAll(keepingCapacity: true)
      next = 0
    }
    rest.append(bytes)
    var end = 0
    var offset = 0
    while let frame = frame(at: offset) {
      offset += frame.count
      let isInBlock = HPACKSizes.isPartOfBlock(frame) && frame[4] & HPACKSizes.endHeaders == 0
      if !isInBlock { end = offset }
    }
    // What nobody sends who means well is the session's to refuse.
    if rest.count > HPACKSizes.restSizeMax { end = rest.count }
    guard end > 0 else { return }
    offset = 0
    while offset < end, let frame = frame(at: offset) {
      take(frame)
      offset += frame.count
    }
    body(UnsafeRawBufferPointer(rebasing: rest.readable[..<end]))
    rest.consume(end)
  }

  private func frame(at offset: Int) -> UnsafeRawBufferPointer? {
    let bytes = UnsafeRawBufferPointer(rebasing: rest.readable[offset...])
    guard bytes.count >= HTTP2Frame.headSize else { return nil }
    let size = HTTP2Frame.headSize + (Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2]))
    return bytes.count < size ? nil : UnsafeRawBufferPointer(rebasing: bytes[..<size])
  }

  private static func isPartOfBlock(_ frame: UnsafeRawBufferPointer) -> Bool {
    frame[3] == headers || frame[3] == continuation
  }

  private func take(_ frame: UnsafeRawBufferPointer) {
    guard HPACKSizes.isPartOfBlock(frame) else { return }
    let (kind, flags) = (frame[3], frame[4])
    var start = HTTP2Frame.headSize
    var end = frame.count
    if kind == HPACKSizes.headers {
      block.removeAll()
      if flags & HPACKSizes.padded != 0, start < end {
        end -= Int(frame[start])
        start += 1
      }
      if flags & HPACKSizes.priority != 0 { start += 5 }
    }
    guard start <= end else { return }
    block.append(UnsafeRawBufferPointer(rebasing: frame[start..<end]))
    if flags & HPACKSizes.endHeaders != 0 { HPACKSizes.walk(block.readable) { sizes.append($0) } }
  }

  /// Calls `body` with each field of a block; ends at what is none.
  package static func walk(_ block: UnsafeRawBufferPointer, _ body: (Size) -> Void) {
    var offset = 0
    while offset < block.count {
      let start = offset
      let byte = block[offset]
      var isInserted = false
      if byte & 0x80 != 0 {
        guard integer(block, &offset, prefix: 7) != nil else { return }
      } else if byte & 0xe0 == 0x20 {
        // A new size of the table: no field, but its bytes are.
        guard integer(block, &offset, prefix: 5) != nil else { return }
        continue
      } else {
        isInserted = byte & 0x40 != 0
        guard let index = integer(block, &offset, prefix: isInserted ? 6 : 4) else { return }
        guard index > 0 || skipString(block, &offset), skipString(block, &offset) else { return }
      }
      body(Size(encoded: UInt32(truncatingIfNeeded: offset - start), isInserted: isInserted))
    }
  }

  /// RFC 7541, 5.1.
  private static func integer(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, prefix: Int) -> Int? {
    guard offset < bytes.count else { return nil }
    let mask = (1 << prefix) - 1
    var value = Int(bytes[offset]) & mask
    offset += 1
    guard value == mask else { return value }
    var shift = 0
    while offset < bytes.count, shift < 28 {
      let byte = bytes[offset]
      offset += 1
      value += Int(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }

  /// RFC 7541, 5.2.
  private static func skipString(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
    guard let size = integer(bytes, &offset, prefix: 7), size <= bytes.count - offset else { return false }
    offset += size
    return true
  }
}
