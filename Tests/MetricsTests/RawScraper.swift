// A scraper by hand: a blocking socket, and what it received taken apart.

import Glibc
import Testing

/// One connection. What takes longer than a minute fails.
final class RawScraper {
  struct Reply {
    let status: String
    let fields: [String: String]
    let body: String
  }

  private let fd: Int32
  private var received: [UInt8] = []

  init(port: UInt16) throws {
    fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var time = timeval(tv_sec: 60, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(fd, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0)
  }

  deinit { close(fd) }

  /// False where the server has left.
  @discardableResult
  func send(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let size = rest.withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard size > 0 else { return false }
      rest = rest.dropFirst(size)
    }
    return true
  }

  /// The next reply; nil where the server ends before it.
  func reply(toHead: Bool = false) -> Reply? {
    var end: Int?
    while true {
      if end == nil { end = headEnd }
      if let end {
        let lines = String(decoding: received[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() where line.contains(": ") {
          let parts = line.components(separatedBy: ": ")
          fields[parts[0]] = parts[1]
        }
        let size = toHead ? 0 : Int(fields["content-length"] ?? "") ?? 0
        if received.count >= end + size {
          let body = String(decoding: received[end..<(end + size)], as: UTF8.self)
          received.removeFirst(end + size)
          return Reply(status: lines[0], fields: fields, body: body)
        }
      }
      if !read() { return nil }
    }
  }

  /// The server sends no more; what it still sent is dropped.
  func awaitEnd() { while read() {} }

  private func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let size = buffer.withUnsafeMutableBytes { recv(fd, $0.baseAddress, $0.count, 0) }
    guard size > 0 else { return false }
    received += buffer[..<size]
    return true
  }

  private var headEnd: Int? {
    guard received.count >= 4 else { return nil }
    return (0...(received.count - 4)).first { Array(received[$0..<($0 + 4)]) == [13, 10, 13, 10] }.map { $0 + 4 }
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
