// Ports of this machine, for programs that cannot be asked which they took.

import Glibc
import Testing

enum LocalPort {
  private static func withSocket<Result>(
    port: UInt16, _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// One that nobody listens at just now. Below those that the kernel gives to outgoing connections, so that no test takes
  /// it meanwhile without asking.
  static func free() throws -> UInt16 {
    for _ in 0..<100 {
      let port = UInt16.random(in: 20_000..<32_000)
      if withSocket(port: port, { bind($0, $1, $2) == 0 }) { return port }
    }
    throw Exhausted()
  }

  private struct Exhausted: Error {}

  static func isOpen(_ port: UInt16) -> Bool { withSocket(port: port) { connect($0, $1, $2) == 0 } }
}
