// A file of /proc as text. No Foundation: nodes read it too.

internal import Glibc

enum ProcFile {
  /// Bytes of a file; what comes beyond is not read.
  private static let sizeMax = 64 << 10

  /// Empty when it cannot be read.
  static func text(_ path: String, sizeMax: Int = sizeMax) -> String {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return "" }
    defer { close(fd) }
    return withUnsafeTemporaryAllocation(byteCount: sizeMax, alignment: 1) { buffer in
      var size = 0
      while size < sizeMax {
        let count = read(fd, buffer.baseAddress! + size, sizeMax - size)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        size += count
      }
      return String(decoding: UnsafeRawBufferPointer(rebasing: buffer[..<size]), as: UTF8.self)
    }
  }

  /// The first number of the line that begins so.
  static func number(_ name: String, in text: String) -> Int64? {
    text.split(separator: "\n").first { $0.hasPrefix(name) }
      .flatMap { $0.dropFirst(name.count).split { $0 == " " || $0 == "\t" }.first }.flatMap { Int64($0) }
  }

  /// The numbers that a folder has as names.
  static func numbers(in folder: String) -> [Int32] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var numbers: [Int32] = []
    while let entry = readdir(directory) {
      let number = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { Int32(String(cString: $0)) }
      }
      if let number { numbers.append(number) }
    }
    return numbers
  }
}
