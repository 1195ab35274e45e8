// Where to connect or to listen: an IPv4 address and a port, looked up where it is given as a name.

internal import Glibc

package struct HostAddress: Sendable, CustomStringConvertible {
  private let address: sockaddr_in
  package let description: String

  /// Blocks for a host that is a name.
  package init(host: String, port: UInt16) throws(EventLoopError) {
    guard let address = HostAddress.look(up: host, flags: 0) else { throw .unknownHost(host) }
    self.init(address, host, port)
  }

  /// Never blocks: nil for a name.
  package init?(numeric host: String, port: UInt16) {
    guard let address = HostAddress.look(up: host, flags: AI_NUMERICHOST) else { return nil }
    self.init(address, host, port)
  }

  private init(_ address: sockaddr_in, _ host: String, _ port: UInt16) {
    var address = address
    address.sin_port = port.bigEndian
    self.address = address
    description = "\(host):\(port)"
  }

  /// 127.0.0.0/8: this machine.
  package var isLoopback: Bool { UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127 }

  func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    unsafe withUnsafePointer(to: address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func look(up host: String, flags: Int32) -> sockaddr_in? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_INET
    unsafe hints.ai_flags = flags
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &list) == 0, let first = unsafe list else { return nil }
    defer { unsafe freeaddrinfo(list) }
    return unsafe first.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { unsafe $0.pointee }
  }
}

/// Looks names up on threads of its own, one name at a time each: the loop continues meanwhile.
package final class HostLookup {
  private typealias Answer = (token: Int, address: HostAddress?)

  private let mailbox: Mailbox<Answer>
  private var waiting: [Int: (thread: WorkerThread, handler: (HostAddress?) -> Void)] = [:]
  private var nextToken = 0

  /// Lasts as long as the loop.
  package init(loop: EventLoop) throws(EventLoopError) {
    mailbox = try Mailbox()
    mailbox.open(on: loop) { [weak self] answer in
      guard let waiting = self?.waiting.removeValue(forKey: answer.token) else { return }
      waiting.thread.join()
      waiting.handler(answer.address)
    }
  }

  /// Hands the address to `handler` in a later turn; nil when the name has none.
  package func look(
    up host: String, port: UInt16, handler: @escaping (HostAddress?) -> Void
  ) throws(EventLoopError) {
    let (token, mailbox) = (nextToken, mailbox)
    let thread = try WorkerThread(name: "look-up") {
      mailbox.post((token, try? HostAddress(host: host, port: port)))
    }
    nextToken += 1
    waiting[token] = (thread, handler)
  }
}
