// What the reply to an echo request carries in its context section: one record per node that the request passed.

package import Bytes

/// Records of `u16 path size | path ("a>b>c") | u32 image size | image`, little-endian.
package enum ViewRecords {
  private static let overheadSize = 6

  /// Appends a record and returns where its image goes.
  package static func append(path: some Collection<UInt8>, imageSize: Int, to records: ByteBuffer)
    -> UnsafeMutableRawPointer
  {
    let start = records.reserve(overheadSize + path.count + imageSize)
    start.storeBytes(of: UInt16(path.count).littleEndian, as: UInt16.self)
    UnsafeMutableRawBufferPointer(start: start + 2, count: path.count).copyBytes(from: path)
    start.storeBytes(of: UInt32(imageSize).littleEndian, toByteOffset: 2 + path.count, as: UInt32.self)
    records.commit(overheadSize + path.count + imageSize)
    return start + (overheadSize + path.count)
  }

  /// Calls `body` with each record. False when the bytes end inside one.
  @discardableResult
  package static func forEach(
    _ bytes: UnsafeRawBufferPointer, _ body: (_ path: UnsafeRawBufferPointer, _ image: UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    var offset = 0
    while offset < bytes.count {
      guard bytes.count - offset >= overheadSize else { return false }
      let pathSize = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
      guard bytes.count - offset >= overheadSize + pathSize else { return false }
      let imageSize = Int(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 2 + pathSize, as: UInt32.self)))
      let image = offset + overheadSize + pathSize
      guard bytes.count - image >= imageSize else { return false }
      body(
        UnsafeRawBufferPointer(rebasing: bytes[(offset + 2)..<(offset + 2 + pathSize)]),
        UnsafeRawBufferPointer(rebasing: bytes[image..<(image + imageSize)]))
      offset = image + imageSize
    }
    return true
  }
}
