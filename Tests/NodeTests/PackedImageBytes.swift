// Packed images spelled out, without the code that writes them.

import TestSupport

enum PackedImageBytes {
  /// A trace, and entries `e0`, `e1` … of one repeated byte. The layout stands in PackedLayout.swift.
  static func image(entryCount: Int, valueSize: Int, byte: UInt8) -> [UInt8] {
    var image = [UInt8](1...16) + [UInt8](1...8) + [1, 0, 1, 0]
    image += [UInt8](repeating: 0, count: 42)
    for index in 0..<entryCount {
      let name = Array("e\(index)".utf8)
      image += [1, UInt8(name.count)] + littleEndian(UInt16(valueSize)) + name
      image += [UInt8](repeating: byte, count: valueSize)
    }
    return image
  }
}
