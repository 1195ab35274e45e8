// A chunked body (RFC 9112, 7.1), decoded where it lies: the data of each chunk moves down behind that of the one before.
// Sizes of chunks and trailers are read and dropped.

struct HTTP1Chunks {
  private enum Part { case size, data, dataEnd, trailers }

  private var part = Part.size
  /// What is read so far, from the message's first byte.
  private(set) var offset: Int
  /// Where the next data go.
  private(set) var bodyEnd: Int
  /// Of the chunk that is being read.
  private var left = 0
  /// No line ends before here.
  private var scanned: Int
  private var trailersStart = 0
  private let bodyStart: Int

  /// - Parameter start: of the body, from the message's first byte.
  init(at start: Int) {
    offset = start
    bodyEnd = start
    scanned = start
    bodyStart = start
  }

  /// Reads on. True when the body is whole.
  ///
  /// - Parameters:
  ///   - base: the message's first byte.
  ///   - count: bytes that are there.
  mutating func decode(_ base: UnsafeMutableRawPointer, count: Int) throws(HTTP1Refusal) -> Bool {
    while true {
      switch part {
      case .size:
        guard let end = try line(base, count, sizeMax: HTTP1Limits.chunkLineSizeMax, .chunk) else { return false }
        left = try HTTP1Chunks.size(UnsafeRawBufferPointer(start: base + offset, count: end &- offset))
        offset = end &+ 2
        scanned = offset
        if offset &- bodyStart &+ left > HTTP1Limits.bodySizeMax { throw .body }
        part = left == 0 ? .trailers : .data
        trailersStart = offset
      case .data:
        let size = min(left, count &- offset)
        (base + bodyEnd).copyMemory(from: base + offset, byteCount: size)
        bodyEnd &+= size
        offset &+= size
        left &-= size
        guard left == 0 else { return false }
        part = .dataEnd
      case .dataEnd:
        guard count &- offset >= 1 else { return false }
        guard (base + offset).load(as: UInt8.self) == HTTP1Text.cr else { throw .chunk }
        guard count &- offset >= 2 else { return false }
        guard (base + (offset &+ 1)).load(as: UInt8.self) == HTTP1Text.lf else { throw .chunk }
        offset &+= 2
        scanned = offset
        part = .size
      case .trailers:
        let sizeMax = HTTP1Limits.trailersSizeMax &- (offset &- trailersStart)
        guard let end = try line(base, count, sizeMax: sizeMax, .fields) else { return false }
        let isLast = end == offset
        if !isLast { try HTTP1Chunks.checkTrailer(UnsafeRawBufferPointer(start: base + offset, count: end &- offset)) }
        offset = end &+ 2
        scanned = offset
        if isLast { return true }
      }
    }
  }

  /// Where the CR of the line is that starts at `offset`; nil when bytes are missing.
  private mutating func line(
    _ base: UnsafeMutableRawPointer, _ count: Int, sizeMax: Int, _ refusal: HTTP1Refusal
  ) throws(HTTP1Refusal) -> Int? {
    guard let found = HTTP1Text.firstLF(from: base + scanned, to: base + count) else {
      scanned = count
      if count &- offset > sizeMax { throw refusal }
      return nil
    }
    let end = found - base &- 1
    guard end >= offset, (base + end).load(as: UInt8.self) == HTTP1Text.cr else { throw .chunk }
    if end &- offset > sizeMax { throw refusal }
    return end
  }

  /// 1 to 16 hexadecimal digits, and extensions, which say nothing to anybody here (RFC 9112, 7.1.1).
  private static func size(_ line: UnsafeRawBufferPointer) throws(HTTP1Refusal) -> Int {
    var size: UInt64 = 0
    var offset = 0
    while offset < line.count, let digit = HTTP1Text.hexValue(line[offset]) {
      guard offset < 16 else { throw .chunk }
      size = size << 4 | UInt64(digit)
      offset &+= 1
    }
    guard offset > 0 else { throw .chunk }
    try checkExtensions(UnsafeRawBufferPointer(rebasing: line[offset...]))
    guard size <= UInt64(HTTP1Limits.bodySizeMax) else { throw .body }
    return Int(size)
  }

  /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )` (RFC 9112, 7.1.1).
  private static func checkExtensions(_ text: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    var offset = 0
    func skipBlanks() { while offset < text.count, HTTP1Text.isBlank(text[offset]) { offset &+= 1 } }
    func token() -> Bool {
      let start = offset
      while offset < text.count, HTTP1Text.isToken(text[offset]) { offset &+= 1 }
      return offset > start
    }
    while offset < text.count {
      skipBlanks()
      guard offset < text.count, text[offset] == UInt8(ascii: ";") else { throw .chunk }
      offset &+= 1
      skipBlanks()
      guard token() else { throw .chunk }
      let nameEnd = offset
      skipBlanks()
      guard offset < text.count, text[offset] == UInt8(ascii: "=") else {
        // White space that leads to nothing is none of the extension's.
        offset = nameEnd
        continue
      }
      offset &+= 1
      skipBlanks()
      guard token() || quoted(text, &offset) else { throw .chunk }
    }
  }

  /// RFC 9110, 5.6.4.
  private static func quoted(_ text: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
    guard offset < text.count, text[offset] == UInt8(ascii: "\"") else { return false }
    offset &+= 1
    while offset < text.count {
      var byte = text[offset]
      offset &+= 1
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\") {
        guard offset < text.count else { return false }
        byte = text[offset]
        offset &+= 1
      }
      if HTTP1Text.isControl(byte) { return false }
    }
    return false
  }

  /// Dropped, but it has to be a field line.
  private static func checkTrailer(_ line: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    var offset = 0
    while offset < line.count, HTTP1Text.isToken(line[offset]) { offset &+= 1 }
    guard offset > 0, offset < line.count, line[offset] == UInt8(ascii: ":") else { throw .field }
    for byte in line[offset...] where HTTP1Text.isControl(byte) { throw .field }
  }
}
