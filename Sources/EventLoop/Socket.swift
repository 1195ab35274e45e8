// The socket calls that Listener and Connection need, with Swift errors. Never waits.

internal import CLinux
internal import Glibc

package enum Socket {
  /// Bytes asked for as send and receive buffer of every TCP socket, so that all arms have the same.
  package static let bufferSize: Int32 = 128 << 10

  /// A non-blocking, close-on-exec TCP socket with equal buffers and no delay.
  static func makeTCP() throws(EventLoopError) -> Int32 {
    let fd = ctx_tcp_socket()
    guard fd >= 0 else { throw .systemCall("socket", errno: errno, about: "tcp") }
    configure(fd)
    return fd
  }

  static func configure(_ fd: Int32) {
    setOption(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    setOption(fd, SOL_SOCKET, SO_SNDBUF, bufferSize)
    setOption(fd, SOL_SOCKET, SO_RCVBUF, bufferSize)
  }

  static func setOption(_ fd: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    unsafe setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// The port that a bound socket got.
  static func port(of fd: Int32) -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) {
      _ = unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(fd, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// `HOST:PORT` of the other end; nil where it has none.
  static func peer(of fd: Int32) -> String? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(fd, $0, &size) }
    }
    guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return "\(HostAddress.text(address)):\(UInt16(bigEndian: address.sin_port))"
  }

  /// A peer that is silent for about so many seconds, because it or the way to it is gone, counts as lost; whether
  /// anything is sent or not.
  package static func watch(_ fd: Int32, seconds: Int32) { ctx_tcp_watch(fd, seconds) }

  /// The error that a finished non-blocking connect left behind; 0 when it succeeded.
  static func pendingError(of fd: Int32) -> Int32 {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    unsafe getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size)
    return error
  }
}
