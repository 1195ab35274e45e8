// Writes one request at the end of an output buffer, in place: field lines as bytes, straight. Never sends, never
// allocates beyond the buffer's growth.

public import Bytes
public import TransportMessages

/// Begun with what is known beforehand, then any number of fields and bytes of the binary section in any order, then
/// `finish`, which writes the section as base64, the length and the payload. Where the context goes into the body, all of the
/// head is there beforehand, with places for numbers; see `HTTP1BodyContext`.
///
/// What was counted so far stands in the message's first four bytes, where `POST` will be: two words, which are passed in
/// registers and copied freely.
public struct HTTP1RequestWriter {
  @usableFromInline let buffer: ByteBuffer
  @usableFromInline let start: Int

  /// Begins a request.
  public init(to buffer: ByteBuffer, target: HTTP1Target, _ head: RequestHead) {
    self.buffer = buffer
    start = buffer.count
    let begin = buffer.reserve(target.size + 128 + HTTP1BodyContext.headTailSize)
    begin.copyMemory(from: target.start, byteCount: target.size)
    var next = HTTP1Digits.write("ctxchain: hops=", to: begin + target.size)
    next = HTTP1Digits.write(Int(head.hopsLeft), to: next)
    if head.deadline != 0 {
      next = HTTP1Digits.write(", deadline=", to: next)
      next = HTTP1Digits.write(Int(head.deadline), to: next)
    }
    if !head.flags.isEmpty { next = HTTP1RequestWriter.write(head.flags, to: next) }
    next = HTTP1Digits.write("\r\n", to: next)
    begin.storeBytes(of: target.contextInBody ? HTTP1RequestWriter.inBody : 0, as: UInt32.self)
    if target.contextInBody { next = HTTP1Digits.write(HTTP1BodyContext.headTail, to: next) }
    buffer.commit(next - begin)
  }

  /// - Parameter message: of this kind.
  @inlinable
  public init(_ message: MessageWriter) {
    buffer = message.buffer
    start = message.start
  }

  @inlinable public var message: MessageWriter { MessageWriter(kind: .http1, buffer: buffer, start: start) }

  @inline(never)
  private static func write(_ flags: RequestFlags, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var next = start
    if flags.contains(.echo) { next = HTTP1Digits.write(", echo", to: next) }
    if flags.contains(.stages) { next = HTTP1Digits.write(", stages", to: next) }
    if flags.contains(.abandoned) { next = HTTP1Digits.write(", abandoned", to: next) }
    return next
  }

  // MARK: What is counted, in a word

  /// Bits 0 to 20: bytes of the binary section, which lie at the end of the buffer. Bits 21 to 29: fields. Bit 30: they are
  /// in the body. Bit 31: something had no room.
  @inlinable var counts: UInt32 { UnsafeRawPointer(buffer.pointer(at: start)).loadUnaligned(as: UInt32.self) }

  @inlinable
  func setCounts(_ counts: UInt32) { buffer.pointer(at: start).storeBytes(of: counts, as: UInt32.self) }

  @inlinable static var binaryMask: UInt32 { (1 << 21) - 1 }
  @inlinable static var fieldUnit: UInt32 { 1 << 21 }
  @inlinable static var inBody: UInt32 { 1 << 30 }
  @inlinable static var overflow: UInt32 { 1 << 31 }

  @inlinable var binarySize: Int { Int(counts & HTTP1RequestWriter.binaryMask) }

  @inlinable var fieldCount: Int { Int(counts >> 21 & 0x1ff) }

  @inlinable
  static func sizeMax(_ counts: UInt32) -> Int {
    counts & inBody == 0 ? HTTP1Limits.fieldsSizeMax : HTTP1Limits.bodyContextSizeMax
  }

  // MARK: Fields

  /// Appends a field whose value `fill` writes in place: it gets room for `sizeMax` bytes and returns how many it used;
  /// after 0 there is no field. What breaks a limit of `HTTP1Limits`, and a value that no field may have, makes `finish`
  /// false.
  @inlinable
  @inline(__always)
  public func appendField(
    _ name: UnsafeRawBufferPointer, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int
  ) {
    let line = buffer.reserve(name.count &+ sizeMax &+ 4)
    let valueSize = fill(line + (name.count &+ 2))
    precondition(valueSize <= sizeMax)
    if valueSize > 0 { commitField(line, name, valueSize: valueSize) }
  }

