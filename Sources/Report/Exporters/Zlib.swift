// Bytes as a zlib stream of stored blocks: any reader accepts it, and nothing is compressed. RFC 1950, RFC 1951 3.2.4.

package enum Zlib {
  private static let blockSizeMax = 65_535

  package static func stored(_ bytes: [UInt8]) -> [UInt8] {
    // Deflate with a window of 32 KiB, fastest; the two bytes are a multiple of 31.
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + blockSizeMax, bytes.count)
      let size = UInt16(end - start)
      stream.append(end == bytes.count ? 1 : 0)
      for part in [size, ~size] { stream += [UInt8(truncatingIfNeeded: part), UInt8(part >> 8)] }
      stream += bytes[start..<end]
      start = end
    } while start < bytes.count
    return stream + bigEndian(adler32(bytes))
  }

  package static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var low: UInt32 = 1
    var high: UInt32 = 0
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }
}

/// Most significant byte first.
package func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
