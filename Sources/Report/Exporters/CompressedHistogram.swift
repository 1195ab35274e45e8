// A histogram in HdrHistogram's compressed V2 encoding, as its tools read it.
// https://github.com/HdrHistogram/HdrHistogram, AbstractHistogram.encodeIntoByteBuffer and ZigZagEncoding.

internal import FoundationEssentials
internal import Statistics

package enum CompressedHistogram {
  /// V2, with counts as variable-length words.
  private static let cookie: Int32 = 0x1c84_9303 | 0x10
  private static let compressedCookie: Int32 = 0x1c84_9304 | 0x10

  package static func base64(_ buckets: HistogramBuckets) -> String {
    base64Text(compressed(buckets))
  }

  package static func base64Text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  package static func compressed(_ buckets: HistogramBuckets) -> [UInt8] {
    let stream = Zlib.stored(encoded(buckets))
    return bigEndian(compressedCookie) + bigEndian(Int32(stream.count)) + stream
  }

  package static func encoded(_ buckets: HistogramBuckets) -> [UInt8] {
    let payload = counts(buckets)
    let normalizingIndexOffset: Int32 = 0
    let significantDigits: Int32 = 3
    let lowestDiscernible: Int64 = 1
    let conversionRatio = 1.0
    return bigEndian(cookie) + bigEndian(Int32(payload.count)) + bigEndian(normalizingIndexOffset)
      + bigEndian(significantDigits) + bigEndian(lowestDiscernible) + bigEndian(LatencyHistogram.nanosecondsMax)
      + bigEndian(conversionRatio.bitPattern) + payload
  }

  /// Every count up to the last bucket that holds something; a run of empty ones is its length, negative.
  private static func counts(_ buckets: HistogramBuckets) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = 0
    for bucket in buckets.buckets {
      let index = HistogramBuckets.index(of: bucket.lowest)
      let emptyCount = index - next
      if emptyCount > 0 { appendZigZag(emptyCount == 1 ? 0 : Int64(-emptyCount), to: &bytes) }
      appendZigZag(bucket.count, to: &bytes)
      next = index + 1
    }
    return bytes
  }

  /// LEB128 of at most 9 bytes: the ninth has all its 8 bits.
  package static func appendZigZag(_ value: Int64, to bytes: inout [UInt8]) {
    var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
    for _ in 0..<8 {
      guard rest > 0x7f else {
        bytes.append(UInt8(rest))
        return
      }
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