  /// Appends a field, also one with an empty value.
  @inlinable
  public func appendField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    let line = buffer.reserve(name.count &+ value.count &+ 4)
    if let source = value.baseAddress {
      (line + (name.count &+ 2)).copyMemory(from: source, byteCount: value.count)
    }
    commitField(line, name, valueSize: value.count)
  }

  /// The same with a name that somebody made: one that is no token makes `finish` false (RFC 9110, 5.1).
  public func appendField(checking name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    guard name.allSatisfy(HTTP1Text.isToken) else { return setCounts(counts | HTTP1RequestWriter.overflow) }
    appendField(name, value)
  }

  @inlinable
  @inline(__always)
  func commitField(_ line: UnsafeMutableRawPointer, _ name: UnsafeRawBufferPointer, valueSize: Int) {
    let size = name.count &+ valueSize &+ 4
    let counts = counts
    guard fieldCount < HTTP1Limits.fieldCountMax, name.count > 0,
      buffer.count &- start &+ size <= HTTP1RequestWriter.sizeMax(counts), size <= HTTP1Limits.fieldsSizeMax,
      HTTP1Text.mayBeValue(line + (name.count &+ 2), valueSize)
    else { return setCounts(counts | HTTP1RequestWriter.overflow) }
    line.copyMemory(from: name.baseAddress!, byteCount: name.count)
    line.storeBytes(of: UInt16(0x203a).littleEndian, toByteOffset: name.count, as: UInt16.self)
    line.storeBytes(of: UInt16(0x0a0d).littleEndian, toByteOffset: size &- 2, as: UInt16.self)
    buffer.commit(size)
    setCounts(counts &+ HTTP1RequestWriter.fieldUnit)
    if counts & HTTP1RequestWriter.binaryMask != 0 { moveBeforeBinary(size) }
  }

  /// A field that was written behind the binary section changes places with it.
  @usableFromInline
  func moveBeforeBinary(_ size: Int) {
    let binarySize = binarySize
    let binary = buffer.pointer(at: buffer.count - size - binarySize)
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { field in
      field.baseAddress!.copyMemory(from: binary + binarySize, byteCount: size)
      (binary + size).copyMemory(from: binary, byteCount: binarySize)
      binary.copyMemory(from: field.baseAddress!, byteCount: size)
    }
  }

  /// Room for `size` more bytes of the binary section, counted as written.
  @inlinable
  @inline(__always)
  public func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    let destination = buffer.reserve(size)
    let counts = counts
    guard Int(counts & HTTP1RequestWriter.binaryMask) &+ size <= HTTP1RequestWriter.sizeMax(counts) else {
      // Written where nothing is kept.
      setCounts(counts | HTTP1RequestWriter.overflow)
      return destination
    }
    buffer.commit(size)
    setCounts(counts &+ UInt32(truncatingIfNeeded: size))
    return destination
  }

  // MARK: The end

  /// Appends what is left and the payload. False when something had no room: all that was written is then taken back.
  @inlinable
  @inline(__always)
  public func finish(payloadSize: Int) -> Bool {
    guard finishHead(payloadSize: payloadSize) else { return false }
    PayloadBytes.fill(buffer.reserve(payloadSize &+ PayloadBytes.slack), payloadSize)
    buffer.commit(payloadSize)
    return true
  }

  /// The same for a payload that is not here: whoever sends the request appends it (`PayloadBytes`).
  public func finishHead(payloadSize: Int) -> Bool {
    let counts = counts
    if counts & HTTP1RequestWriter.inBody != 0 { return finishInBody(payloadSize: payloadSize) }
    if counts & (HTTP1RequestWriter.binaryMask | HTTP1RequestWriter.overflow) != 0, !finishBinary(counts) {
      return discard()
    }
    let end = buffer.reserve(64)
    var next = HTTP1Digits.write("content-length: ", to: end)
    next = HTTP1Digits.write(payloadSize, to: next)
    next = HTTP1Digits.write("\r\n\r\n", to: next)
    buffer.commit(next - end)
    writeMethod()
    return payloadSize <= HTTP1Limits.bodySizeMax || discard()
  }

  /// `POST`, in the order of its bytes.
  private func writeMethod() {
    buffer.pointer(at: start).storeBytes(of: UInt32(0x5453_4f50).littleEndian, as: UInt32.self)
  }

  /// The head gets its numbers.
  private func finishInBody(payloadSize: Int) -> Bool {
    let fits = HTTP1BodyContext.finishHead(
      buffer.pointer(at: start), size: buffer.count &- start, binarySize: binarySize, payloadSize: payloadSize)
    guard counts & HTTP1RequestWriter.overflow == 0, fits else { return discard() }
    writeMethod()
    return true
  }

  private func discard() -> Bool {
    buffer.truncate(to: start)
    return false
  }

  /// The binary section becomes a line. False when something has no room.
  private func finishBinary(_ counts: UInt32) -> Bool {
    let size = Int(counts & HTTP1RequestWriter.binaryMask)
    let name: StaticString = "ctxchain-context-bin: "
    let nameSize = name.utf8CodeUnitCount
    let encodedSize = HTTP1Base64.encodedSize(size)
    guard counts & HTTP1RequestWriter.overflow == 0,
      buffer.count &- start &- size &+ nameSize &+ encodedSize <= HTTP1Limits.fieldsSizeMax &- 64
    else { return false }
    _ = buffer.reserve(nameSize &+ encodedSize &+ 2)
    let line = buffer.pointer(at: buffer.count &- size)
    let text = line + nameSize
    (text + (encodedSize &- size)).copyMemory(from: line, byteCount: size)
    _ = HTTP1Digits.write(name, to: line)
    HTTP1Base64.encode(text, size: size)
    _ = HTTP1Digits.write("\r\n", to: text + encodedSize)
    buffer.commit(nameSize &+ encodedSize &+ 2 &- size)
    return true
  }
}
